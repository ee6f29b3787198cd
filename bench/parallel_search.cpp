// Prover A alone and with helpers, on one machine and in one run: the same counts, and how much
// sooner. Prints a line per number of processes: counts, wall time, processor time of all.
//   bench_parallel_search [PHILOSOPHERS [MOST_PROCESSES]]
// Philosophers who all take the fork with the lower number first: free, so all of it is explored.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>

#include "analysis/explore/parallel_dpor.hpp"
#include "analysis/explore/search_worker.hpp"
#include "campaign/transport/helpers.hpp"
#include "core/locks.hpp"

namespace {

using namespace fencelab;

struct Table final : analysis::SubjectRun {
  std::vector<std::unique_ptr<core::Mutex>> forks;
};

core::Task<> dine(core::Mutex& first, core::Mutex& second) {
  co_await first.lock();
  co_await second.lock();
  second.unlock();
  first.unlock();
}

class Philosophers final : public analysis::Subject {
 public:
  explicit Philosophers(std::size_t count) : count_(count) {}
  std::unique_ptr<analysis::SubjectRun> start(core::Simulation& simulation) override {
    auto table = std::make_unique<Table>();
    for (std::size_t i = 0; i < count_; ++i)
      table->forks.push_back(std::make_unique<core::Mutex>(simulation, "fork" + std::to_string(i)));
    for (std::size_t i = 0; i < count_; ++i) {
      const std::size_t left = std::min(i, (i + 1) % count_), right = std::max(i, (i + 1) % count_);
      simulation.spawn({"philosopher" + std::to_string(i)},
                       dine(*table->forks[left], *table->forks[right]));
    }
    return table;
  }

 private:
  std::size_t count_;
};

struct Searcher {
  explicit Searcher(std::size_t count) : subject(count), worker(subject, {}) {}
  Philosophers subject;
  analysis::SearchWorker worker;
};

double processor_seconds() {
  double seconds = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    ::getrusage(who, &usage);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime})
      seconds += static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  }
  return seconds;
}

analysis::Exploration explore(std::size_t count, unsigned processes) {
  Philosophers subject(count);
  campaign::SpareSlots spare;
  spare.give(processes - 1);
  campaign::Helpers helpers({.here = &spare}, [count]() -> campaign::Serve {
    auto searcher = std::make_shared<Searcher>(count);
    return [searcher](std::string_view task) { return searcher->worker.serve(task); };
  });
  analysis::WorkerDesk desk(helpers);
  analysis::ExploreLimits limits;
  limits.time = std::chrono::hours(1);
  return analysis::ParallelDpor(subject, {}, limits, desk, {}).run([] {});
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 12;
  const unsigned most = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : 2;
  for (unsigned processes = 1; processes <= most; ++processes) {
    const double before = processor_seconds();
    const auto begun = std::chrono::steady_clock::now();
    const analysis::Exploration result = explore(count, processes);
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;
    fmt::print(
        "parallel philosophers={} processes={} executions={} blocked={} steps={} exhausted={} "
        "wall_seconds={:.3f} processor_seconds={:.3f}\n",
        count, processes, result.executions, result.blocked, result.steps + result.replayed,
        result.exhausted, wall.count(), processor_seconds() - before);
  }
}
