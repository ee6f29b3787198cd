#include "campaign/report/stuck_list.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "campaign/report/json_text.hpp"

namespace fencelab::campaign {

namespace {

/// The element alone: what stands before it is for files.
std::string element_of(const std::string& svg) {
  const std::size_t begin = svg.find("<svg");
  return begin == std::string::npos ? std::string() : svg.substr(begin);
}

}  // namespace

std::optional<std::size_t> StuckList::draw(const std::string& dot, Drawings& drawings) {
  if (dot.empty() || drawing_bytes_ >= kMostDrawingBytes) return std::nullopt;
  const std::string svg = element_of(drawings.of(dot));
  if (svg.empty()) return std::nullopt;
  const std::size_t known = svgs_.names().size(), number = svgs_.number_of(svg);
  if (number == known) drawing_bytes_ += svg.size();
  return number;
}

StuckList::Entry* StuckList::find(std::size_t cell, const IncidentRecord& incident) {
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(point_begin_);
  const auto found = std::find_if(begin, entries_.end(), [&](const Entry& entry) {
    return entry.cell == cell && entry.kind == incident.kind &&
           entry.signature == incident.signature;
  });
  return found == entries_.end() ? nullptr : &*found;
}

void StuckList::add(std::size_t cell, const RunRecord& run, Drawings& drawings) {
  std::vector<const std::string*> counted;  // a run counts once for a class
  for (const IncidentRecord& incident : run.incidents) {
    if (Entry* const known = find(cell, incident)) {
      const bool again = std::any_of(counted.begin(), counted.end(), [&](const auto* signature) {
        return *signature == incident.signature;
      });
      known->runs += !again;
    } else if (entries_.size() < kMostEntries) {
      const SourcePlace& place = incident.place;
      entries_.push_back({cell, incident.kind, incident.signature, incident.text,
                          place.line == 0 ? place.file
                                          : fmt::format("{}:{}:{} {}", place.file, place.line,
                                                        place.column, place.pointer),
                          run.seed, 1, draw(incident.dot, drawings)});
    } else {
      ++left_out_;
    }
    counted.push_back(&incident.signature);
  }
}

void StuckList::end_point(bool kept) {
  if (!kept)
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(point_begin_), entries_.end());
  point_begin_ = entries_.size();
}

std::string StuckList::json(NamePool& names) const {
  const auto entry_json = [&](const Entry& entry) {
    return JsonObject()
        .add("cell", json_of(entry.cell))
        .add("kind", json_of(entry.kind))
        .add("class", json_of(names.number_of(entry.signature)))
        .add("seed", json_of(entry.seed))
        .add("runs", json_of(entry.runs))
        .add("place", json_of(names.number_of(entry.place)))
        .add("text", json_of(names.number_of(entry.text)))
        .add("drawing", json_of(entry.drawing))
        .text();
  };
  std::vector<Entry> entries = entries_;
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.cell < b.cell; });
  return JsonObject()
      .add("entries", json_list(entries, entry_json))
      .add("drawings", json_list(svgs_.names()))
      .add("left_out", json_of(left_out_))
      .text();
}

}  // namespace fencelab::campaign
