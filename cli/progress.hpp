// Progress of long work on stderr: one line that changes on a terminal, a line now and then else.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace fencelab::cli {

class Progress {
 public:
  using Clock = std::chrono::steady_clock;
  /// What is longest under way, in words; empty: nothing worth a word.
  using UnderWay = std::function<std::string()>;

  /// `what` is counted: "runs", "checks".
  Progress(std::string what, std::size_t total, bool quiet);
  Progress(const Progress&) = delete;
  ~Progress() { end(); }

  std::size_t done() const { return done_; }
  void tell_of(UnderWay under_way) { under_way_ = std::move(under_way); }
  /// One more is done; `label` says which, and what came of it. `took`, if known: on the clock.
  void step(const std::string& label, bool failed, std::chrono::duration<double> took = {});
  /// Time goes by.
  void idle();
  /// Nothing more is said about it.
  void end();

 private:
  std::string counts() const;
  void draw(const std::string& label);
  void print_line();

  std::string what_;
  std::size_t total_, done_ = 0, failed_ = 0;
  bool quiet_, terminal_, is_drawn_ = false;
  Clock::time_point begun_ = Clock::now(), last_{};
  std::chrono::duration<double> slowest_{};
  std::string slowest_label_, label_;
  UnderWay under_way_;
};

/// "41.2/s, 4 min left" of work of which `done` of `total` took `elapsed`; empty before there is
/// anything to tell from.
std::string pace(std::size_t done, std::size_t total, std::chrono::duration<double> elapsed);
/// "45 s", "4 min", "3.5 h": lengths of time for people who wait.
std::string waiting_time(std::chrono::duration<double> length);

}  // namespace fencelab::cli
