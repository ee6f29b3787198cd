// What operations, jobs and policies are called in tables of dependencies.
#pragma once

#include <string>

#include "models/gpu/job.hpp"

namespace fencelab::analysis {

/// The same for all jobs of one operation.
inline const void* name_key(const models::Job& job) {
  return job.label ? static_cast<const void*>(job.label) : static_cast<const void*>(job.client);
}
/// "draw of game": the operation and the process, without the iteration.
std::string operation_name(const models::Job& job);
/// Of what is waited for: an operation, a value, or what a fence that is no job's stands for.
std::string producer_name(const models::Dependency& dependency);
/// The policy whose rule made `job` wait; empty where the program asked for it.
std::string policy_name(models::DependencyRule rule, const models::Job& job);

}  // namespace fencelab::analysis
