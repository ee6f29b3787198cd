#include "tests/generator/scenarios.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

#include "campaign/columns.hpp"
#include "policies/registry.hpp"
#include "scenarios/fewer_rounds.hpp"
#include "scenarios/json_document.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "tests/generator/dice.hpp"
#include "tests/generator/schema_values.hpp"

namespace fencelab::tests {

namespace {

using nlohmann::json;
using Pointer = json::json_pointer;

const policies::Registry& registry() {
  static const policies::Registry all = policies::Registry::built_in();
  return all;
}

const scenarios::PolicyNames& policy_names() {
  static const scenarios::PolicyNames names = scenarios::policy_names(registry(), {});
  return names;
}

// ---------------------------------------------------------------- stacks

json parameter_value(const policies::Parameter& parameter, Dice& dice) {
  std::int64_t value = parameter.default_value;
  if (parameter.max > parameter.min) {
    const std::int64_t choices[] = {parameter.min, parameter.max,
                                    std::clamp(value / 2, parameter.min, parameter.max),
                                    std::clamp(value * 2 + 1, parameter.min, parameter.max)};
    value = choices[dice.below(std::size(choices))];
  }
  switch (parameter.kind) {
    case policies::ParameterKind::duration: return std::to_string(value) + " ns";
    case policies::ParameterKind::bytes: return std::to_string(value) + " B";
    case policies::ParameterKind::count: return value;
    case policies::ParameterKind::flag: return dice.in(1, 2);
    case policies::ParameterKind::word: break;
  }
  return dice.one_of(parameter.words);
}

json random_axes(Dice& dice) {
  json axes = json::object();
  for (std::size_t changes = dice.below(4); changes > 0; --changes) {
    const policies::PolicyInfo& policy = dice.one_of(registry().policies());
    json& choice = axes[policy.axis] = {{"policy", policy.name}};
    for (const policies::Parameter& parameter : policy.parameters)
      if (dice.in(1, 3)) choice[parameter.name] = parameter_value(parameter, dice);
  }
  return axes;
}

json random_stack(Dice& dice, std::size_t number) {
  return {{"name", "s" + std::to_string(number)},
          {"preset", dice.one_of(policies::presets()).name},
          {"axes", random_axes(dice)}};
}

// ---------------------------------------------------------------- repair

bool is_index(const std::string& token) {
  return !token.empty() && std::all_of(token.begin(), token.end(),
                                       [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// Takes out the smallest part around `pointer` that can be done without. False: there is none.
bool take_out(json& document, const std::string& pointer) {
  static const std::set<std::string> kNeeded = {"/format", "/name", "/platform", "/processes",
                                                "/stacks"};
  for (std::string at = pointer; !at.empty(); at.resize(at.rfind('/'))) {
    const Pointer place(at);
    if (!document.contains(place) || kNeeded.contains(at)) continue;
    json& parent = document[place.parent_pointer()];
    const std::string last = place.back();
    if (parent.is_array() && is_index(last)) {
      if (parent.size() == 1) continue;  // an empty list is the next thing to be wrong
      parent.erase(std::stoul(last));
      return true;
    }
    // A member that something needs is missed next time, and then that goes.
    if (parent.is_object() && last != "name" && last != "program" && last != "threads") {
      parent.erase(last);
      return true;
    }
  }
  return false;
}

/// Stacks that do not resolve go, and the preset stands in for all of them.
void mend_stacks(json& document, const scenarios::Scenario& scenario) {
  json good = json::array();
  for (std::size_t i = 0; i < scenario.stacks.size(); ++i)
    if (scenarios::resolve_stack(scenario, scenario.stacks[i], registry()))
      good.push_back(document["stacks"][i]);
  if (good.empty()) good.push_back("linux-implicit");
  document["stacks"] = good;
}

/// Until it loads, what is wrong is taken out; false if that ends nowhere.
bool repair(json& document) {
  for (int round = 0; round < 200; ++round) {
    const auto loaded = scenarios::load_scenario(document.dump(), "generated", policy_names());
    if (loaded) {
      mend_stacks(document, *loaded);
      return true;
    }
    bool changed = false;
    std::vector<std::string> pointers;
    for (const scenarios::Diagnostic& diagnostic : loaded.diagnostics())
      if (diagnostic.severity == scenarios::Severity::error) pointers.push_back(diagnostic.pointer);
    // From the back, so that places in lists stay what they were; at most one of each list and
    // round, as one mistake often follows from another.
    std::sort(pointers.rbegin(), pointers.rend());
    std::set<std::string> parents;
    for (const std::string& pointer : pointers) {
      const std::string parent = pointer.substr(0, pointer.rfind('/'));
      if (!parents.insert(parent).second && round < 20) continue;
      changed = take_out(document, pointer) || changed;
    }
    if (!changed) return false;
  }
  return false;
}

// ---------------------------------------------------------------- drafts

/// Whole runs of it are short.
void make_short(json& document, Dice& dice, Size size) {
  for (const char* name : {"expect", "relations", "sweep", "seeds"}) document.erase(name);
  document["horizon"] = size == Size::small ? "20 ms" : dice.in(1, 2) ? "15 ms" : "60 ms";
  document["progress_bound"] = "10 ms";
  scenarios::JsonDocument rounds;
  rounds.root = document;
  for (const std::string& set : scenarios::fewer_rounds(document, 1'000))
    scenarios::apply_set(rounds, set);
  document = std::move(rounds.root);
}

json from_schema(Dice& dice, Size size) {
  SchemaValues values(dice, {"a", "b", "c", "d"});
  json document = {{"format", 1}, {"name", "generated"}};
  // Most of them have most sections; there is something of each kind to refer to.
  for (const char* section :
       {"buffers", "timelines", "locks", "channels", "swapchains", "displays", "faults"})
    if (dice.in(section == std::string("faults") ? 1 : 3, 4))
      document[section] = values.member(section);
  document["platform"] = values.member("platform");
  if (document["platform"].empty() || !document["platform"].contains("gpus"))
    document["platform"]["gpus"] = {{{"name", "a"}, {"engines", {"a", "b"}}}};
  json processes = json::array();
  const std::size_t most = size == Size::small ? 2 : 4;
  for (std::size_t i = 0, n = 1 + dice.below(most); i < n; ++i) {
    json process = values.member("processes");
    if (!process.is_array() || process.empty()) continue;
    process[0]["name"] = "p" + std::to_string(i);
    if (!process[0].contains("contexts"))
      process[0]["contexts"] = {{{"name", "a"}}, {{"name", "b"}}};
    processes.push_back(process[0]);
  }
  if (processes.empty())
    processes = {
        {{"name", "p"}, {"threads", {{{"name", "a"}, {"program", {{{"think", "1 ms"}}}}}}}}};
  document["processes"] = processes;
  return document;
}

const std::vector<std::pair<std::string, json>>& library(Size size) {
  static const auto read = [](std::size_t bytes_max) {
    std::vector<std::pair<std::string, json>> all;
    namespace fs = std::filesystem;
    std::vector<fs::path> files;
    for (const auto& entry :
         fs::recursive_directory_iterator(FENCELAB_SOURCE_DIR "/scenarios/library"))
      if (entry.path().extension() == ".json" && entry.file_size() <= bytes_max)
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& path : files) {
      std::ifstream file(path);
      all.emplace_back(path.stem().string(), json::parse(file));
    }
    return all;
  };
  static const auto all = read(20'000), small = read(3'500);
  return size == Size::small ? small : all;
}

void collect_names(const json& value, std::set<std::string>& names) {
  if (value.is_object() && value.contains("name") && value["name"].is_string())
    names.insert(value["name"]);
  if (value.is_string() && value.get<std::string>().size() < 12 &&
      value.get<std::string>().find_first_of(" /@#.") == std::string::npos)
    names.insert(value);
  if (value.is_structured())
    for (const json& part : value) collect_names(part, names);
}

/// One change somewhere: another value, or a part of a list once more, elsewhere, or no more.
void change(json& document, Dice& dice, SchemaValues& values) {
  const std::vector<SchemaPlace> places = SchemaValues::places(document);
  const SchemaPlace& place = dice.one_of(places);
  if (place.pointer.empty() || place.pointer.starts_with("/format")) return;
  const Pointer at(place.pointer);
  json& parent = document[at.parent_pointer()];
  const bool in_list = parent.is_array();
  switch (dice.below(in_list ? 4 : 1)) {
    case 1:
      parent.insert(parent.begin() + static_cast<int>(dice.below(parent.size())),
                    json(document[at]));
      return;
    case 2:
      if (parent.size() > 1) parent.erase(std::stoul(at.back()));
      return;
    case 3: std::swap(parent[dice.below(parent.size())], parent[dice.below(parent.size())]); return;
    default: document[at] = values.value(*place.schema);
  }
}

json changed(const json& base, Dice& dice) {
  json document = base;
  std::set<std::string> names;
  collect_names(document["platform"], names);
  for (const char* section :
       {"buffers", "timelines", "locks", "channels", "swapchains", "displays", "processes"})
    if (document.contains(section)) collect_names(document[section], names);
  SchemaValues values(dice, {names.begin(), names.end()});
  for (std::size_t changes = 1 + dice.below(8); changes > 0; --changes)
    change(document, dice, values);
  return document;
}

}  // namespace

Generated generate(std::uint64_t seed, Size size) {
  for (std::uint64_t attempt = 0;; ++attempt) {
    Dice dice(seed * 1'000 + attempt);
    Generated made;
    if (dice.in(1, 2)) {
      made.document = from_schema(dice, size);
    } else {
      const auto& [name, base] = dice.one_of(library(size));
      made.base = name;
      made.document = changed(base, dice);
    }
    make_short(made.document, dice, size);
    if (made.base.empty() || dice.in(1, 2)) {
      json& stacks = made.document["stacks"] = json::array();
      for (std::size_t i = 0, n = 1 + dice.below(3); i < n; ++i)
        stacks.push_back(random_stack(dice, i));
    }
    made.document["name"] = "generated-" + std::to_string(seed);
    if (repair(made.document)) return made;
    if (attempt > 50) throw std::runtime_error("nothing loads: " + made.text());
  }
}

}  // namespace fencelab::tests
