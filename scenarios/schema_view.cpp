#include "scenarios/schema_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

using nlohmann::json;

bool is_of_type(const json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  return type == "number" && value.is_number();
}

std::string type_in_words(const std::string& type) {
  if (type == "object") return "an object";
  if (type == "array") return "a list";
  if (type == "string") return "a text";
  if (type == "boolean") return "true or false";
  return type == "integer" ? "a whole number" : "a number";
}

}  // namespace

std::string describe_json(const json& value) {
  if (value.is_null()) return "null";
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return "the text " + quote(value.get_ref<const std::string&>());
  if (value.is_boolean()) return value.dump();
  return "the number " + value.dump();
}

SchemaView::SchemaView(const json& root, const json& node) : root_(root), node_(&node) {
  while (const json* const reference = find("$ref")) {
    node_ = &root_.at(json::json_pointer(reference->get<std::string>().substr(1)));
  }
}

const json* SchemaView::find(std::string_view keyword) const {
  const auto found = node_->find(keyword);
  return found == node_->end() ? nullptr : &*found;
}

std::string SchemaView::text(std::string_view keyword, std::string otherwise) const {
  const json* const found = find(keyword);
  return found == nullptr ? std::move(otherwise) : found->get<std::string>();
}

std::size_t SchemaView::number(std::string_view keyword, std::size_t otherwise) const {
  const json* const found = find(keyword);
  return found == nullptr ? otherwise : found->get<std::size_t>();
}

std::string SchemaView::expected() const {
  if (const json* const words = find("x-expected")) return words->get<std::string>();
  if (has_branches()) {
    std::string all;
    for (const json& branch : branches()) {
      all += (all.empty() ? "" : " or ") + SchemaView(root_, branch).expected();
    }
    return all;
  }
  if (const json* const allowed = find("enum")) {
    return one_of(allowed->get<std::vector<std::string>>());
  }
  const json* const type = find("type");
  return type == nullptr ? "something else" : type_in_words(type->get<std::string>());
}

std::string SchemaView::member_expected(const std::string& member) const {
  return SchemaView(root_, find("properties")->at(member)).expected();
}

std::string SchemaView::unit() const {
  if (!has_branches()) return text("x-quantity", "");
  for (const json& branch : branches()) {
    const std::string unit = SchemaView(root_, branch).unit();
    if (!unit.empty()) return unit;
  }
  return {};
}

bool SchemaView::has_branches() const {
  const json* const one_of_schemas = find("oneOf");
  return one_of_schemas != nullptr && choice().empty();
}

std::vector<std::string> SchemaView::choice() const {
  std::vector<std::string> names;
  const json* const alternatives = find("oneOf");
  if (alternatives == nullptr) return names;
  for (const json& alternative : *alternatives) {
    const bool is_member_rule = alternative.size() == 1 && alternative.contains("required");
    if (!is_member_rule) return {};
    names.push_back(alternative["required"][0].get<std::string>());
  }
  return names;
}

bool SchemaView::accepts_type(const json& value) const {
  if (has_branches()) {
    return std::any_of(branches().begin(), branches().end(), [&](const json& branch) {
      return SchemaView(root_, branch).accepts_type(value);
    });
  }
  const json* const type = find("type");
  if (type == nullptr) return true;
  if (type->is_string()) return is_of_type(value, type->get<std::string>());
  return std::any_of(type->begin(), type->end(),
                     [&](const json& each) { return is_of_type(value, each.get<std::string>()); });
}

bool SchemaView::matches_pattern(const std::string& text) const {
  const json* const pattern = find("pattern");
  return pattern == nullptr || std::regex_search(text, std::regex(pattern->get<std::string>()));
}

}  // namespace fencelab::scenarios
