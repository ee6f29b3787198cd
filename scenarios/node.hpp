// A value of the document together with its JSON pointer. Reading through it never fails: what is
// absent or of the wrong type is simply not there, because the schema check has reported it
// already.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/findings.hpp"

namespace fencelab::scenarios {

/// View of one value; the document and the spellings must outlive it.
class Node {
 public:
  /// Nothing there.
  Node() = default;
  Node(const nlohmann::json& value, std::string pointer, const Spellings& spellings)
      : value_(&value), pointer_(std::move(pointer)), spellings_(&spellings) {}

  explicit operator bool() const { return value_ != nullptr; }
  bool is_text() const { return value_ != nullptr && value_->is_string(); }
  bool is_object() const { return value_ != nullptr && value_->is_object(); }
  bool is_list() const { return value_ != nullptr && value_->is_array(); }

  /// The JSON value; only when present.
  const nlohmann::json& value() const { return *value_; }
  const std::string& pointer() const { return pointer_; }

  /// Member of an object; absent when this is none or has no such member.
  Node operator[](std::string_view member) const;

  /// Elements of a list; none when this is no list.
  std::vector<Node> items() const;

  /// Members of an object but `comment`, by intended name; none when this is no object.
  std::vector<std::pair<std::string, Node>> members() const;

  std::optional<std::string> text() const;
  std::string text_or(std::string otherwise) const { return text().value_or(std::move(otherwise)); }
  bool flag_or(bool otherwise) const;

  /// A whole number from `min` to `max`; others are the schema check's business.
  std::optional<std::int64_t> integer(std::int64_t min, std::int64_t max) const;
  std::optional<double> number() const;

 private:
  const nlohmann::json* value_ = nullptr;
  std::string pointer_;
  const Spellings* spellings_ = nullptr;
};

}  // namespace fencelab::scenarios
