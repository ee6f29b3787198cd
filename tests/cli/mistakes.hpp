// One valid scenario that the tests break in one place at a time, and what the program must say.
#pragma once

#include <string>
#include <string_view>

#include "tests/cli/program.hpp"

namespace fencelab::testing {

inline constexpr int kBadInput = 63;

/// A valid scenario with one quantity of each kind and a name of each kind.
std::string base_scenario();

/// base_scenario() with its only occurrence of `from` replaced.
std::string patched(std::string_view from, std::string_view to);

/// A mistake in a scenario, and the message that it must give.
struct Mistake {
  std::string from, to;  ///< the replacement in base_scenario() that makes the mistake
  std::string at;  ///< text at whose first byte the message points; its first occurrence from the
                   ///< beginning of the broken line
  std::string code, pointer;
  std::string words;  ///< of the second line: what was expected, or what was probably meant
};

/// Requires that running the broken scenario is refused with this message and no other, and that
/// nothing is left in --out.
void check_mistake(const Mistake& mistake);

/// Requires a refusal: exit code 63, a message on stderr, nothing broken in ourselves.
void check_refused(const Outcome& outcome);

/// "line:column" of the first occurrence of `needle` at or after `from`.
std::string place_of(std::string_view text, std::string_view needle, std::size_t from = 0);

}  // namespace fencelab::testing
