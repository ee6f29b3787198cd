// Random whole scenarios that load, each made from one number: of nothing but the schema, or of a
// scenario of the library that is changed in places.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace fencelab::tests {

enum class Size : std::uint8_t {
  any,
  small,  ///< for searches of all schedules
};

struct Generated {
  nlohmann::json document;
  std::string base;  ///< the scenario of the library that was changed; empty: none
  std::string text() const { return document.dump(1); }
};

/// The scenario number `seed`. What its first draft has wrong is taken out, as the loader's
/// diagnostics point at it, until it loads; its stacks resolve. Throws std::runtime_error where a
/// diagnostic points at nothing, which is a mistake of the loader.
Generated generate(std::uint64_t seed, Size size);

}  // namespace fencelab::tests
