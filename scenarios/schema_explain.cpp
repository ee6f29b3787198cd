#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "scenarios/nearest_name.hpp"
#include "scenarios/schema_check.hpp"
#include "scenarios/schema_view.hpp"

namespace fencelab::scenarios {

namespace {

/// Where the schema has no limit of its own; DocumentLimits hold anyway.
constexpr std::size_t kNoMost = std::numeric_limits<std::size_t>::max();

using nlohmann::json;

class Explainer {
 public:
  Explainer(const json& root, FindingSink& sink, Spellings& spellings)
      : root_(root), sink_(sink), spellings_(spellings) {}

  void explain(const json& unresolved, const json& value, const std::string& pointer);

 private:
  using Names = std::vector<std::string>;

  void explain_branches(const SchemaView& schema, const json& value, const std::string& pointer);
  void explain_object(const SchemaView& schema, const json& value, const std::string& pointer);
  void explain_unknown(const SchemaView& schema, const json& value, const std::string& pointer,
                       const std::string& key);
  void explain_required(const SchemaView& schema, const json& value, const std::string& pointer);
  void explain_choice(const SchemaView& schema, const json& value, const std::string& pointer,
                      bool has_unknown);
  void explain_list(const SchemaView& schema, const json& value, const std::string& pointer);
  void explain_text(const SchemaView& schema, const std::string& text, const std::string& pointer);
  void explain_number(const SchemaView& schema, const json& value, const std::string& pointer);
  bool explain_enum(const SchemaView& schema, const json& value, const std::string& pointer);
  void wrong_type(const SchemaView& schema, const json& value, const std::string& pointer);
  bool has(const json& object, const std::string& pointer, const std::string& member) const;

  const json& root_;
  FindingSink& sink_;
  Spellings& spellings_;
};

bool Explainer::has(const json& object, const std::string& pointer,
                    const std::string& member) const {
  return object.contains(spellings_.actual(pointer, member));
}

void Explainer::explain(const json& unresolved, const json& value, const std::string& pointer) {
  const SchemaView schema(root_, unresolved);
  if (schema.has_branches()) return explain_branches(schema, value, pointer);
  if (!schema.accepts_type(value)) return wrong_type(schema, value, pointer);
  if (!explain_enum(schema, value, pointer)) return;
  if (value.is_object())
    explain_object(schema, value, pointer);
  else if (value.is_array())
    explain_list(schema, value, pointer);
  else if (value.is_string())
    explain_text(schema, value.get_ref<const std::string&>(), pointer);
  else if (value.is_number())
    explain_number(schema, value, pointer);
}

// The branches of our schema differ in the JSON type they take, which says which one was meant.
void Explainer::explain_branches(const SchemaView& schema, const json& value,
                                 const std::string& pointer) {
  for (const json& branch : schema.branches()) {
    if (SchemaView(root_, branch).accepts_type(value)) return explain(branch, value, pointer);
  }
  wrong_type(schema, value, pointer);
}

void Explainer::wrong_type(const SchemaView& schema, const json& value,
                           const std::string& pointer) {
  std::string hint;
  const std::string unit = schema.unit();
  if (value.is_number() && !unit.empty()) {
    hint = fmt::format("quantities are texts with a unit: \"{} {}\"", value.dump(), unit);
  }
  sink_.error(pointer, {.code = "wrong-type",
                        .message = fmt::format("{} cannot stand here", describe_json(value)),
                        .expected = schema.expected(),
                        .hint = hint});
}

bool Explainer::explain_enum(const SchemaView& schema, const json& value,
                             const std::string& pointer) {
  const json* const allowed = schema.find("enum");
  if (allowed == nullptr || std::find(allowed->begin(), allowed->end(), value) != allowed->end()) {
    return true;
  }
  Names names;
  for (const json& each : *allowed) {
    if (each.is_string()) names.push_back(each.get<std::string>());
  }
  const bool is_text = value.is_string();
  if (!is_text || names.empty()) {
    wrong_type(schema, value, pointer);
    return false;
  }
  const std::string& text = value.get_ref<const std::string&>();
  sink_.error(pointer, {.code = "unknown-value",
                        .message = fmt::format("unknown {} {}", schema.title(), quote(text)),
                        .expected = one_of(names),
                        .hint = did_you_mean(text, names)});
  return false;
}

void Explainer::explain_object(const SchemaView& schema, const json& value,
                               const std::string& pointer) {
  const json* const properties = schema.find("properties");
  const json* const others = schema.find("additionalProperties");
  bool has_unknown = false;
  for (const auto& [key, member] : value.items()) {
    const bool is_known = properties != nullptr && properties->contains(key);
    if (is_known) {
      explain((*properties)[key], member, pointer_to(pointer, key));
    } else if (others != nullptr && others->is_object()) {
      explain(*others, member, pointer_to(pointer, key));
    } else if (others != nullptr) {
      has_unknown = true;
      explain_unknown(schema, value, pointer, key);
    }
  }
  explain_required(schema, value, pointer);
  explain_choice(schema, value, pointer, has_unknown);
  const json* const most = schema.find("maxProperties");
  if (most != nullptr && value.size() > most->get<std::size_t>()) {
    sink_.error(pointer, {.code = "too-long",
                          .message = fmt::format("too many members in this {}", schema.title()),
                          .expected = fmt::format("at most {}", most->dump())});
  }
}

void Explainer::explain_unknown(const SchemaView& schema, const json& value,
                                const std::string& pointer, const std::string& key) {
  const json& properties = *schema.find("properties");
  Names listed, missing;
  for (const auto& [name, property] : properties.items()) {
    const bool is_remark = name == "comment" || name == "$schema";
    if (!is_remark) listed.push_back(name);
    if (!is_remark && !has(value, pointer, name)) missing.push_back(name);
  }
  const std::string noun = schema.text("x-member", "member");
  if (noun != "member" && !schema.choice().empty()) listed = schema.choice();
  const std::string place = noun == "member" ? " in this " + schema.title() : "";
  const std::string near = nearest_name(key, missing);
  // A member that is there already is the second guess: it may be the one that --set was meant for.
  const std::string hint = did_you_mean(key, near.empty() ? listed : missing);
  sink_.error(pointer_to(pointer, key),
              {.code = "unknown-" + noun,
               .message = fmt::format("unknown {} {}{}", noun, quote(key), place),
               .expected = one_of(listed),
               .hint = hint,
               .at_key = true});
  if (near.empty()) return;
  spellings_.note(pointer, near, key);
  explain(properties[near], value[key], pointer_to(pointer, key));
}

void Explainer::explain_required(const SchemaView& schema, const json& value,
                                 const std::string& pointer) {
  const json* const required = schema.find("required");
  if (required == nullptr) return;
  for (const json& name : *required) {
    if (has(value, pointer, name.get<std::string>())) continue;
    sink_.error(pointer, {.code = "missing-member",
                          .message = fmt::format("this {} has no member {}", schema.title(),
                                                 quote(name.get<std::string>())),
                          .expected = schema.member_expected(name.get<std::string>())});
  }
}

// Exactly one of several members, as in operations; an unknown member was probably meant to be it.
void Explainer::explain_choice(const SchemaView& schema, const json& value,
                               const std::string& pointer, bool has_unknown) {
  const Names choice = schema.choice();
  if (choice.empty()) return;
  Names present;
  for (const std::string& name : choice) {
    if (has(value, pointer, name)) present.push_back(name);
  }
  if (present.empty() && !has_unknown) {
    sink_.error(pointer, {.code = "missing-member",
                          .message = fmt::format("this {} says nothing", schema.title()),
                          .expected = one_of(choice)});
  }
  if (present.size() > 1) {
    sink_.error(pointer, {.code = "conflicting-members",
                          .message = fmt::format("{} and {} in one {}", quote(present[0]),
                                                 quote(present[1]), schema.title()),
                          .expected = "exactly one of them"});
  }
}

void Explainer::explain_list(const SchemaView& schema, const json& value,
                             const std::string& pointer) {
  const std::size_t least = schema.number("minItems", 0);
  const std::size_t most = schema.number("maxItems", kNoMost);
  if (value.empty() && least > 0) {
    sink_.error(pointer,
                {.code = "empty-list",
                 .message = "empty " + schema.title(),
                 .expected = fmt::format("at least {} element{}", least, least > 1 ? "s" : "")});
  } else if (value.size() < least || value.size() > most) {
    sink_.error(pointer,
                {.code = "wrong-length",
                 .message = fmt::format("this {} has {} elements", schema.title(), value.size()),
                 .expected = least == most ? fmt::format("{}", least)
                                           : fmt::format("{} to {}", least, most)});
  }
  const json* const items = schema.find("items");
  for (std::size_t i = 0; items != nullptr && i < value.size(); ++i) {
    explain(*items, value[i], pointer_to(pointer, i));
  }
}

void Explainer::explain_text(const SchemaView& schema, const std::string& text,
                             const std::string& pointer) {
  if (text.size() > schema.number("maxLength", kNoMost)) {
    sink_.error(pointer,
                {.code = "too-long",
                 .message = "this text is too long",
                 .expected = fmt::format("at most {} bytes", schema.number("maxLength", 0))});
    return;
  }
  // Who reads a quantity says better what is wrong with it.
  if (!schema.unit().empty() || schema.matches_pattern(text)) return;
  sink_.error(pointer, {.code = "bad-text",
                        .message = fmt::format("{} is not allowed here", quote(text)),
                        .expected = schema.expected()});
}

void Explainer::explain_number(const SchemaView& schema, const json& value,
                               const std::string& pointer) {
  const json* const least = schema.find("minimum");
  const json* const most = schema.find("maximum");
  const bool too_small = least != nullptr && value < *least;
  const bool too_large = most != nullptr && value > *most;
  if (!too_small && !too_large) return;
  std::string range = "at most " + (most == nullptr ? "" : most->dump());
  if (least != nullptr) {
    range = most == nullptr ? fmt::format("at least {}", least->dump())
                            : fmt::format("{} to {}", least->dump(), most->dump());
  }
  sink_.error(pointer,
              {.code = "out-of-range",
               .message = fmt::format("{} {} is out of range", schema.title(), value.dump()),
               .expected = range});
}

}  // namespace

void explain_by_schema(const json& root, FindingSink& sink, Spellings& spellings) {
  Explainer(scenario_schema(), sink, spellings).explain(scenario_schema(), root, "");
}

}  // namespace fencelab::scenarios
