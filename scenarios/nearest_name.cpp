#include "scenarios/nearest_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "scenarios/utf8.hpp"

namespace fencelab::scenarios {

namespace {

constexpr std::size_t kLongestWord = 100;  // nobody mistypes longer names letter by letter
constexpr std::size_t kLongestQuote = 60;
constexpr std::size_t kListedNames = 40;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string nearest_name(std::string_view word, std::span<const std::string> candidates) {
  if (word.size() > kLongestWord) return {};
  const std::size_t allowed = (word.size() + 2) / 3;
  std::size_t best_rank = std::numeric_limits<std::size_t>::max();
  std::string best;
  for (const std::string& candidate : candidates) {
    const std::size_t longer = std::max(word.size(), candidate.size());
    if (longer - std::min(word.size(), candidate.size()) > allowed) continue;
    const std::size_t distance = edit_distance(lower_case(word), lower_case(candidate));
    // A distance as long as the word means that nothing of it was kept.
    if (distance > allowed || distance >= longer) continue;
    const std::size_t rank = 2 * distance + (edit_distance(word, candidate) > distance ? 1 : 0);
    if (rank >= best_rank) continue;
    best_rank = rank;
    best = candidate;
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const std::string name = nearest_name(word, candidates);
  return name.empty() ? std::string{} : fmt::format("did you mean {}?", quote(name));
}

std::string one_of(std::span<const std::string> names) {
  std::string text = names.size() == 1 ? "" : "one of ";
  const std::size_t shown = std::min(names.size(), kListedNames);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += ", ";
    text += quote(names[i]);
  }
  if (shown < names.size()) text += fmt::format(" or {} more", names.size() - shown);
  return names.empty() ? std::string{} : text;
}

std::string quote(std::string_view text) {
  std::size_t length = std::min(text.size(), kLongestQuote);
  const bool is_cut = length < text.size();
  // Never cut in the middle of a UTF-8 character.
  while (is_cut && length > 0 && (static_cast<unsigned char>(text[length - 1]) & 0x80) != 0)
    --length;
  return "\"" + printable(text.substr(0, length)) + (is_cut ? "...\"" : "\"");
}

}  // namespace fencelab::scenarios
