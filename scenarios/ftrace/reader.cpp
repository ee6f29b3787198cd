#include "scenarios/ftrace/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unordered_map>

#include "scenarios/ftrace/decoder.hpp"
#include "scenarios/ftrace/line.hpp"
#include "scenarios/ftrace/trace_dat.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios::ftrace {

namespace {

/// Lines are at most this long: ftrace prints no longer ones, and a file without line ends is none.
constexpr std::size_t kMaxLineBytes = 64 << 10;

class TextReader {
 public:
  TextReader(std::string file, const Window& window)
      : file_(std::move(file)), window_(window), decoder_(recording_) {}

  Loaded<Recording> read(std::istream& input) {
    for (std::string text; errors_.empty() && std::getline(input, text);) {
      ++recording_.lines;
      if (text.size() > kMaxLineBytes)
        fail("line-too-long", fmt::format("a line of {} bytes", text.size()),
             fmt::format("at most {} bytes", kMaxLineBytes));
      else
        take(text);
    }
    if (input.bad()) {
      fail("cannot-read", fmt::format("cannot read on: {}", std::strerror(errno)),
           "a file that can be read to its end");
    } else if (errors_.empty() && !seen_event_) {
      fail("no-events", "the file has no event", "ftrace text, or a trace.dat of trace-cmd");
    }
    if (!errors_.empty()) return std::move(errors_);
    const auto earlier = [](const Event& a, const Event& b) { return a.ns < b.ns; };
    std::stable_sort(recording_.events.begin(), recording_.events.end(), earlier);
    return std::move(recording_);
  }

 private:
  void take(const std::string& text) {
    const Line line = parse_line(text);
    switch (line.kind) {
      case Line::Kind::event: return take_event(line);
      case Line::Kind::remark: return;
      case Line::Kind::lost: return take_loss(line);
      case Line::Kind::no_seconds:
        return fail("bad-clock", "the time of this event has no seconds",
                    "a clock that counts time, such as \"local\", \"global\" or \"mono\"");
      case Line::Kind::other: break;
    }
    if (!may_go_on_)
      fail("no-event", fmt::format("{} is no event of ftrace", quote(text)),
           "\"comm-pid [cpu] seconds: event: fields\"");
  }

  void take_event(const Line& line) {
    // Texts of user space, and stacks, may have more lines.
    may_go_on_ = line.event == "print" || line.event == "bprint" || line.event == "puts" ||
                 line.event == "bputs" || line.event == "tracing_mark_write" ||
                 line.event == "kernel_stack" || line.event == "user_stack";
    std::int64_t& before = newest_of_cpu_.try_emplace(line.cpu, line.ns).first->second;
    if (line.ns < before)
      return fail("clock-backwards",
                  fmt::format("the clock of CPU {} goes back by {} ns", line.cpu, before - line.ns),
                  "each CPU's events in the order of their times");
    before = line.ns;
    recording_.first_ns = seen_event_ ? std::min(recording_.first_ns, line.ns) : line.ns;
    if (seen_event_ && line.ns < recording_.last_ns) ++recording_.out_of_order;
    recording_.last_ns = seen_event_ ? std::max(recording_.last_ns, line.ns) : line.ns;
    seen_event_ = true;
    if (line.ns < window_.from_ns || line.ns > window_.to_ns) {
      ++recording_.outside_window;
      return;
    }
    Event event;
    event.line = recording_.lines;
    const Decoded decoded = decoder_.decode(line, event);
    if (!decoded.missing.empty())
      return fail("bad-event",
                  fmt::format("{} without the field {}", quote(line.event), quote(decoded.missing)),
                  "an event as the kernel prints it");
    count(decoded.known ? recording_.used : recording_.unused, line.event);
    if (decoded.known) recording_.events.push_back(event);
  }

  void take_loss(const Line& line) {
    ++recording_.losses;
    const auto before = newest_of_cpu_.find(line.cpu);
    Event event{.kind = EventKind::lost};
    event.line = recording_.lines;
    event.ns = before != newest_of_cpu_.end() ? before->second : recording_.last_ns;
    if (seen_event_ && event.ns >= window_.from_ns && event.ns <= window_.to_ns)
      recording_.events.push_back(event);
  }

  static void count(std::map<std::string, std::uint64_t, std::less<>>& counts,
                    std::string_view name) {
    const auto known = counts.find(name);
    if (known != counts.end())
      ++known->second;
    else
      counts.emplace(std::string(name), 1);
  }

  void fail(std::string code, std::string message, std::string expected) {
    Diagnostic& error = errors_.emplace_back();
    error.code = std::move(code);
    error.file = file_;
    error.line = static_cast<std::uint32_t>(recording_.lines);
    error.column = 1;
    error.message = std::move(message);
    error.expected = std::move(expected);
  }

  std::string file_;
  Window window_;
  Recording recording_;
  Decoder decoder_;
  std::vector<Diagnostic> errors_;
  std::unordered_map<std::int32_t, std::int64_t> newest_of_cpu_;
  bool seen_event_ = false;
  bool may_go_on_ = false;
};

}  // namespace

Loaded<Recording> read_text(std::istream& input, const std::string& file, const Window& window) {
  return TextReader(file, window).read(input);
}

Loaded<Recording> read_recording(const std::string& path, const Window& window) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(path, error);
  errno = 0;
  std::ifstream input(path, std::ios::binary);
  if (is_folder || !input) {
    Diagnostic unreadable;
    unreadable.code = "cannot-read";
    unreadable.file = path;
    unreadable.message =
        fmt::format("cannot read the recording: {}", std::strerror(is_folder ? EISDIR : errno));
    unreadable.expected = "a readable file of ftrace text, or a trace.dat";
    return std::vector{unreadable};
  }
  if (is_trace_dat(input)) return read_trace_dat(path, window);
  return read_text(input, path, window);
}

}  // namespace fencelab::scenarios::ftrace
