#include "analysis/explore/random_walk.hpp"

#include <algorithm>
#include <random>

#include "analysis/explore/search_parts.hpp"

namespace fencelab::analysis {

namespace {

class Walk {
 public:
  Walk(Subject& subject, const ExecutionOptions& options, const ExploreLimits& limits,
       const WalkOptions& walk)
      : subject_(subject), options_(options), limits_(limits), walk_(walk) {}

  Exploration run() {
    const auto begun = std::chrono::steady_clock::now();
    std::uint32_t length = 64;
    for (std::uint64_t i = 0; i < walk_.executions; ++i) {
      length = std::max(length, execute(i, length));
      result_.out_of_time = std::chrono::steady_clock::now() - begun > limits_.time;
      if (result_.steps >= limits_.steps) result_.out_of_steps = result_.out_of_time = true;
      if (result_.out_of_time || (limits_.stop_at_first && result_.found_deadlock())) break;
    }
    return std::move(result_);
  }

 private:
  // The priorities of an execution follow from its number alone.
  std::uint32_t execute(std::uint64_t number, std::uint32_t expected_length) {
    std::mt19937_64 random(core::mix_hash(core::mix_hash(0xAC7, walk_.seed), number));
    std::vector<std::uint64_t> priority;
    std::vector<std::uint32_t> changes;
    for (std::uint32_t i = 1; i < walk_.depth; ++i) changes.push_back(random() % expected_length);
    Execution execution(subject_, options_);
    Schedule schedule;
    std::uint64_t quiet = 0, progress = 0;
    for (;;) {
      const auto& steps = execution.steps();
      const auto length = static_cast<std::uint32_t>(schedule.size());
      const bool over = result_.steps >= limits_.steps;  // this one is of no use any more
      if (over) result_.out_of_steps = result_.out_of_time = true;
      if (over && !steps.empty()) return length;
      if (steps.empty() || length >= limits_.depth || quiet > limits_.daemon_steps) {
        const bool cut = !steps.empty() && !execution.is_settled();
        result_.bound_hits += cut && length >= limits_.depth;
        ++result_.executions;
        result_.depth = std::max(result_.depth, length);
        result_.dead_executions += judge_leaf(execution, schedule, result_);
        return length;
      }
      const core::Step step = highest(steps, priority, random);
      const bool service = is_service(execution, step);
      const std::uint64_t now = execution.progress();
      quiet = service && now == progress ? quiet + 1 : 0;
      progress = now;
      execution.take_randomly(step, random);
      schedule.push_back({step.actor, execution.choices()});
      ++result_.steps;
      if (std::find(changes.begin(), changes.end(), length) != changes.end())
        priority[step.actor] = random() % 16;  // below everybody's
    }
  }

  static core::Step highest(const std::vector<core::Step>& steps,
                            std::vector<std::uint64_t>& priority, std::mt19937_64& random) {
    const core::Step* best = nullptr;
    for (const core::Step& step : steps) {
      while (priority.size() <= step.actor) priority.push_back(16 + random() % (1u << 30));
      if (!best || priority[step.actor] > priority[best->actor]) best = &step;
    }
    return *best;
  }

  Subject& subject_;
  ExecutionOptions options_;
  ExploreLimits limits_;
  WalkOptions walk_;
  Exploration result_;
};

}  // namespace

Exploration explore_randomly(Subject& subject, const ExecutionOptions& options,
                             const ExploreLimits& limits, const WalkOptions& walk) {
  return Walk(subject, options, limits, walk).run();
}

}  // namespace fencelab::analysis
