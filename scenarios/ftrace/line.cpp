#include "scenarios/ftrace/line.hpp"

#include <charconv>

namespace fencelab::scenarios::ftrace {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_blanks_before(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

std::string_view without_blanks_behind(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

template <typename T>
bool read_whole(std::string_view text, T& value) {
  const auto [stop, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  return status == std::errc() && stop == text.data() + text.size() && !text.empty();
}

// "RenderThread-25155  (  25118)", "chrome-2465", "<idle>-0      (-------)".
bool read_task(std::string_view text, Line& line) {
  text = without_blanks_behind(text);
  if (text.ends_with(')')) {
    const std::size_t open = text.rfind('(');
    if (open == std::string_view::npos) return false;
    const std::string_view group =
        without_blanks_before(text.substr(open + 1, text.size() - open - 2));
    std::int32_t tgid = 0;
    if (read_whole(group, tgid))
      line.tgid = tgid;
    else if (group.find_first_not_of('-') != std::string_view::npos)
      return false;
    text = without_blanks_behind(text.substr(0, open));
  }
  const std::size_t dash = text.rfind('-');
  if (dash == std::string_view::npos || !read_whole(text.substr(dash + 1), line.pid)) return false;
  line.comm = without_blanks_before(text.substr(0, dash));
  return line.pid >= 0;
}

enum class Clock : std::uint8_t { seconds, other, none };

// "505.064394" or, with nanoseconds, "505.064394123".
Clock read_time(std::string_view text, std::int64_t& ns) {
  const std::size_t dot = text.find('.');
  std::int64_t seconds = 0, fraction = 0;
  if (dot == std::string_view::npos) return read_whole(text, seconds) ? Clock::other : Clock::none;
  std::string_view digits = text.substr(dot + 1);
  constexpr std::size_t kNanoDigits = 9;
  if (digits.empty() || digits.size() > kNanoDigits || !is_digit(digits.front()))
    return Clock::none;
  if (!read_whole(text.substr(0, dot), seconds) || !read_whole(digits, fraction))
    return Clock::none;
  constexpr std::int64_t kMaxSeconds = 4'000'000'000;  // whose nanoseconds fit
  if (seconds < 0 || seconds > kMaxSeconds) return Clock::none;
  for (std::size_t i = digits.size(); i < kNanoDigits; ++i) fraction *= 10;
  ns = seconds * 1'000'000'000 + fraction;
  return Clock::seconds;
}

// What stands behind "[cpu]": "d..1  505.064394: name: fields".
bool read_event(std::string_view text, Line& line) {
  text = without_blanks_before(text);
  for (int word = 0; word < 2; ++word) {  // the first may be flags
    const std::size_t end = text.find(' ');
    const std::string_view token = text.substr(0, end);
    if (token.size() > 1 && token.ends_with(':')) {
      const Clock clock = read_time(token.substr(0, token.size() - 1), line.ns);
      if (clock == Clock::none) return false;
      line.kind = clock == Clock::seconds ? Line::Kind::event : Line::Kind::no_seconds;
      text = end == std::string_view::npos ? std::string_view{}
                                           : without_blanks_before(text.substr(end));
      const std::size_t colon = text.find(':');
      const std::size_t blank = text.find(' ');
      if (colon == std::string_view::npos || blank < colon) return true;  // "func <-caller"
      line.event = text.substr(0, colon);
      line.fields = without_blanks_behind(without_blanks_before(text.substr(colon + 1)));
      return true;
    }
    if (end == std::string_view::npos) return false;
    text = without_blanks_before(text.substr(end));
  }
  return false;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// "CPU:3 [LOST 12 EVENTS]" (tracefs), "CPU:3 [12 EVENTS DROPPED]" (trace-cmd).
bool is_lost(std::string_view text) {
  return text.starts_with("CPU:") && (contains(text, "LOST ") || contains(text, "DROPPED"));
}

bool is_remark(std::string_view text) {
  return text.empty() || text.front() == '#' || text.starts_with("cpus=") ||
         text.starts_with("version = ") || text.starts_with("=> ") ||
         text.starts_with("<stack trace>") ||
         (text.starts_with("CPU ") && text.ends_with(" is empty"));
}

}  // namespace

Line parse_line(std::string_view text) {
  Line line;
  // A comm may contain brackets: the first that fits is it.
  for (std::size_t open = text.find('['); open != std::string_view::npos;
       open = text.find('[', open + 1)) {
    const std::size_t close = text.find(']', open);
    if (close == std::string_view::npos) break;
    if (!read_whole(text.substr(open + 1, close - open - 1), line.cpu) || line.cpu < 0) continue;
    if (read_task(text.substr(0, open), line) && read_event(text.substr(close + 1), line))
      return line;
  }
  line = {};
  const std::string_view words = without_blanks_behind(without_blanks_before(text));
  if (is_lost(words))
    line.kind = Line::Kind::lost;
  else if (is_remark(words))
    line.kind = Line::Kind::remark;
  if (line.kind == Line::Kind::lost) {
    const std::string_view number = words.substr(4, words.find(' ') - 4);
    if (!read_whole(number, line.cpu)) line.kind = Line::Kind::other;
  }
  return line;
}

}  // namespace fencelab::scenarios::ftrace
