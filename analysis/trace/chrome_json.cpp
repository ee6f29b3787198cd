#include "analysis/trace/chrome_json.hpp"

#include <fmt/format.h>

#include "analysis/trace/text.hpp"

namespace fencelab::analysis {

namespace {

/// Microseconds since the start of the run. All digits: readers take it for a double, which holds
/// nanoseconds exactly for 104 days.
std::string microseconds(core::Time at) {
  const std::int64_t ns = core::nanoseconds_of(at);
  return fmt::format("{}.{:03}", ns / 1000, ns % 1000);
}

/// Readers take numbers for doubles.
constexpr std::uint64_t kExactMax = std::uint64_t{1} << 53;

std::string object_of(std::span<const Argument> arguments) {
  std::string object = "{";
  for (const Argument& argument : arguments) {
    if (object.size() > 1) object += ',';
    object += json_string(argument.name);
    object += ':';
    if (argument.is_text)
      object += json_string(argument.text);
    else
      object += argument.number < kExactMax ? fmt::format("{}", argument.number)
                                            : fmt::format("\"{}\"", argument.number);
  }
  return object += '}';
}

}  // namespace

ChromeJson::ChromeJson(TraceOutput& output) : output_(output) { output_.append("[\n"); }

// The comma of a line is written with the next one: whoever reads the file meanwhile finds whole
// events, and no comma after the last.
void ChromeJson::line(const std::string& event) {
  if (!first_) output_.append(",\n");
  first_ = false;
  output_.append(event);
}

void ChromeJson::metadata(const char* what, const Track& track, const std::string& arguments) {
  const TrackId process = track.kind == TrackKind::group ? track.id : track.group;
  line(fmt::format(R"({{"ph":"M","name":"{}","pid":{},"tid":{},"args":{{{}}}}})", what, process,
                   track.id, arguments));
}

void ChromeJson::declare(const Track& track) {
  if (track.id >= tracks_.size()) tracks_.resize(track.id + 1);
  tracks_[track.id] = track;
  if (track.kind == TrackKind::counter) return;
  const bool group = track.kind == TrackKind::group;
  metadata(group ? "process_name" : "thread_name", track,
           fmt::format("\"name\":{}", json_string(track.name)));
  metadata(group ? "process_sort_index" : "thread_sort_index", track,
           fmt::format("\"sort_index\":{}", track.id));
}

std::string ChromeJson::place(TrackId track, core::Time at) const {
  return fmt::format(R"("pid":{},"tid":{},"ts":{})", tracks_[track].group, track, microseconds(at));
}

void ChromeJson::flow(const char* phase, std::uint64_t id, TrackId track, core::Time at) {
  line(fmt::format(R"({{"ph":"{}","name":"wake-up","cat":"flow","id":{},{}{}}})", phase, id,
                   place(track, at), *phase == 'f' ? R"(,"bp":"e")" : ""));
}

void ChromeJson::begin(const Mark& mark) {
  line(fmt::format(R"({{"ph":"B","name":{},"cat":"fencelab",{},"args":{}}})",
                   json_string(mark.name), place(mark.track, mark.at), object_of(mark.arguments)));
}

void ChromeJson::end(TrackId track, core::Time at, std::span<const std::uint64_t> flows) {
  for (const std::uint64_t id : flows) flow("f", id, track, at);
  line(fmt::format(R"({{"ph":"E",{}}})", place(track, at)));
}

// An arrow can only leave from a slice.
void ChromeJson::instant(const Mark& mark) {
  line(fmt::format(R"({{{},"name":{},"cat":"fencelab",{},"args":{}}})",
                   mark.flows.empty() ? R"("ph":"i","s":"t")" : R"("ph":"X","dur":0)",
                   json_string(mark.name), place(mark.track, mark.at), object_of(mark.arguments)));
  for (const std::uint64_t id : mark.flows) flow("s", id, mark.track, mark.at);
}

void ChromeJson::count(TrackId track, core::Time at, std::uint64_t value) {
  const Track& counter = tracks_[track];
  line(fmt::format(R"({{"ph":"C","name":{},"pid":{},"ts":{},"args":{{"{}":{}}}}})",
                   json_string(counter.name), counter.group, microseconds(at),
                   counter.bytes ? "bytes" : "count", value));
}

void ChromeJson::finish(core::Time) { output_.append(first_ ? "]\n" : "\n]\n"); }

}  // namespace fencelab::analysis
