// A timed run in which time does not go on: two that wake each other without a delay between them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/simulation.hpp"

namespace fencelab::campaign {

class InstantWatch {
 public:
  /// Makes the loop of `simulation` come back now and then within an instant. `progress` grows
  /// whenever something gets done.
  InstantWatch(core::Simulation& simulation, std::function<std::uint64_t()> progress);

  /// Asked between instants, and now and then within one: whether so many events have happened at
  /// the present instant without progress, or so much of it, that it is taken for endless.
  bool is_endless();
  /// Events at this instant since the last progress.
  std::uint64_t events() const { return simulation_.events() - since_; }
  /// What got done at this instant.
  std::uint64_t done() const { return done_ - first_; }
  /// Services and threads that have not ended and are not waiting for anything.
  std::vector<std::string> who() const;

  /// More than any real instant takes: 100 000 processes that start at once take two each, and
  /// each operation that ends begins the count anew.
  static constexpr std::uint64_t kEndless = 500'000;
  /// Operations that take no time, one after the other: a loop of them goes on for ever.
  static constexpr std::uint64_t kEndlessOperations = 5'000'000;

 private:
  static constexpr std::uint64_t kLookEvery = 100'000;
  core::Simulation& simulation_;
  std::function<std::uint64_t()> progress_;
  core::Time at_ = core::kNever;
  std::uint64_t first_ = 0, done_ = 0, since_ = 0;
};

}  // namespace fencelab::campaign
