// "Did you mean ...?": the known name that a mistyped one most likely stands for.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fencelab::scenarios {

/// Number of insertions, deletions, substitutions and swaps of neighbours between two words
/// (Damerau-Levenshtein, each part edited at most once).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `word`, ignoring case first; empty when none is near enough (the
/// allowed distance grows with the length of the word). Ties go to the earlier candidate.
std::string nearest_name(std::string_view word, std::span<const std::string> candidates);

/// `did you mean "x"?` for the nearest candidate, or an empty text.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

/// `one of "a", "b", "c"`; a long list is cut and the rest counted.
std::string one_of(std::span<const std::string> names);

/// `"text"` with control characters and overlong tails replaced, fit for a message.
std::string quote(std::string_view text);

}  // namespace fencelab::scenarios
