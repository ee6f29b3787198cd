#include "campaign/mechanism.hpp"

#include <nlohmann/json.hpp>

namespace fencelab::campaign {

namespace {

using Json = nlohmann::json;

/// Places read "file:line:column /pointer".
std::string pointer_in(const Json& json) {
  const std::string place = json.value("place", std::string());
  const std::size_t at = place.rfind(" /");
  return at == std::string::npos ? "" : place.substr(at + 1);
}

std::vector<MechanismItem> items_in(const Json& list) {
  std::vector<MechanismItem> items;
  for (const Json& item : list) items.push_back({item.at("label"), pointer_in(item)});
  return items;
}

}  // namespace

std::vector<MechanismMember> mechanism_of(const std::string& details) {
  std::vector<MechanismMember> members;
  if (details.empty()) return members;
  const Json finding = Json::parse(details);
  for (const Json& member : finding.at("members"))
    members.push_back({member.at("name"), member.at("reason"), pointer_in(member),
                       items_in(member.at("waits")), items_in(member.at("holds"))});
  for (const Json& behind : finding.at("behind"))
    members.push_back({behind.at("name"),
                       behind.at("reason"),
                       pointer_in(behind),
                       {{behind.at("waits_for"), ""}},
                       {}});
  return members;
}

}  // namespace fencelab::campaign
