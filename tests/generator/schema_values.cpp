#include "tests/generator/schema_values.hpp"

#include <algorithm>
#include <stdexcept>

#include "scenarios/schema_text.hpp"

namespace fencelab::tests {

namespace {

using nlohmann::json;

const json& whole_schema() {
  static const json schema = json::parse(scenarios::scenario_schema_text());
  return schema;
}

constexpr const char* kDefinitions = "#/$defs/";

/// The definition that is referred to, and its name; the schema itself, without one, if none is.
std::pair<const json*, std::string> resolved(const json& schema) {
  const json* now = &schema;
  std::string name;
  while (now->contains("$ref")) {
    name = now->at("$ref").get<std::string>().substr(std::string(kDefinitions).size());
    now = &whole_schema()["$defs"][name];
  }
  return {now, name};
}

/// Texts by the definition that they follow.
const std::vector<std::string>* texts_of(const std::string& kind) {
  static const std::map<std::string, std::vector<std::string>> kTexts = {
      {"duration", {"0 s", "1 us", "20 us", "300 us", "1 ms", "1 ms", "2.5 ms", "7 ms"}},
      {"job_duration", {"0 s", "10 us", "300 us", "1 ms", "1 ms", "4 ms", "infinite"}},
      {"size", {"1 B", "4 KiB", "64 KiB", "1 MiB", "1 MiB", "2 MiB", "16 MiB"}},
      {"bandwidth", {"1 GB/s", "10 GB/s", "100 MB/s"}},
      {"frequency", {"60 Hz", "144 Hz", "1 kHz"}},
      {"period_or_never", {"never", "100 us", "1 ms"}},
      {"gpu_address", {"0x0", "0x1000", "0x200000", "0x201000"}},
      {"condition", {"n > 1"}},
      {"json_pointer", {"/processes/0/count", "/seeds"}},
      {"edge_words", {"waits"}}};
  const auto found = kTexts.find(kind);
  return found == kTexts.end() ? nullptr : &found->second;
}

bool has_type(const json& schema, const json& value) {
  if (schema.contains("enum")) {
    const json& words = schema["enum"];
    return std::find(words.begin(), words.end(), value) != words.end();
  }
  const std::string type = schema.value("type", "");
  return type == "object"    ? value.is_object()
         : type == "array"   ? value.is_array()
         : type == "string"  ? value.is_string()
         : type == "integer" ? value.is_number_integer()
         : type == "number"  ? value.is_number()
         : type == "boolean" ? value.is_boolean()
                             : false;
}

void add_places(const json& schema_or_reference, const json& value, const std::string& pointer,
                std::vector<SchemaPlace>& places) {
  const json& schema = *resolved(schema_or_reference).first;
  if (schema.contains("oneOf") && !schema.contains("properties")) {
    for (const json& choice : schema["oneOf"])
      if (has_type(*resolved(choice).first, value))
        return add_places(choice, value, pointer, places);
    return;
  }
  places.push_back({pointer, &schema_or_reference});
  if (value.is_array() && schema.contains("items")) {
    for (std::size_t i = 0; i < value.size(); ++i)
      add_places(schema["items"], value[i], pointer + "/" + std::to_string(i), places);
  } else if (value.is_object() && schema.contains("properties")) {
    for (const auto& [name, member] : schema["properties"].items())
      if (value.contains(name) && !name.starts_with('$'))
        add_places(member, value[name], pointer + "/" + name, places);
  }
}

}  // namespace

SchemaValues::SchemaValues(Dice& dice, std::vector<std::string> names)
    : dice_(dice), names_(std::move(names)) {}

json SchemaValues::member(const std::string& name) {
  return value(whole_schema()["properties"][name]);
}

std::vector<SchemaPlace> SchemaValues::places(const json& document) {
  std::vector<SchemaPlace> places;
  add_places(whole_schema(), document, "", places);
  return places;
}

std::vector<std::string> SchemaValues::operations() {
  std::vector<std::string> names;
  for (const json& choice : whole_schema()["$defs"]["operation"]["oneOf"])
    names.push_back(choice["required"][0]);
  return names;
}

json SchemaValues::value(const json& schema_or_reference) {
  const auto [schema, kind] = resolved(schema_or_reference);
  if (kind == "name") return own_name();
  if (const auto* texts = texts_of(kind)) {
    // A duration or size may also be a distribution; then the definition lists both.
    if (!schema->contains("oneOf") || dice_.in(3, 4)) return dice_.one_of(*texts);
  }
  if (schema->contains("enum")) {
    const json& words = (*schema)["enum"];
    return words[dice_.below(words.size())];
  }
  const std::string type = schema->contains("type") && (*schema)["type"].is_string()
                               ? (*schema)["type"].get<std::string>()
                               : "";
  if (type == "object") return object(*schema);
  if (type == "array") return list(*schema);
  if (type == "integer") return number(*schema);
  if (type == "boolean") return dice_.in(1, 2);
  if (type == "string") return text(kind);
  if (schema->contains("oneOf")) {
    const json& choices = (*schema)["oneOf"];
    return value(choices[dice_.below(choices.size())]);
  }
  return 1;
}

json SchemaValues::object(const json& schema) {
  ++depth_;
  json made = json::object();
  std::vector<std::string> members = schema.value("required", std::vector<std::string>{});
  std::vector<std::string> alternatives;  // of which there is exactly one
  if (schema.contains("oneOf")) {
    for (const json& choice : schema["oneOf"])
      for (const json& name : choice["required"]) alternatives.push_back(name);
    members.push_back(dice_.one_of(alternatives));
  }
  const json properties = schema.value("properties", json::object());
  const bool is_operation = schema.value("title", "") == "operation";
  for (const auto& [name, member] : properties.items()) {
    if (name == "comment" || name == "title" || name == "description") continue;
    if (std::find(members.begin(), members.end(), name) != members.end()) continue;
    if (std::find(alternatives.begin(), alternatives.end(), name) != alternatives.end()) continue;
    if (name == "id" && is_operation ? dice_.in(1, 2) : dice_.in(1, 4)) members.push_back(name);
  }
  for (const std::string& name : members) {
    if (name == "id" && is_operation) {
      if (ids_ < names_.size()) made[name] = names_[ids_++];
      continue;
    }
    if (name == "threads") ids_ = 0;
    // Few clones, whose names are others, and short loops.
    made[name] = value(properties[name]);
  }
  --depth_;
  return made;
}

json SchemaValues::list(const json& schema) {
  ++depth_;
  json made = json::array();
  const std::size_t least = schema.value("minItems", std::size_t{0});
  const std::size_t most = std::min(schema.value("maxItems", std::size_t{6}), least + 5);
  const json& items = schema["items"];
  const bool is_deep = depth_ > 14;
  const std::size_t length = is_deep ? least : least + dice_.below(most - least + 1);
  for (std::size_t i = 0; i < length; ++i) {
    positions_.push_back(i);
    made.push_back(value(items));
    positions_.pop_back();
  }
  --depth_;
  return made;
}

/// Things of one list have names of their own.
std::string SchemaValues::own_name() { return names_[positions_.back() % names_.size()]; }

json SchemaValues::text(const std::string& kind) {
  if (kind == "reference") {
    const std::string& name = dice_.one_of(names_);
    switch (dice_.below(12)) {
      case 0: return "@" + name;  // a swapchain
      case 1: return "#" + name;  // a channel
      case 2: return name + ".0";
      case 3: return "memory";
      default: return name;
    }
  }
  return dice_.one_of(names_);
}

json SchemaValues::number(const json& schema) {
  const auto least = schema.value("minimum", std::int64_t{0});
  const auto most = schema.value("maximum", std::int64_t{100});
  // Mostly the smallest that there may be, or close to it and to 0.
  const std::int64_t middle = std::clamp(std::int64_t{0}, least, most);
  switch (dice_.below(8)) {
    case 0: return least;
    case 1: return std::min(most, middle + 60);
    default: return std::min(most, middle + static_cast<std::int64_t>(dice_.below(4)));
  }
}

}  // namespace fencelab::tests
