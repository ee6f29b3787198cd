// Prints the version of what it is linked with, and how many policies that has.
#include <cstdio>

#include "fencelab/version.hpp"
#include "policies/registry.hpp"

int main() {
  const auto registry = fencelab::policies::Registry::built_in();
  std::printf("fencelab %.*s: %zu policies\n", static_cast<int>(fencelab::kVersion.size()),
              fencelab::kVersion.data(), registry.policies().size());
}
