#include "cli/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "cli/output.hpp"

namespace fencelab::cli {

namespace {

using Seconds = std::chrono::duration<double>;
using namespace std::chrono_literals;

constexpr auto kRedraw = 100ms;      // of the line on a terminal
constexpr auto kSilence = 30s;       // after which a line says that work goes on
constexpr Seconds kWorthAWord = 1s;  // slower runs are named

std::size_t columns_of_terminal() {
  winsize size{};
  return ::ioctl(2, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// The first `columns` of the text; not within a character.
std::string cut(std::string text, std::size_t columns) {
  const auto is_first = [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; };
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (is_first(text[i]) && ++seen > columns) return text.substr(0, i);
  return text;
}

}  // namespace

std::string waiting_time(Seconds length) {
  const double seconds = length.count();
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  if (seconds < 90 * 60) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

std::string pace(std::size_t done, std::size_t total, Seconds elapsed) {
  if (done == 0 || elapsed <= Seconds{}) return {};
  const double rate = static_cast<double>(done) / elapsed.count();
  std::string text = fmt::format("{:.{}f}/s", rate, rate < 10 ? 1 : 0);
  if (done < total)
    text +=
        fmt::format(", {} left", waiting_time(Seconds(static_cast<double>(total - done) / rate)));
  return text;
}

Progress::Progress(std::string what, std::size_t total, bool quiet)
    : what_(std::move(what)), total_(total), quiet_(quiet), terminal_(::isatty(2) != 0) {}

void Progress::end() {
  if (is_drawn_) complain("\n");
  is_drawn_ = false;
}

void Progress::step(const std::string& label, bool failed, Seconds took) {
  constexpr std::size_t kLines = 20;
  ++done_;
  failed_ += failed;
  if (took > slowest_) {
    slowest_ = took;
    slowest_label_ = label;
  }
  label_ = label;
  if (quiet_) return;
  if (terminal_) return draw(label);
  const std::size_t every = std::max(kLines, total_ / kLines);
  if (done_ == total_ || done_ % every == 0) print_line();
}

void Progress::idle() {
  if (quiet_) return;
  if (terminal_) return draw(label_);
  const auto silent_since = std::max(begun_, last_);
  if (Clock::now() - silent_since >= kSilence) print_line();
}

std::string Progress::counts() const {
  std::string text = fmt::format("{}/{} {}, {} failed", done_, total_, what_, failed_);
  const std::string speed = pace(done_, total_, Clock::now() - begun_);
  if (!speed.empty()) text += ", " + speed;
  if (slowest_ >= kWorthAWord)
    text += fmt::format("; slowest {}: {}", waiting_time(slowest_), slowest_label_);
  return text;
}

void Progress::draw(const std::string& label) {
  const auto now = Clock::now();
  if (done_ < total_ && now - last_ < kRedraw) return;
  last_ = now;
  std::string text = counts();
  const std::string now_at = under_way_ ? under_way_() : std::string();
  text += "; " + (now_at.empty() ? label : now_at);
  complain("\r\033[K{}", cut(std::move(text), columns_of_terminal() - 1));
  is_drawn_ = true;
}

void Progress::print_line() {
  last_ = Clock::now();
  std::string text = counts();
  const std::string now_at = under_way_ ? under_way_() : std::string();
  if (!now_at.empty()) text += "; " + now_at;
  complain("{}\n", text);
}

}  // namespace fencelab::cli
