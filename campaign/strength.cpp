#include "campaign/strength.hpp"

namespace fencelab::campaign {

const std::vector<std::string>& strength_names() {
  static const std::vector<std::string> kNames = {"observed", "predicted", "explored", "proved"};
  return kNames;
}

std::string_view to_string(Strength strength) {
  return strength_names()[static_cast<std::size_t>(strength)];
}

std::optional<Strength> parse_strength(std::string_view name) {
  for (std::size_t i = 0; i < strength_names().size(); ++i)
    if (strength_names()[i] == name) return static_cast<Strength>(i);
  return std::nullopt;
}

}  // namespace fencelab::campaign
