#include "analysis/hazards/hazard_log.hpp"

#include <algorithm>

namespace fencelab::analysis {

std::string without_number(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  const bool has_number = dot != std::string::npos && dot + 1 < name.size() &&
                          name.find_first_not_of("0123456789", dot + 1) == std::string::npos;
  return has_number ? name.substr(0, dot) : name;
}

void HazardLog::put(const Key& key, HazardClass made) {
  const auto same = std::find_if(classes_.begin(), classes_.end(), [&](const HazardClass& known) {
    return known.kind == made.kind && known.signature == made.signature;
  });
  const auto index = static_cast<std::size_t>(same - classes_.begin());
  if (same == classes_.end()) {
    if (classes_.size() >= kMaxClasses) return;
    made.count = 0;
    classes_.push_back(std::move(made));
  }
  known_.emplace(key, index);
  ++classes_[index].count;
}

}  // namespace fencelab::analysis
