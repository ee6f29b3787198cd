#include "campaign/vet/vet.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "campaign/check_all.hpp"
#include "campaign/plugins/plugins.hpp"
#include "campaign/run_all.hpp"
#include "campaign/run_one.hpp"
#include "campaign/run_watched.hpp"

namespace fencelab::campaign {

namespace {

enum class Kind : std::size_t { run, again, unwatched, longer, count };
constexpr std::size_t kKinds = static_cast<std::size_t>(Kind::count);

/// Moves what will be allocated to other addresses, in another order: what is kept is never used.
void shift_memory() {
  std::vector<char*> blocks;
  for (std::size_t i = 0; i < 4'000; ++i)
    blocks.push_back(static_cast<char*>(std::malloc(16 + i * 7919 % 1'000)));
  for (std::size_t i = 0; i < blocks.size(); i += 1 + i % 3) std::free(blocks[i]);
}

RunRecord work_on(const VetCase& of, bool own, Kind kind) {
  const scenarios::ResolvedStack& stack = own ? of.stack : of.base;
  switch (kind) {
    case Kind::again: shift_memory(); break;
    case Kind::unwatched: return run_one(of.scenario, stack, of.seed);
    case Kind::longer: return run_watched(of.longer, stack, of.seed);
    case Kind::run:
    case Kind::count: break;
  }
  return run_watched(of.scenario, stack, of.seed);
}

/// The place of a kind of run in what was found.
RunRecord& place_of(VetRuns& runs, Kind kind) {
  switch (kind) {
    case Kind::again: return runs.again;
    case Kind::unwatched: return runs.unwatched;
    case Kind::longer: return runs.longer;
    case Kind::run:
    case Kind::count: break;
  }
  return runs.run;
}

class Vet {
 public:
  Vet(const std::vector<std::unique_ptr<VetCase>>& cases, const VetOptions& options,
      const std::function<void(const std::string&)>& step)
      : cases_(cases), options_(options), step_(step), base_(cases.size()), own_(cases.size()) {}

  VetResult make() {
    make_runs();
    if (!is_stopped()) explore();
    for (std::size_t i = 0; i < cases_.size() && !is_stopped(); ++i)
      for (VetFinding& finding : vet_findings(*cases_[i], base_[i], own_[i]))
        result_.findings.push_back(std::move(finding));
    result_.scenarios = cases_.size();
    return std::move(result_);
  }

 private:
  bool is_stopped() const { return options_.stop && options_.stop->arrived() != 0; }

  void make_runs() {
    PoolOptions pool;
    pool.jobs = options_.jobs;
    pool.stop = options_.stop;
    pool.limits = default_limits();
    pool.limits.time = options_.run_time;
    const std::size_t all = cases_.size() * 2 * kKinds;
    std::size_t begun = 0;
    const auto next = [&]() -> std::optional<WorkItem> {
      if (begun == all) return std::nullopt;
      const Part part = at(begun++);
      return WorkItem{{}, [part] { return work_on(*part.of, part.own, part.kind); }};
    };
    run_each(next, pool, [&](std::size_t item, const RunRecord& record, const std::string&) {
      const Part part = at(item);
      VetRuns& runs = (part.own ? own_ : base_)[item / (2 * kKinds)];
      place_of(runs, part.kind) = record;
      ++result_.runs;
      step_(part.of->scenario.name);
    });
  }

  struct Part {
    const VetCase* of = nullptr;
    bool own = false;
    Kind kind{};
  };
  Part at(std::size_t item) const {
    return {cases_[item / (2 * kKinds)].get(), item / kKinds % 2 == 1,
            static_cast<Kind>(item % kKinds)};
  }

  bool is_small(std::size_t i) const {
    const auto events = base_[i].run.values.find("events_count");
    return events != base_[i].run.values.end() && own_[i].run.status == "ok" &&
           std::strtoull(events->second.c_str(), nullptr, 10) <= options_.explored_events_max;
  }

  void explore() {
    CheckOptions how;
    how.strength = Strength::explored;
    how.budget = std::chrono::seconds(5);
    how.steps_max = options_.explored_steps_max;
    how.paranoid = true;
    std::vector<CheckItem> items;
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      if (!is_small(i)) continue;
      numbers.push_back(i);
      for (const auto* stack : {&cases_[i]->base, &cases_[i]->stack})
        items.push_back({&cases_[i]->scenario, stack, {cases_[i]->seed}, how});
    }
    CheckAllOptions pool;
    pool.jobs = options_.jobs;
    pool.stop = options_.stop;
    std::vector<CheckRecord> records =
        check_all(items, pool, [&](const CheckRecord& record) { step_(record.scenario); });
    for (std::size_t n = 0; n < numbers.size() && !is_stopped(); ++n) {
      base_[numbers[n]].explored = std::move(records[2 * n]);
      own_[numbers[n]].explored = std::move(records[2 * n + 1]);
      result_.schedules += own_[numbers[n]].explored->schedules;
    }
    result_.explored = numbers.size();
  }

  const std::vector<std::unique_ptr<VetCase>>& cases_;
  const VetOptions& options_;
  const std::function<void(const std::string&)>& step_;
  std::vector<VetRuns> base_, own_;
  VetResult result_;
};

}  // namespace

std::uint64_t vet_steps(std::size_t cases) { return cases * 2 * (kKinds + 1); }

VetResult vet(const std::vector<std::unique_ptr<VetCase>>& cases, const VetOptions& options,
              const std::function<void(const std::string&)>& step) {
  return Vet(cases, options, step).make();
}

}  // namespace fencelab::campaign
