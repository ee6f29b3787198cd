// One valid scenario that the tests of the loader break in one place at a time, and how to say
// which message they expect.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/loader.hpp"

namespace fencelab::scenarios::testing {

/// A valid scenario that uses most of the format.
std::string base_text();

/// base_text() with its only occurrence of `from` replaced by `to`.
std::string patched(std::string_view from, std::string_view to);

/// The same on another text.
std::string patched(std::string text, std::string_view from, std::string_view to);

/// Preset, policies and columns for tests that check such names.
PolicyNames some_names();

/// Loads without checking names of policies.
Loaded<Scenario> load(const std::string& text, const PolicyNames& names = {});

/// Line and column of the only occurrence of `needle`.
struct TextPlace {
  std::uint32_t line, column;
};
TextPlace place_in(std::string_view text, std::string_view needle);

/// The message that a mistake must give.
struct ExpectedError {
  std::string code;
  std::string pointer;
  std::string at;    ///< text (unique in the file) at whose first byte the message points
  std::string hint;  ///< whole hint, empty for none
};

/// Requires that loading `text` gives this error and no other.
void check_only_error(const std::string& text, const ExpectedError& expected,
                      const PolicyNames& names = {});

/// Requires that breaking base_text() by replacing `from` by `to` gives this error and no other.
void check_patch(std::string_view from, std::string_view to, const ExpectedError& expected,
                 const PolicyNames& names = {});

}  // namespace fencelab::scenarios::testing
