#include "analysis/explore/step_names.hpp"

#include <fmt/format.h>

#include "core/waitable.hpp"

namespace fencelab::analysis {

namespace {

std::string waited_for(const core::WaitRecord& wait) {
  if (wait.count == 0) return std::string(to_string(wait.reason));
  const std::string first = wait.links[0].object->describe();
  return wait.count == 1 ? first : fmt::format("{} and {} more", first, wait.count - 1);
}

std::string next_of(const core::Process& process) {
  switch (process.state) {
    case core::ProcessState::asking: return "ask for " + waited_for(process.wait);
    case core::ProcessState::sleeping:
      return process.wait.reason == core::WaitReason::sleep
                 ? std::string("next")
                 : fmt::format("end of {}", to_string(process.wait.reason));
    case core::ProcessState::ready:
      return process.wait.count == 0 ? std::string("start")
                                     : "go on after " + waited_for(process.wait);
    default: return "time out of " + waited_for(process.wait);
  }
}

}  // namespace

const core::Process* process_of(Execution& execution, const core::Step& step) {
  if (step.kind == core::Step::Kind::fire) return nullptr;
  return &execution.simulation().process_at(step.slot);
}

std::string actor_name(Execution& execution, const core::Step& step) {
  const core::Process* process = process_of(execution, step);
  return process ? process->spec.name : fmt::format("timer {}", step.actor);
}

std::string operation_name(Execution& execution, const core::Step& step) {
  const core::Process* process = process_of(execution, step);
  if (!process) return "fire";
  const std::string doing = process->doing;
  return doing.empty() ? next_of(*process) : fmt::format("{}: {}", doing, next_of(*process));
}

std::string whereabouts(const core::Process& process) {
  switch (process.state) {
    case core::ProcessState::done: return "at its end";
    case core::ProcessState::blocked: return "blocked at " + waited_for(process.wait);
    case core::ProcessState::idle: return "idle";
    default: return "at " + next_of(process);
  }
}

}  // namespace fencelab::analysis
