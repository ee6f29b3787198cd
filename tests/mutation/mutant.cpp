#include "tests/mutation/mutant.hpp"

namespace fencelab::mutation {

std::vector<Mutant> all_mutants() {
  std::vector<Mutant> mutants;
  add_sync_mutants(mutants);
  add_handover_mutants(mutants);
  add_flip_mutants(mutants);
  add_locking_mutants(mutants);
  add_submission_mutants(mutants);
  add_user_queue_mutants(mutants);
  add_residency_mutants(mutants);
  add_userptr_mutants(mutants);
  add_bind_mutants(mutants);
  add_engine_mutants(mutants);
  return mutants;
}

}  // namespace fencelab::mutation
