// Reads small JSON files of ours (baselines, tolerances) strictly: every mistake is an error with
// its place.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scenarios/json_document.hpp"

namespace fencelab::campaign {

class StrictReader {
 public:
  explicit StrictReader(const scenarios::JsonDocument& document) : document_(document) {}
  std::vector<scenarios::Diagnostic> errors;

 protected:
  void error(const std::string& pointer, std::string code, std::string message,
             std::string expected, std::string hint = "", bool at_key = false);

  /// False, with errors, unless it is an object with all of `required` and nothing beside these but
  /// some of `optional`.
  bool check_object(const nlohmann::json& json, const std::string& at,
                    const std::vector<std::string>& required,
                    const std::vector<std::string>& optional);

  /// False, with an error, unless the document says that it is `format` in version `version`.
  /// `remedy`: what to do about another version.
  bool check_header(const std::string& format, int version, const std::string& what,
                    const std::string& remedy);

  /// The text in that member; an error and nothing if it is none.
  std::string text(const nlohmann::json& object, const std::string& at, const char* member);

  const scenarios::JsonDocument& document_;
};

}  // namespace fencelab::campaign
