// NamePool: names that occur again and again, stored once and told by their numbers.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace fencelab::campaign {

class NamePool {
 public:
  /// The number of `name`, a new one if it was not seen before.
  std::size_t number_of(const std::string& name) {
    const auto [known, is_new] = numbers_.try_emplace(name, names_.size());
    if (is_new) names_.push_back(name);
    return known->second;
  }
  /// By number.
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<std::string> names_;
};

}  // namespace fencelab::campaign
