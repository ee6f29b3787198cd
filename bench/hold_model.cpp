// The price of a process: Fencelab's coroutines sleeping in a loop, against a bare binary heap that
// does nothing but order the same events. With PENDING EVENTS it measures one size once and prints
// one line each; without arguments all sizes, alternating, and the medians.
#include <algorithm>
#include <array>
#include <queue>
#include <vector>

#include "bench/measure.hpp"
#include "core/simulation.hpp"

namespace {

using namespace fencelab;
using bench::HoldSize;

constexpr std::array<HoldSize, 3> kSizes{
    {{16, 4'000'000}, {1'000, 4'000'000}, {100'000, 2'000'000}}};
constexpr int kRepetitions = 7;

core::Task<> sleeper(core::Simulation& simulation, bench::Increments& increments) {
  for (;;) co_await core::sleep_for(simulation, core::Duration{increments.next()});
}

/// Events per second of Fencelab.
double processes_rate(HoldSize size) {
  bench::Increments increments;
  core::Simulation simulation;
  for (std::int64_t i = 0; i < size.pending; ++i)
    simulation.spawn({.name = "sleeper"}, sleeper(simulation, increments));
  simulation.run(core::Time{core::Duration{bench::kWarmUpNs}});
  const auto before = simulation.events();
  const double start = bench::cpu_seconds();
  simulation.run(core::Time{core::Duration{bench::end_ns(size)}});
  return static_cast<double>(simulation.events() - before) / (bench::cpu_seconds() - start);
}

struct Event {
  std::int64_t at;
  std::uint64_t sequence;
  std::uint32_t index;
  friend bool operator<(const Event& a, const Event& b) {
    return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
  }
};

/// Events per second of a std::priority_queue.
double heap_rate(HoldSize size) {
  bench::Increments increments;
  std::priority_queue<Event> heap;
  std::uint64_t sequence = 0, events = 0;
  for (std::int64_t i = 0; i < size.pending; ++i)
    heap.push({increments.next(), sequence++, static_cast<std::uint32_t>(i)});
  const auto run_until = [&](std::int64_t end) {
    while (heap.top().at <= end) {
      const Event event = heap.top();
      heap.pop();
      heap.push({event.at + increments.next(), sequence++, event.index});
      ++events;
    }
  };
  run_until(bench::kWarmUpNs);
  const auto before = events;
  const double start = bench::cpu_seconds();
  run_until(bench::end_ns(size));
  return static_cast<double>(events - before) / (bench::cpu_seconds() - start);
}

void compare(HoldSize size) {
  std::vector<double> processes, heap;
  for (int i = 0; i < kRepetitions; ++i) {
    processes.push_back(processes_rate(size));
    heap.push_back(heap_rate(size));
  }
  std::printf(
      "%7lld pending: %6.2f M events/s as processes, %6.2f M events/s bare heap, ratio %.2f\n",
      static_cast<long long>(size.pending), bench::median(processes) * 1e-6,
      bench::median(heap) * 1e-6, bench::median(processes) / bench::median(heap));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 1) {
    for (const HoldSize size : kSizes) compare(size);
    return 0;
  }
  const HoldSize size = bench::size_from(argc, argv);
  bench::print_rate("fencelab", size, static_cast<std::int64_t>(processes_rate(size)), 1.0);
  bench::print_rate("heap", size, static_cast<std::int64_t>(heap_rate(size)), 1.0);
}
