// Mutant: a policy of the product with one bug that a driver author could write, and the scenario
// in which the bug matters. Only tests know of them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "policies/registry.hpp"

namespace fencelab::mutation {

/// Replaces the policy of one axis, just made by the product, by one with a bug. Most wrap it.
using Seed = std::function<void(models::DriverPolicies&, const policies::ParameterValues&,
                                policies::RunState&)>;

struct Mutant {
  std::string name;          ///< as a policy
  std::string axis;          ///< of the policy that has the bug
  std::string scenario;      ///< scenarios/NAME.json, where it matters
  std::string stack;         ///< of that scenario; its policy of the axis is right
  std::string bug;           ///< in one sentence
  std::string source = "-";  ///< where such a bug happened or is described
  Seed seed{};
  std::string gpu{};     ///< only on this one; empty: wherever the policy is the system's
  std::string missed{};  ///< not found, and why; empty: it must be found
};

/// All of them, axis by axis.
std::vector<Mutant> all_mutants();

// One function per file adds its own.
void add_sync_mutants(std::vector<Mutant>& mutants);
void add_handover_mutants(std::vector<Mutant>& mutants);
void add_locking_mutants(std::vector<Mutant>& mutants);
void add_submission_mutants(std::vector<Mutant>& mutants);
void add_user_queue_mutants(std::vector<Mutant>& mutants);
void add_residency_mutants(std::vector<Mutant>& mutants);
void add_userptr_mutants(std::vector<Mutant>& mutants);
void add_bind_mutants(std::vector<Mutant>& mutants);
void add_engine_mutants(std::vector<Mutant>& mutants);
void add_flip_mutants(std::vector<Mutant>& mutants);

}  // namespace fencelab::mutation
