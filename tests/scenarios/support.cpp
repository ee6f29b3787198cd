#include "tests/scenarios/support.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

namespace fencelab::scenarios::testing {

std::string base_text() {
  return R"({
  "format": 1,
  "name": "base",
  "horizon": "1 s",
  "seeds": "1..8",
  "platform": {
    "cpus": {"cores": 4},
    "memory": {"size": "16 GiB", "swap": "2 GB/s"},
    "gpus": [
      {"name": "gpu0", "vram": "8 GiB", "timeslice": "1 ms",
       "engines": ["rcs0", {"name": "vcs0"}, {"name": "vcs1", "class": "vcs"}]}
    ],
    "links": [{"name": "pcie", "connects": ["gpu0", "memory"], "bandwidth": "25 GB/s"}]
  },
  "buffers": [
    {"name": "tex", "size": "16 KiB", "count": 4},
    {"name": "vbo", "size": {"uniform": ["4 KiB", "1 MiB"]}},
    {"name": "ptr", "size": "8 KiB", "userptr": true}
  ],
  "timelines": ["user", {"name": "frame", "initial": 3}],
  "locks": ["big", "small"],
  "channels": ["pipe"],
  "swapchains": [{"name": "win", "images": 3, "size": "8 MB", "mode": "fifo"}],
  "displays": [{"name": "panel", "refresh": "60 Hz"}],
  "processes": [
    {"name": "client",
     "contexts": [
       {"name": "render", "engine": "rcs0", "preemption": "500 us"},
       {"name": "video", "class": "vcs", "balanced": true,
        "bonds": [{"engines": ["vcs1"], "master": "rcs0"}]}
     ],
     "threads": [
       {"name": "main", "program": [
         {"fork": "helper"},
         {"id": "cpu", "sw_fence": {}},
         {"throttle": 2},
         {"loop": {"times": 9, "body": [
           {"acquire": "win"},
           {"think": {"uniform": ["1 ms", "2 ms"]}},
           {"id": "draw", "submit": {"context": "render", "duration": "3 ms",
             "reads": ["tex.0-2", {"buffer": "vbo", "offset": "1 KiB", "bytes": "2 KiB"}],
             "writes": ["@win"], "after": ["cpu"], "wait_values": [{"timeline": "user", "value": 1}],
             "signal_values": [{"timeline": "frame", "increment": 1}]}},
           {"present": "win"}
         ]}}
       ]},
       {"name": "helper", "forked": true, "program": [
         {"ww_lock": ["big", "small"]},
         {"ww_unlock": ["big", "small"]},
         {"sw_signal": "cpu"},
         {"signal": {"timeline": "user", "value": 1}},
         {"id": "spin", "submit": {"context": "video", "engine": "vcs0", "duration": "infinite"}},
         {"wait": {"ops": ["draw"], "mode": "any", "timeout": "50 ms"}},
         {"terminate": "spin"},
         {"send": {"channel": "pipe", "buffers": ["tex.3"]}},
         {"invalidate": "ptr"}
       ]}
     ]},
    {"name": "compositor", "count": 2,
     "contexts": [{"name": "compose"}],
     "threads": [
       {"name": "loop", "program": [
         {"receive": "pipe"},
         {"submit": {"context": "compose", "duration": "1 ms", "reads": ["#pipe"]}},
         {"loop": {"body": [
           {"latch": "win"},
           {"flip": {"display": "panel", "planes": ["@win"]}},
           {"vblank": "panel"}
         ]}}
       ]}
     ]}
  ],
  "faults": [{"kind": "hang", "process": "client", "op": "draw", "at": 5}],
  "stacks": [
    "linux-implicit",
    {"name": "tdr", "preset": "linux-implicit", "axes": {"hang": {"policy": "tdr", "timeout": "2 s"}}}
  ],
  "expect": {
    "linux-implicit": {"verdict": "masked", "metrics": {"deadlocks": 0}, "strength": "observed"}
  }
}
)";
}

std::string patched(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  INFO("patching " << from);
  REQUIRE(at != std::string::npos);
  REQUIRE(text.find(from, at + 1) == std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string patched(std::string_view from, std::string_view to) {
  return patched(base_text(), from, to);
}

PolicyNames some_names() {
  PolicyNames names;
  names.presets = {"linux-implicit", "windows"};
  names.axes["hang"] = {{"none", {}}, {"tdr", {"timeout", "scope"}}};
  names.axes["sync"] = {{"implicit", {}}, {"explicit", {}}};
  names.metrics = {"deadlocks", "missed_vblanks"};
  return names;
}

Loaded<Scenario> load(const std::string& text, const PolicyNames& names) {
  return load_scenario(text, "test.json", names);
}

TextPlace place_in(std::string_view text, std::string_view needle) {
  const std::size_t at = text.find(needle);
  INFO("looking for " << needle);
  REQUIRE(at != std::string_view::npos);
  REQUIRE(text.find(needle, at + 1) == std::string_view::npos);
  const std::string_view before = text.substr(0, at);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t last = before.rfind('\n');
  const std::size_t column = last == std::string_view::npos ? at : at - last - 1;
  return {static_cast<std::uint32_t>(lines + 1), static_cast<std::uint32_t>(column + 1)};
}

void check_only_error(const std::string& text, const ExpectedError& expected,
                      const PolicyNames& names) {
  const Loaded<Scenario> loaded = load(text, names);
  INFO(format_diagnostics(loaded.diagnostics()));
  REQUIRE_FALSE(loaded.ok());
  REQUIRE(loaded.diagnostics().size() == 1);
  const Diagnostic& error = loaded.diagnostics().front();
  const TextPlace place = place_in(text, expected.at);
  CHECK(error.code == expected.code);
  CHECK(error.pointer == expected.pointer);
  CHECK(error.line == place.line);
  CHECK(error.column == place.column);
  CHECK(error.hint == expected.hint);
  CHECK(error.severity == Severity::error);
  CHECK(error.file == "test.json");
  CHECK_FALSE(error.message.empty());
}

void check_patch(std::string_view from, std::string_view to, const ExpectedError& expected,
                 const PolicyNames& names) {
  INFO("with " << to << " for " << from);
  check_only_error(patched(from, to), expected, names);
}

}  // namespace fencelab::scenarios::testing
