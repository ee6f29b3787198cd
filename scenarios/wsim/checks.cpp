#include "scenarios/wsim/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "scenarios/wsim/parser.hpp"

namespace fencelab::scenarios::wsim {

std::uint32_t object_count(const Step& working_set) {
  std::uint32_t count = 0;
  for (const ObjectGroup& group : working_set.objects) count += group.count;
  return count;
}

namespace {

bool same(const EngineName& a, const EngineName& b) {
  return a.klass == b.klass && a.instance == b.instance;
}

class Checker {
 public:
  Checker(const Workload& workload, const std::string& file, std::vector<Diagnostic>& errors)
      : workload_(workload), file_(file), errors_(errors) {}

  void check() {
    for (const Step& step : workload_.steps) collect(step);
    for (std::size_t i = 0; i < workload_.steps.size(); ++i) check_step(i);
    const bool acts =
        std::any_of(workload_.steps.begin(), workload_.steps.end(), [](const Step& step) {
          return step.kind == StepKind::batch || step.kind == StepKind::delay ||
                 step.kind == StepKind::period;
        });
    if (!acts && !workload_.steps.empty())
      error(workload_.steps.front(), "this workload does nothing", "a batch, a delay or a period");
  }

 private:
  void error(const Step& step, std::string message, std::string expected) {
    errors_.push_back({Severity::error,
                       "wsim-meaning",
                       file_,
                       step.line,
                       step.column,
                       {},
                       std::move(message),
                       std::move(expected),
                       {}});
  }

  void collect(const Step& step) {
    if (step.kind == StepKind::working_set && !sets_.emplace(step.number, &step).second)
      error(step, fmt::format("working set {} is defined twice", step.number), "each id once");
    if (step.kind == StepKind::engine_map) maps_[step.context] = &step;
    if (step.kind == StepKind::load_balance) balanced_[step.context] = &step;
  }

  /// The step `target` steps before `index`, if there is one.
  const Step* target_of(std::size_t index, std::int64_t target) const {
    const std::int64_t at = static_cast<std::int64_t>(index) + target;
    return at >= 0 && at < static_cast<std::int64_t>(index)
               ? &workload_.steps[static_cast<std::size_t>(at)]
               : nullptr;
  }

  void need(std::size_t index, std::int64_t target, StepKind kind, const char* what) {
    const Step* found = target_of(index, target);
    if (!found)
      error(workload_.steps[index], fmt::format("{} reaches before the first step", target), what);
    else if (found->kind != kind)
      error(workload_.steps[index], fmt::format("{} is \"{}\"", target, found->text), what);
  }

  void check_step(std::size_t index) {
    const Step& step = workload_.steps[index];
    switch (step.kind) {
      case StepKind::batch: return check_batch(index);
      case StepKind::sync: return need(index, step.number, StepKind::batch, "a batch");
      case StepKind::sw_signal: return need(index, step.number, StepKind::sw_fence, "an f step");
      case StepKind::terminate: {
        const Step* found = target_of(index, step.number);
        if (!found || !found->infinite)
          error(step, fmt::format("{} is no infinite batch", step.number),
                "a batch with duration *");
        return;
      }
      case StepKind::load_balance:
        if (!maps_.count(step.context))
          error(step, fmt::format("context {} has no engine map", step.context),
                "an M step for the context");
        return;
      case StepKind::bond: return check_bond(step);
      default: return;
    }
  }

  void check_bond(const Step& step) {
    if (!balanced_.count(step.context))
      error(step, fmt::format("context {} is not load balanced", step.context),
            "a B step for the context");
    for (const EngineName& engine : step.engines)
      if (engine.instance == 0 && engine.klass == "VCS")
        error(step, "VCS stands for several engines", "single engines such as VCS1");
    if (step.engine.instance == 0 && step.engine.klass == "VCS")
      error(step, "the master VCS stands for several engines", "a single engine such as VCS1");
  }

  void check_batch(std::size_t index) {
    const Step& step = workload_.steps[index];
    for (const DependencyRef& ref : step.dependencies) {
      if (ref.kind == DependencyRef::Kind::data)
        need(index, ref.target, StepKind::batch, "a batch");
      if (ref.kind == DependencyRef::Kind::submit_fence)
        need(index, ref.target, StepKind::batch, "a batch");
      if (ref.kind == DependencyRef::Kind::fence) {
        const Step* found = target_of(index, ref.target);
        if (!found || (found->kind != StepKind::batch && found->kind != StepKind::sw_fence))
          error(step, fmt::format("f{} gives no fence", ref.target), "a batch or an f step");
      }
      if (ref.kind == DependencyRef::Kind::read_set || ref.kind == DependencyRef::Kind::write_set)
        check_object(step, ref);
    }
    const auto map = maps_.find(step.context);
    if (map == maps_.end() || balanced_.count(step.context)) return;
    const auto& engines = map->second->engines;
    const bool listed = std::any_of(engines.begin(), engines.end(), [&](const EngineName& engine) {
      return same(engine, step.engine) ||
             (engine.klass == step.engine.klass && engine.instance == 0);
    });
    if (!listed)
      error(
          step,
          fmt::format("engine {} is not in the map of context {}", step.engine.klass, step.context),
          "an engine of the map, or load balancing (B)");
  }

  void check_object(const Step& step, const DependencyRef& ref) {
    const auto found = sets_.find(ref.set);
    if (found == sets_.end())
      return error(step, fmt::format("there is no working set {}", ref.set),
                   "a w or W step with that id");
    const std::uint32_t count = object_count(*found->second);
    if (ref.last >= count)
      error(step, fmt::format("working set {} has no object {}", ref.set, ref.last),
            fmt::format("0 to {}", count - 1));
  }

  const Workload& workload_;
  const std::string& file_;
  std::vector<Diagnostic>& errors_;
  std::map<std::int64_t, const Step*> sets_;
  std::map<std::uint32_t, const Step*> maps_, balanced_;
};

std::string engine_text(const EngineName& engine) {
  return engine.klass + (engine.instance ? std::to_string(engine.instance) : std::string());
}

std::string engines_text(const std::vector<EngineName>& engines) {
  std::string text;
  for (const EngineName& engine : engines) text += (text.empty() ? "" : "|") + engine_text(engine);
  return text;
}

std::string dependency_text(const DependencyRef& ref) {
  switch (ref.kind) {
    case DependencyRef::Kind::data: return std::to_string(ref.target);
    case DependencyRef::Kind::fence: return "f" + std::to_string(ref.target);
    case DependencyRef::Kind::submit_fence: return "s" + std::to_string(ref.target);
    default: break;
  }
  const std::string range =
      ref.first == ref.last ? std::to_string(ref.first) : fmt::format("{}-{}", ref.first, ref.last);
  return fmt::format("{}{}-{}", ref.kind == DependencyRef::Kind::write_set ? "w" : "r", ref.set,
                     range);
}

std::string batch_text(const Step& step) {
  std::string dependencies;
  for (const DependencyRef& ref : step.dependencies)
    dependencies += (dependencies.empty() ? "" : "/") + dependency_text(ref);
  const std::string duration = step.infinite ? "*"
                               : step.min_us == step.max_us
                                   ? std::to_string(step.min_us)
                                   : fmt::format("{}-{}", step.min_us, step.max_us);
  return fmt::format("{}.{}.{}.{}.{}", step.context, engine_text(step.engine), duration,
                     dependencies.empty() ? "0" : dependencies, step.wait ? 1 : 0);
}

std::string set_text(const Step& step) {
  std::string groups;
  for (const ObjectGroup& group : step.objects)
    groups +=
        fmt::format("{}{}{}{}", groups.empty() ? "" : "/",
                    group.count == 1 ? std::string() : fmt::format("{}n", group.count), group.min,
                    group.max == group.min ? std::string() : fmt::format("-{}", group.max));
  return fmt::format("{}.{}.{}", step.shared ? "W" : "w", step.number, groups);
}

}  // namespace

void check_meaning(const Workload& workload, const std::string& file,
                   std::vector<Diagnostic>& errors) {
  Checker(workload, file, errors).check();
}

std::string render_step(const Step& step) {
  switch (step.kind) {
    case StepKind::batch: return batch_text(step);
    case StepKind::delay: return fmt::format("d.{}", step.number);
    case StepKind::period: return fmt::format("p.{}", step.number);
    case StepKind::sync: return fmt::format("s.{}", step.number);
    case StepKind::throttle: return fmt::format("t.{}", step.number);
    case StepKind::queue_depth: return fmt::format("q.{}", step.number);
    case StepKind::sw_fence: return "f";
    case StepKind::sw_signal: return fmt::format("a.{}", step.number);
    case StepKind::priority: return fmt::format("P.{}.{}", step.context, step.number);
    case StepKind::sseu: return fmt::format("S.{}.{}", step.context, step.number);
    case StepKind::preemption: return fmt::format("X.{}.{}", step.context, step.number);
    case StepKind::engine_map:
      return fmt::format("M.{}.{}", step.context, engines_text(step.engines));
    case StepKind::load_balance: return fmt::format("B.{}", step.context);
    case StepKind::bond:
      return fmt::format("b.{}.{}.{}", step.context, engines_text(step.engines),
                         engine_text(step.engine));
    case StepKind::terminate: return fmt::format("T.{}", step.number);
    case StepKind::working_set: return set_text(step);
  }
  return {};
}

}  // namespace fencelab::scenarios::wsim
