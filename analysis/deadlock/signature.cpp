#include "analysis/deadlock/signature.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace fencelab::analysis {

std::string strip_instances(std::string_view label) {
  std::string stripped;
  for (const char c : label) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit)
      stripped += c;
    else if (stripped.empty() || stripped.back() != '#')
      stripped += '#';
  }
  return stripped;
}

std::string signature_of(const Finding& finding) {
  std::set<std::string> classes;
  for (const Member& member : finding.members)
    for (const WaitedItem& item : member.waits)
      classes.insert(
          fmt::format("{} {}", core::to_string(member.reason), strip_instances(item.label)));
  return fmt::format("{}: {}", to_string(finding.kind), fmt::join(classes, " <- "));
}

}  // namespace fencelab::analysis
