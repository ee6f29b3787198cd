#include "campaign/strict_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "scenarios/nearest_name.hpp"

namespace fencelab::campaign {

using scenarios::pointer_to;
using scenarios::quote;

void StrictReader::error(const std::string& pointer, std::string code, std::string message,
                         std::string expected, std::string hint, bool at_key) {
  scenarios::Diagnostic diagnostic = document_.diagnose(pointer, at_key);
  diagnostic.code = std::move(code);
  diagnostic.message = std::move(message);
  diagnostic.expected = std::move(expected);
  diagnostic.hint = std::move(hint);
  errors.push_back(std::move(diagnostic));
}

bool StrictReader::check_object(const nlohmann::json& json, const std::string& at,
                                const std::vector<std::string>& required,
                                const std::vector<std::string>& optional) {
  if (!json.is_object()) {
    error(at, "bad-type", "this is no object", "an object");
    return false;
  }
  bool ok = true;
  std::vector<std::string> known = required;
  known.insert(known.end(), optional.begin(), optional.end());
  for (const auto& [member, value] : json.items()) {
    if (std::find(known.begin(), known.end(), member) != known.end()) continue;
    error(pointer_to(at, member), "unknown-member", "unknown member " + quote(member),
          scenarios::one_of(known), scenarios::did_you_mean(member, known), true);
    ok = false;
  }
  for (const std::string& member : required) {
    if (json.contains(member)) continue;
    error(at, "missing-member", "member " + quote(member) + " is missing",
          fmt::format("members {}", fmt::join(required, ", ")));
    ok = false;
  }
  return ok;
}

bool StrictReader::check_header(const std::string& format, int version, const std::string& what,
                                const std::string& remedy) {
  const auto& root = document_.root;
  if (root["format"] != format) {
    error("/format", "wrong-format", "this is no " + what, quote(format));
    return false;
  }
  if (root["version"] != version) {
    error("/version", "unknown-version", "this program does not know the version",
          fmt::format("{}", version), remedy);
    return false;
  }
  return true;
}

std::string StrictReader::text(const nlohmann::json& object, const std::string& at,
                               const char* member) {
  const auto& value = object[member];
  if (value.is_string()) return value.get<std::string>();
  error(pointer_to(at, member), "bad-type", fmt::format("\"{}\" is no text", member), "a text");
  return {};
}

}  // namespace fencelab::campaign
