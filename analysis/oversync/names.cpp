#include "analysis/oversync/names.hpp"

#include <fmt/format.h>

#include "models/client.hpp"
#include "models/gpu/context.hpp"
#include "models/gpu/gpu.hpp"

namespace fencelab::analysis {

std::string operation_name(const models::Job& job) {
  return fmt::format("{} of {}", job.label ? *job.label : std::string("?"),
                     job.client ? job.client->name() : std::string("?"));
}

std::string producer_name(const models::Dependency& dependency) {
  if (dependency.producer) return operation_name(*dependency.producer);
  if (dependency.point.timeline) return "value " + dependency.point.timeline->name();
  switch (dependency.rule) {
    case models::DependencyRule::bind: return "(bind)";
    case models::DependencyRule::userptr: return "(userptr)";
    case models::DependencyRule::resv_kernel: return "(move or clear)";
    default: return "(no job)";
  }
}

std::string policy_name(models::DependencyRule rule, const models::Job& job) {
  const char* axis = rule == models::DependencyRule::bind      ? "bind"
                     : rule == models::DependencyRule::userptr ? "userptr"
                                                               : "sync";
  if (rule == models::DependencyRule::program || !job.context) return "";
  return std::string(job.context->gpu().policies().names.of(axis));
}

}  // namespace fencelab::analysis
