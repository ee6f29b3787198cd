// One node of the JSON Schema, with references followed, as the explainer reads it.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace fencelab::scenarios {

/// `the number 3`, `a list`, ...: what a value is, in words for a message.
std::string describe_json(const nlohmann::json& value);

/// View of a schema node; the schema must outlive it.
class SchemaView {
 public:
  /// Follows `$ref` from `node` within the schema `root`.
  SchemaView(const nlohmann::json& root, const nlohmann::json& node);

  /// A keyword's value, or null.
  const nlohmann::json* find(std::string_view keyword) const;
  std::string text(std::string_view keyword, std::string otherwise) const;
  std::size_t number(std::string_view keyword, std::size_t otherwise) const;

  /// What a value of this schema is called in messages.
  std::string title() const { return text("title", "value"); }

  /// What may stand here, in words.
  std::string expected() const;
  std::string member_expected(const std::string& member) const;

  /// Unit of an example if a quantity may stand here, else empty.
  std::string unit() const;

  /// Whether `oneOf` lists alternative types (as opposed to alternative members).
  bool has_branches() const;
  const nlohmann::json& branches() const { return *find("oneOf"); }

  /// Members of which exactly one must be there; empty when there is no such rule.
  std::vector<std::string> choice() const;

  bool accepts_type(const nlohmann::json& value) const;
  bool matches_pattern(const std::string& text) const;

 private:
  const nlohmann::json& root_;
  const nlohmann::json* node_;
};

}  // namespace fencelab::scenarios
