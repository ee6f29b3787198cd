// The version of the plug-in interface stands for the text of the headers that plug-ins derive
// from. Whoever changes one of them raises it.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cctype>
#include <fstream>
#include <iterator>
#include <string>

#include "core/stable_hash.hpp"
#include "policies/plugin/plugin.hpp"

using namespace fencelab;

namespace {

/// The text of a header without comments and white space.
std::string code_of(const std::string& path) {
  std::ifstream file(FENCELAB_SOURCE_DIR "/" + path);
  REQUIRE(file);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::string code;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "//") == 0) i = std::min(text.find('\n', i), text.size() - 1);
    if (text.compare(i, 2, "/*") == 0) i = std::min(text.find("*/", i) + 1, text.size() - 1);
    if (!std::isspace(static_cast<unsigned char>(text[i]))) code += text[i];
  }
  return code;
}

}  // namespace

TEST_CASE("The interface of plug-ins is that of its version") {
  std::string code;
  for (const char* const header :
       {"models/axes/driver_policies.hpp", "models/axes/gpu_policies.hpp", "core/task.hpp",
        "policies/plugin/handshake.hpp", "policies/plugin/metric.hpp"})
    code += code_of(header);
  INFO(
      "Raise plugin::kAbiVersion (policies/plugin/handshake.hpp), unless no released program has "
      "it, and write the new number here. Its row in docs/guide/plugins.md says when it rises.");
  CHECK(fmt::format("{} {:016x}", plugin::kAbiVersion, core::stable_hash(code)) ==
        "1 f15bc2f7547333f3");
}

TEST_CASE("Layouts that differ in one size or in the order of sizes have other numbers") {
  struct Small {
    char a;
  };
  struct Large {
    char a[2];
  };
  CHECK(plugin::layout_of<Small, Large>() == plugin::layout_of<Small, Large>());
  CHECK(plugin::layout_of<Small, Large>() != plugin::layout_of<Large, Small>());
  CHECK(plugin::layout_of<Small>() != plugin::layout_of<Large>());
}

TEST_CASE("An export says what its contents are") {
  static const plugin::Export exported("mine", "2.0", [](plugin::Contents& contents) {
    contents.add(policies::PolicyInfo{
        "hang",
        "mine",
        "what it does",
        "a test",
        {{"mode", policies::ParameterKind::word, 1, 0, 0, "what it is", "a test", {"a", "b"}}},
        [](auto&, const auto&, auto&) {}});
    contents.add(plugin::MetricInfo{{{"x_ns", "ns", "a time", plugin::Direction::less}}, {}});
  });
  const plugin::Handshake& of = *exported.handshake();
  CHECK(of.size == sizeof(plugin::Handshake));
  CHECK(of.magic == plugin::kMagic);
  CHECK(of.features == (plugin::kHasPolicies | plugin::kHasMetrics));
  CHECK(std::string(of.name) == "mine");
  REQUIRE(of.policy_count == 1);
  CHECK(std::string(of.policies[0].axis) == "hang");
  REQUIRE(of.policies[0].parameter_count == 1);
  REQUIRE(of.policies[0].parameters[0].word_count == 2);
  CHECK(std::string(of.policies[0].parameters[0].words[1]) == "b");
  REQUIRE(of.metric_count == 1);
  REQUIRE(of.metrics[0].column_count == 1);
  CHECK(std::string(of.metrics[0].columns[0].name) == "x_ns");
  CHECK(of.metrics[0].columns[0].better == static_cast<std::uint32_t>(plugin::Direction::less));
}
