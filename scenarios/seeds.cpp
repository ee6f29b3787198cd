#include "scenarios/seeds.hpp"

#include <fmt/format.h>

#include <charconv>

#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::int64_t> parse_seed(std::string_view text) {
  std::int64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  return error == std::errc{} && seed <= kMaxSeed ? std::optional(seed) : std::nullopt;
}

}  // namespace

Quantity<std::vector<std::uint64_t>> parse_seeds(std::string_view text) {
  const auto fail = [&text](const char* code, const char* what, std::string expected) {
    return Quantity<std::vector<std::uint64_t>>{
        std::nullopt, {code, quote(text) + what, std::move(expected), {}}};
  };
  const std::size_t dots = text.find("..");
  const std::string_view from = text.substr(0, dots);
  const std::string_view to = dots == std::string_view::npos ? from : text.substr(dots + 2);
  if (!is_number(from) || !is_number(to))
    return fail("bad-text", " is no seed and no range of seeds", "7, or a range such as 1..8");
  const auto first = parse_seed(from), last = parse_seed(to);
  if (!first || !last)
    return fail("too-large", " has seeds that are too large",
                fmt::format("seeds up to {}", kMaxSeed));
  if (*first > *last)
    return fail("reversed-range", " is reversed", fmt::format("\"{}..{}\"", *last, *first));
  if (*last - *first >= kMaxSeeds)
    return fail("too-large", " has too many seeds", fmt::format("at most {}", kMaxSeeds));
  Quantity<std::vector<std::uint64_t>> seeds{std::vector<std::uint64_t>{}, {}};
  for (std::int64_t seed = *first; seed <= *last; ++seed)
    seeds.value->push_back(static_cast<std::uint64_t>(seed));
  return seeds;
}

}  // namespace fencelab::scenarios
