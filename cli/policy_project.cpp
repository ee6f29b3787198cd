#include "cli/policy_project.hpp"

#include <utility>

namespace fencelab::cli {

namespace {

constexpr const char* kSource =
    R"(// @NAME@: a policy for Fencelab, axis @AXIS@: @QUESTION@
#include "policies/plugin/plugin.hpp"
@INCLUDES@
namespace {

using namespace fencelab;

@CLASS@
void contents(plugin::Contents& plugin) {
  plugin.add(policies::PolicyInfo{
      "@AXIS@",
      "@NAME@",
      "what it does, in one line",
      "where the idea comes from",
      {},  // parameters, with units, defaults and ranges: see policies::Parameter
      [](models::DriverPolicies& set, [[maybe_unused]] const policies::ParameterValues& values,
         [[maybe_unused]] policies::RunState& run) {
        set.@AXIS@ = std::make_unique<Policy>(@MADE_OF@);
      }});
}

}  // namespace

FENCELAB_PLUGIN("@NAME@", "0.1.0", contents)
)";

constexpr const char* kBuild =
    R"(cmake_minimum_required(VERSION 3.25)
project(@NAME@ VERSION 0.1.0 LANGUAGES CXX)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_package(fencelab REQUIRED)
find_program(FENCELAB_PROGRAM fencelab REQUIRED
  HINTS ${fencelab_DIR}/../../../bin ${fencelab_DIR}/../../../../bin)

fencelab_add_plugin(@NAME@ SOURCES policy.cpp)

enable_testing()
set(plugin --policy-plugin $<TARGET_FILE:@NAME@>)
add_test(NAME "it is listed" COMMAND ${FENCELAB_PROGRAM} list policies ${plugin})
set_tests_properties("it is listed" PROPERTIES PASS_REGULAR_EXPRESSION "  @NAME@ ")
add_test(NAME "it runs, twice the same"
  COMMAND ${FENCELAB_PROGRAM} run ${CMAKE_CURRENT_SOURCE_DIR}/scenario.json ${plugin}
          --stack linux-implicit --stack linux-implicit,@AXIS@=@NAME@
          --check-determinism --quiet --out runs)
add_test(NAME "it is vetted"
  COMMAND ${FENCELAB_PROGRAM} vet @NAME@ ${plugin} --folder ${CMAKE_CURRENT_SOURCE_DIR}
          --out vet.md)
)";

constexpr const char* kReadme =
    R"(# @NAME@

A policy for Fencelab, of axis `@AXIS@`: @QUESTION@

    cmake -S . -B build && cmake --build build && ctest --test-dir build
    fencelab describe @NAME@ --policy-plugin build/@NAME@.so
    fencelab run scenario.json --stack linux-implicit --stack linux-implicit,@AXIS@=@NAME@ --policy-plugin build/@NAME@.so

`policy.cpp` is the policy; it begins as `linux-implicit` does. `scenario.json` is a slow and a fast client under one
compositor: write your own. `fencelab vet @NAME@ --policy-plugin build/@NAME@.so` tries it on all scenarios there are.
The guide is docs/guide/plugins.md of Fencelab.
)";

constexpr const char* kScenario =
    R"({
  "format": 1,
  "name": "slow-and-fast",
  "title": "A slow and a fast client under one compositor",
  "horizon": "5 s",
  "platform": {"gpus": [{"name": "gpu0", "driver": "i915", "engines": ["rcs0", "ccs0", "ccs1"], "timeslice": "1 ms"}]},
  "displays": [{"name": "screen", "refresh": "60 Hz", "gpu": "gpu0"}],
  "swapchains": [
    {"name": "fast", "images": 3, "size": "8 MiB", "mode": "mailbox"},
    {"name": "slow", "images": 3, "size": "8 MiB", "mode": "mailbox"}
  ],
  "buffers": [{"name": "scanout", "size": "8 MiB", "count": 3}],
  "channels": ["pool"],
  "processes": [
    {"name": "quick", "contexts": [{"name": "draw", "gpu": "gpu0", "engine": "ccs0"}], "threads": [{"name": "main", "program": [
      {"loop": {"times": 120, "period": "16667 us", "body": [{"acquire": "fast"}, {"submit": {"context": "draw", "duration": "2 ms", "writes": ["@fast"]}}, {"present": "fast"}]}}
    ]}]},
    {"name": "heavy", "contexts": [{"name": "draw", "gpu": "gpu0", "engine": "ccs1"}], "threads": [{"name": "main", "program": [
      {"loop": {"times": 20, "period": "100 ms", "body": [{"acquire": "slow"}, {"submit": {"context": "draw", "duration": "80 ms", "writes": ["@slow"]}}, {"present": "slow"}]}}
    ]}]},
    {"name": "compositor", "contexts": [{"name": "compose", "gpu": "gpu0", "engine": "rcs0"}], "threads": [{"name": "main", "program": [
      {"send": {"channel": "pool", "buffers": ["scanout.0"]}},
      {"send": {"channel": "pool", "buffers": ["scanout.1"]}},
      {"send": {"channel": "pool", "buffers": ["scanout.2"]}},
      {"loop": {"times": 120, "body": [
        {"vblank": "screen"}, {"latch": "fast"}, {"latch": "slow"},
        {"receive": "pool"},
        {"submit": {"context": "compose", "duration": "2 ms", "reads": ["@fast", "@slow"], "writes": ["#pool"]}},
        {"flip": {"display": "screen", "planes": ["#pool"]}},
        {"send": {"channel": "pool", "buffers": ["#pool"]}}
      ]}}
    ]}]}
  ],
  "stacks": ["linux-implicit"]
}
)";

std::string filled(std::string text, const std::vector<std::pair<std::string, std::string>>& with) {
  for (const auto& [key, value] : with) {
    const std::string place = "@" + key + "@";
    for (std::size_t at = text.find(place); at != std::string::npos;
         at = text.find(place, at + value.size()))
      text.replace(at, place.size(), value);
  }
  return text;
}

}  // namespace

std::vector<ProjectFile> policy_project(const std::string& name, const PolicySkeleton& skeleton,
                                        const std::string& question) {
  const std::vector<std::pair<std::string, std::string>> with = {
      {"NAME", name},
      {"AXIS", std::string(skeleton.axis)},
      {"QUESTION", question},
      {"INCLUDES", std::string(skeleton.includes)},
      {"CLASS", std::string(skeleton.code)},
      {"MADE_OF", std::string(skeleton.made_of)}};
  return {{"CMakeLists.txt", filled(kBuild, with)},
          {"policy.cpp", filled(kSource, with)},
          {"scenario.json", kScenario},
          {"README.md", filled(kReadme, with)}};
}

}  // namespace fencelab::cli
