// What `residency: fault` can be told.
#pragma once

#include "models/svm/fault_rules.hpp"
#include "policies/registry.hpp"

namespace fencelab::policies {

std::vector<Parameter> fault_parameters();
models::FaultRules fault_rules(const ParameterValues& values);

}  // namespace fencelab::policies
