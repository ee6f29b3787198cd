#include "campaign/make_stepper.hpp"

namespace fencelab::campaign {

std::unique_ptr<analysis::Stepper> make_stepper(const scenarios::Scenario&,
                                                const scenarios::ResolvedStack&, std::uint64_t) {
  return nullptr;
}

}  // namespace fencelab::campaign
