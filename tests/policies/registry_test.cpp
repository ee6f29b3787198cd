// What the registry promises about every policy and preset.
#include "policies/registry.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

using namespace fencelab::policies;
namespace fs = std::filesystem;

namespace {

bool fits(const Parameter& parameter, std::int64_t value) {
  if (parameter.kind == ParameterKind::word)
    return value >= 0 && value < static_cast<std::int64_t>(parameter.words.size());
  return parameter.min == parameter.max || (value >= parameter.min && value <= parameter.max);
}

/// All text of the tests of behaviour and of the scenario library.
std::string all_uses() {
  std::string text;
  for (const char* folder : {"/tests/campaign/behaviour", "/scenarios/library"})
    for (const auto& entry :
         fs::recursive_directory_iterator(std::string(FENCELAB_SOURCE_DIR) + folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path());
      text.append(std::istreambuf_iterator<char>(file), {});
    }
  return text;
}

}  // namespace

TEST_CASE("Every policy says what it does and where it is from, and so does every parameter") {
  const Registry registry = Registry::built_in();
  std::set<std::pair<std::string, std::string>> names;
  for (const PolicyInfo& policy : registry.policies()) {
    INFO(policy.axis << " " << policy.name);
    CHECK(names.insert({policy.axis, policy.name}).second);
    CHECK_FALSE(policy.summary.empty());
    CHECK_FALSE(policy.source.empty());
    CHECK(std::any_of(axes().begin(), axes().end(),
                      [&](const AxisInfo& axis) { return axis.name == policy.axis; }));
    for (const Parameter& parameter : policy.parameters) {
      INFO(parameter.name);
      CHECK_FALSE(parameter.meaning.empty());
      CHECK_FALSE(parameter.source.empty());
      CHECK(fits(parameter, parameter.default_value));
      CHECK((parameter.kind == ParameterKind::word) == !parameter.words.empty());
    }
  }
}

TEST_CASE("Every axis has at least two policies") {
  const Registry registry = Registry::built_in();
  CHECK(axes().size() == 9);
  for (const AxisInfo& axis : axes()) {
    INFO(axis.name);
    CHECK(std::count_if(registry.policies().begin(), registry.policies().end(),
                        [&](const PolicyInfo& policy) { return policy.axis == axis.name; }) >= 2);
    CHECK(axis.question.back() == '?');
  }
}

TEST_CASE("Every preset decides every axis with a policy that exists and values that fit") {
  const Registry registry = Registry::built_in();
  for (const Preset& preset : presets()) {
    INFO(preset.name);
    CHECK_FALSE(preset.summary.empty());
    CHECK_FALSE(preset.source.empty());
    CHECK(preset.axes.size() == axes().size());
    for (const auto& [axis, choice] : preset.axes) {
      INFO(axis << ": " << choice.policy);
      const PolicyInfo* policy = registry.find(axis, choice.policy);
      CHECK(policy != nullptr);
      if (!policy) continue;
      for (const auto& [name, value] : choice.parameters) {
        const auto parameter =
            std::find_if(policy->parameters.begin(), policy->parameters.end(),
                         [&](const Parameter& candidate) { return candidate.name == name; });
        CHECK((parameter != policy->parameters.end() && fits(*parameter, value)));
      }
    }
  }
}

// A policy that nothing runs is a policy that nobody has looked at.
TEST_CASE("Every policy and every preset is used by a test of behaviour or by the library") {
  const std::string uses = all_uses();
  const Registry registry = Registry::built_in();
  std::set<std::string> used_by_presets;
  for (const Preset& preset : presets()) {
    INFO(preset.name);
    const bool used = uses.find("\"" + preset.name + "\"") != std::string::npos;
    CHECK(used);
    if (used)
      for (const auto& [axis, choice] : preset.axes)
        used_by_presets.insert(axis + " " + choice.policy);
  }
  for (const PolicyInfo& policy : registry.policies()) {
    INFO(policy.axis << " " << policy.name);
    CHECK((used_by_presets.count(policy.axis + " " + policy.name) == 1 ||
           uses.find("\"" + policy.name + "\"") != std::string::npos));
  }
}
