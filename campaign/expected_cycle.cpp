#include "campaign/expected_cycle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace fencelab::campaign {

namespace {

using analysis::WaitEdge;
using scenarios::EdgeSpec;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Lists of equal length, each element of one taken by an element of the other.
bool match_each_other(const std::vector<std::string>& expected,
                      const std::vector<std::string>& words) {
  if (expected.size() != words.size()) return false;
  std::vector<std::uint8_t> taken(words.size(), 0);
  return std::all_of(expected.begin(), expected.end(), [&](const std::string& each) {
    for (std::size_t i = 0; i < words.size(); ++i)
      if (taken[i] == 0 && matches_words(each, words[i])) return taken[i] = 1, true;
    return false;
  });
}

bool matches(const EdgeSpec& expected, const WaitEdge& edge) {
  return matches_words(expected.who, edge.who) && expected.kind == edge.kind &&
         matches_words(expected.holds, edge.holds) && match_each_other(expected.on, edge.on) &&
         match_each_other(expected.by, edge.by);
}

std::string words_of(const EdgeSpec& edge) {
  return analysis::words_of({edge.who, edge.kind, edge.holds, edge.on, edge.by, false});
}

class Comparison {
 public:
  Comparison(const std::vector<EdgeSpec>& expected, const std::vector<WaitEdge>& edges)
      : expected_(expected), edges_(edges), partner_(expected.size()), taken_(edges.size(), 0) {}

  std::vector<std::string> run() {
    pair_those_that([](const EdgeSpec& a, const WaitEdge& b) { return matches(a, b); });
    const bool all = std::all_of(partner_.begin(), partner_.end(),
                                 [](const auto& partner) { return partner.has_value(); });
    if (all && expected_.size() == edges_.size()) return compare_order();
    say_what_differs();
    return std::move(differences_);
  }

 private:
  template <typename Fits>
  void pair_those_that(Fits fits) {
    for (std::size_t i = 0; i < expected_.size(); ++i)
      for (std::size_t k = 0; k < edges_.size() && !partner_[i]; ++k)
        if (taken_[k] == 0 && fits(expected_[i], edges_[k])) partner_[i] = k, taken_[k] = 1;
  }

  void say_what_differs() {
    const std::vector<std::optional<std::size_t>> equal = partner_;
    pair_those_that(
        [](const EdgeSpec& a, const WaitEdge& b) { return matches_words(a.who, b.who); });
    for (std::size_t i = 0; i < expected_.size(); ++i) {
      if (equal[i]) continue;
      const std::string edge = fmt::format("edge {}: expected {}", i + 1, words_of(expected_[i]));
      differences_.push_back(
          partner_[i] ? fmt::format("{}, got {}", edge, analysis::words_of(edges_[*partner_[i]]))
                      : fmt::format("{}, which is missing", edge));
    }
    for (std::size_t k = 0; k < edges_.size(); ++k)
      if (taken_[k] == 0)
        differences_.push_back(fmt::format("not expected: edge {}", analysis::words_of(edges_[k])));
  }

  // The edges of the cycle in the order in which they are expected, each after its predecessor.
  std::vector<std::string> compare_order() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < expected_.size(); ++i)
      if (edges_[*partner_[i]].on_cycle) order.push_back(i);
    for (std::size_t i = 0; i + 1 < order.size(); ++i) {
      const std::size_t follows = (*partner_[order[i]] + 1) % order.size();
      if (*partner_[order[i + 1]] == follows) continue;
      differences_.push_back(fmt::format("edge {} does not follow edge {}: {} does",
                                         order[i + 1] + 1, order[i] + 1,
                                         analysis::words_of(edges_[follows])));
    }
    return std::move(differences_);
  }

  const std::vector<EdgeSpec>& expected_;
  const std::vector<WaitEdge>& edges_;
  std::vector<std::optional<std::size_t>> partner_;  ///< of each expected edge
  std::vector<std::uint8_t> taken_;                  ///< of each edge: it is somebody's partner
  std::vector<std::string> differences_;
};

}  // namespace

bool matches_words(std::string_view expected, std::string_view words) {
  if (expected == words) return true;
  std::size_t at = 0;
  for (const char c : expected) {
    if (c != '#') {
      if (at >= words.size() || words[at] != c) return false;
      ++at;
      continue;
    }
    if (at < words.size() && words[at] == '#') ++at;
    const std::size_t digits = at;
    while (at < words.size() && is_digit(words[at])) ++at;
    if (at == digits) return false;
  }
  return at == words.size();
}

std::vector<std::string> cycle_differences(const std::vector<EdgeSpec>& expected,
                                           const std::vector<WaitEdge>& edges) {
  return Comparison(expected, edges).run();
}

std::vector<std::string> cycle_differences(const std::vector<EdgeSpec>& expected,
                                           const std::vector<std::vector<WaitEdge>>& findings) {
  std::optional<std::vector<std::string>> fewest;
  for (const auto& edges : findings) {
    if (edges.empty()) continue;
    auto differences = cycle_differences(expected, edges);
    if (!fewest || differences.size() < fewest->size()) fewest = std::move(differences);
  }
  return fewest.value_or(std::vector<std::string>{"nothing is stuck that has a cycle"});
}

}  // namespace fencelab::campaign
