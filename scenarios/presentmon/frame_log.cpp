#include "scenarios/presentmon/frame_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <tuple>

#include "scenarios/nearest_name.hpp"
#include "scenarios/presentmon/csv.hpp"

namespace fencelab::scenarios::presentmon {

namespace {

constexpr std::size_t kMaxLineBytes = 64 << 10;
constexpr const char* kByteOrderMark = "\xef\xbb\xbf";

/// What of the frame before the next one needs.
struct Before {
  bool known = false;
  std::int64_t in_present_ns = 0;
  std::int64_t rendered_ns = 0;  ///< on the log's clock
};

class LogReader {
 public:
  explicit LogReader(std::string file) : file_(std::move(file)) {}

  Loaded<FrameLog> read(std::istream& input) {
    for (std::string line; errors_.empty() && std::getline(input, line);) {
      ++line_;
      if (line_ == 1 && line.starts_with(kByteOrderMark)) line.erase(0, 3);
      if (line.size() > kMaxLineBytes)
        fail("line-too-long", fmt::format("a line of {} bytes", line.size()), "a line of CSV");
      else if (line.find_first_not_of(" \r") != std::string::npos && !line.starts_with("//"))
        take(split_cells(line));
    }
    if (input.bad())
      fail("cannot-read", fmt::format("cannot read on: {}", std::strerror(errno)),
           "a file that can be read to its end");
    else if (errors_.empty() && log_.chains.empty())
      fail("no-frames", "the log has no frame",
           "CSV of PresentMon, CapFrameX or OCAT: a header and a row for each frame");
    if (!errors_.empty()) return std::move(errors_);
    return std::move(log_);
  }

 private:
  void take(const std::vector<std::string>& cells) {
    if (header_.size() == 0) return take_header(cells);
    if (cells.size() != header_.size())
      return fail("bad-row", fmt::format("a row of {} cells", cells.size()),
                  fmt::format("{} cells, as the header has", header_.size()));
    cells_ = &cells;
    const auto id = [&](const char* column) {
      const auto place = header_.find(column);
      return place ? cells[*place] : std::string();
    };
    const auto key = std::tuple(id("application"), id("processid"), id("swapchainaddress"));
    const auto [known, is_new] = numbers_.emplace(key, log_.chains.size());
    if (is_new) {
      Chain& chain = log_.chains.emplace_back();
      std::tie(chain.application, chain.process_id, chain.address) = key;
      before_.emplace_back();
    }
    Chain& chain = log_.chains[known->second];
    ++chain.frames;
    if (is_v2_)
      take_v2(chain);
    else
      take_v1(chain, before_[known->second]);
  }

  void take_header(const std::vector<std::string>& cells) {
    header_ = Header(cells);
    is_v2_ = header_.has("cpubusy") && header_.has("gpubusy");
    const bool is_v1 = header_.has("betweenpresents") && header_.has("inpresentapi") &&
                       (header_.has("gpuactive") ||
                        (header_.has("untilrendercomplete") && header_.has("timeinseconds")));
    if (!header_.has("application") || (!is_v2_ && !is_v1))
      return fail("bad-header", "the columns are none of a frame log",
                  "Application, and CPUBusy and GPUBusy, or msBetweenPresents, msInPresentAPI and "
                  "msGPUActive or msUntilRenderComplete");
    log_.version = is_v2_ ? "PresentMon 2: CPUBusy and GPUBusy"
                   : header_.has("gpuactive")
                       ? "PresentMon 1: msBetweenPresents and msGPUActive"
                       : "PresentMon 1 without times of the GPU: msUntilRenderComplete";
  }

  // A number in milliseconds, or in what else `scale` turns into nanoseconds. None where the cell
  // is "NA" or empty; an error where it is anything else.
  std::optional<std::int64_t> time(const char* column, double scale = 1e6) {
    const auto place = header_.find(column);
    if (!place) return std::nullopt;
    const std::string& cell = (*cells_)[*place];
    if (cell.empty() || cell == "NA") return std::nullopt;
    double value = 0;
    const char* const end = cell.data() + cell.size();
    const auto [stop, status] = std::from_chars(cell.data(), end, value);
    constexpr double kMost = 1e6;  // milliseconds of a frame, or seconds of a log
    if (status == std::errc() && stop == end && std::abs(value) <= kMost)
      return std::llround(value * scale);
    fail("bad-cell", fmt::format("{} is no number for {}", quote(cell), column), "a number, or NA");
    return std::nullopt;
  }

  void add(Chain& chain, std::optional<std::int64_t> cpu, std::optional<std::int64_t> gpu) {
    if (!cpu || !gpu || *cpu < 0 || *gpu < 0) {
      ++chain.left_out;
      return;
    }
    chain.cpu_ns.push_back(*cpu);
    chain.gpu_ns.push_back(*gpu);
  }

  void take_v2(Chain& chain) {
    add(chain, time("cpubusy"), time("gpubusy"));
    chain.span_ns += time("frametime").value_or(0);
    const auto shown = time("displayedtime");
    if (shown && *shown > 0)
      chain.display_ns.push_back(*shown);
    else if (header_.has("displayedtime"))
      ++chain.dropped;
  }

  // The application was busy from when it came back from the Present() before to this one: that is
  // CPUBusy of PresentMon 2.
  void take_v1(Chain& chain, Before& before) {
    const std::int64_t between = time("betweenpresents").value_or(0);
    const std::int64_t in_present = time("inpresentapi").value_or(0);
    std::optional<std::int64_t> cpu, gpu;
    if (before.known) cpu = between - before.in_present_ns;
    if (header_.has("gpuactive"))
      gpu = time("gpuactive");
    else
      gpu = estimate_gpu(chain, before, cpu);
    add(chain, cpu, gpu);
    chain.span_ns += before.known ? between : 0;
    before.known = true;
    before.in_present_ns = in_present;
    if (time("dropped", 1).value_or(0) != 0)
      ++chain.dropped;
    else if (const auto shown = time("betweendisplaychange"); shown && *shown > 0)
      chain.display_ns.push_back(*shown);
  }

  // From when the application began with the frame, or the one before was rendered, to when this
  // one was: the GPU may have waited in between.
  std::optional<std::int64_t> estimate_gpu(Chain& chain, Before& before,
                                           std::optional<std::int64_t> cpu) {
    chain.gpu_estimated = true;
    const auto presented = time("timeinseconds", 1e9), until = time("untilrendercomplete");
    if (!presented || !until) return std::nullopt;
    const std::int64_t rendered = *presented + *until;
    std::optional<std::int64_t> gpu;
    if (cpu)
      gpu = std::max<std::int64_t>(rendered - std::max(before.rendered_ns, *presented - *cpu), 0);
    before.rendered_ns = rendered;
    return gpu;
  }

  void fail(std::string code, std::string message, std::string expected) {
    Diagnostic& error = errors_.emplace_back();
    error.code = std::move(code);
    error.file = file_;
    error.line = line_;
    error.column = 1;
    error.message = std::move(message);
    error.expected = std::move(expected);
  }

  std::string file_;
  std::uint32_t line_ = 0;
  Header header_;
  bool is_v2_ = false;
  const std::vector<std::string>* cells_ = nullptr;
  FrameLog log_;
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> numbers_;
  std::vector<Before> before_;  // by chain
  std::vector<Diagnostic> errors_;
};

}  // namespace

Loaded<FrameLog> read_frame_log(std::istream& input, const std::string& file) {
  return LogReader(file).read(input);
}

}  // namespace fencelab::scenarios::presentmon
