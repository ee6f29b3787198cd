// Random JSON that follows the scenario schema, whatever it says: members and operations that are
// added to it later are made from then on.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/generator/dice.hpp"

namespace fencelab::tests {

/// A part of a document with the part of the schema that it follows.
struct SchemaPlace {
  std::string pointer;  ///< RFC 6901, into the document
  const nlohmann::json* schema = nullptr;
};

class SchemaValues {
 public:
  /// Names that things get, and that references name: of all kinds alike, so that a reference
  /// names something whatever its kind.
  SchemaValues(Dice& dice, std::vector<std::string> names);

  /// A value that follows `schema`, a part of the scenario schema.
  nlohmann::json value(const nlohmann::json& schema);

  /// A value for a member of the whole scenario, such as "processes".
  nlohmann::json member(const std::string& name);

  /// Every part of `document` that the schema describes, the whole of it first.
  static std::vector<SchemaPlace> places(const nlohmann::json& document);

  /// Names of all operations that the schema has.
  static std::vector<std::string> operations();

 private:
  nlohmann::json object(const nlohmann::json& schema);
  nlohmann::json list(const nlohmann::json& schema);
  nlohmann::json text(const std::string& kind);
  nlohmann::json number(const nlohmann::json& schema);
  std::string own_name();

  Dice& dice_;
  std::vector<std::string> names_;
  std::size_t depth_ = 0;
  std::vector<std::size_t> positions_ = {0};  ///< in the lists around
  std::size_t ids_ = 0;                       ///< given to operations of this process
};

}  // namespace fencelab::tests
