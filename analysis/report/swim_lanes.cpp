#include "analysis/report/swim_lanes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fencelab::analysis {
namespace {

/// One line of the table.
struct Row {
  std::string number;  ///< "7", or "7-12" for folded steps
  std::size_t lane = 0;
  std::string cell, rest;
  bool is_gap = false;  ///< stands for rows that were left out
};

/// Bytes of UTF-8 that begin a character: what a terminal shows as one.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string cut(std::string text, std::size_t width) {
  // Control characters would move the cursor of a terminal.
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  if (width_of(text) <= width) return text;
  std::size_t end = text.size();
  while (end > 0 && width_of(text.substr(0, end)) > width - std::min<std::size_t>(width, 3)) --end;
  return text.substr(0, end) + std::string(std::min<std::size_t>(width, 3), '.');
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, width_of(text)), ' ');
}

class Table {
 public:
  Table(const std::vector<TakenStep>& steps, const SwimLaneOptions& options)
      : steps_(steps), options_(options) {
    for (const TakenStep& step : steps)
      if (std::find(processes_.begin(), processes_.end(), step.process) == processes_.end())
        processes_.push_back(step.process);
    shares_ = processes_.size() > options.lanes_max;
    lanes_ = shares_ ? std::max<std::size_t>(options.lanes_max, 1) : processes_.size();
    for (std::size_t i = 0; i < steps.size();) i = add(i);
  }

  std::string text() {
    leave_out_middle();
    std::vector<std::string> heads(processes_.begin(),
                                   processes_.begin() + static_cast<std::ptrdiff_t>(lanes_));
    if (shares_) heads.back() = fmt::format("{} others", processes_.size() - lanes_ + 1);
    std::vector<std::size_t> widths(lanes_);
    std::size_t number_width = 1;
    for (std::size_t i = 0; i < lanes_; ++i)
      heads[i] = cut(heads[i], options_.lane_width_max), widths[i] = width_of(heads[i]);
    for (Row& row : rows_) {
      row.cell = cut(row.cell, options_.lane_width_max);
      widths[row.lane] = std::max(widths[row.lane], width_of(row.cell));
      number_width = std::max(number_width, row.number.size());
    }
    std::string out = fmt::format("{:>{}}", "#", number_width);
    for (std::size_t i = 0; i < lanes_; ++i) out += "  " + padded(heads[i], widths[i]);
    out = trimmed(out) + "\n";
    for (const Row& row : rows_) {
      std::string line = fmt::format("{:>{}}", row.number, number_width);
      for (std::size_t i = 0; i < lanes_ && !row.is_gap; ++i)
        line += "  " + padded(i == row.lane ? row.cell : "", widths[i]);
      if (!row.rest.empty()) line += "  " + row.rest;
      out += trimmed(line) + "\n";
    }
    return out;
  }

 private:
  static std::string trimmed(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  }

  std::size_t lane_of(const std::string& process) const {
    const auto found = std::find(processes_.begin(), processes_.end(), process);
    return std::min(static_cast<std::size_t>(found - processes_.begin()), lanes_ - 1);
  }

  bool is_shared(std::size_t lane) const { return shares_ && lane + 1 == lanes_; }

  static bool is_plain(const TakenStep& step) { return step.choice.empty() && step.note.empty(); }

  /// Adds the row that begins with step `i`; where the next one begins.
  std::size_t add(std::size_t i) {
    const TakenStep& step = steps_[i];
    const std::size_t lane = lane_of(step.process);
    const std::string prefix = is_shared(lane) ? step.process + ": " : "";
    std::size_t end = i;
    while (end < steps_.size() && steps_[end].process == step.process && is_plain(steps_[end]))
      ++end;
    if (end - i >= std::max<std::size_t>(options_.fold_from, 2)) {
      rows_.push_back(
          {fmt::format("{}-{}", i + 1, end), lane,
           fmt::format("{}{} ... {}", prefix, step.operation, steps_[end - 1].operation),
           fmt::format("({} steps)", end - i), false});
      return end;
    }
    Row row{fmt::format("{}", i + 1), lane, prefix + step.operation, "", false};
    if (!step.choice.empty()) row.cell += " = " + step.choice;
    if (!step.note.empty()) row.rest = "# " + cut(step.note, 60);
    if (options_.places && !step.place.empty())
      row.rest += (row.rest.empty() ? "" : "  ") + fmt::format("({})", cut(step.place, 60));
    rows_.push_back(std::move(row));
    return i + 1;
  }

  void leave_out_middle() {
    const std::size_t most = std::max<std::size_t>(options_.rows_max, 3);
    if (rows_.size() <= most) return;
    const std::size_t head = (most - 1) / 2, tail = most - 1 - head;
    const std::size_t left_out = rows_.size() - head - tail;
    Row gap{"...", 0, "", fmt::format("({} rows left out)", left_out), true};
    rows_.erase(rows_.begin() + static_cast<std::ptrdiff_t>(head),
                rows_.begin() + static_cast<std::ptrdiff_t>(head + left_out));
    rows_.insert(rows_.begin() + static_cast<std::ptrdiff_t>(head), std::move(gap));
  }

  const std::vector<TakenStep>& steps_;
  const SwimLaneOptions& options_;
  std::vector<std::string> processes_;
  bool shares_ = false;
  std::size_t lanes_ = 0;
  std::vector<Row> rows_;
};

}  // namespace

std::string render_swim_lanes(const std::vector<TakenStep>& steps, const SwimLaneOptions& options) {
  return steps.empty() ? std::string() : Table(steps, options).text();
}

}  // namespace fencelab::analysis
