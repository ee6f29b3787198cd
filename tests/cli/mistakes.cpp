#include "tests/cli/mistakes.hpp"

#include <fmt/format.h>

namespace fencelab::testing {

namespace {

constexpr std::string_view kBase = R"json({
  "format": 1,
  "name": "base",
  "horizon": "1 s",
  "seeds": "1..2",
  "platform": {
    "cpus": {"cores": 2},
    "gpus": [{"name": "gpu0", "vram": "1 GiB", "engines": ["rcs0", "bcs0"]}],
    "links": [{"name": "pcie", "connects": ["gpu0", "memory"], "bandwidth": "25 GB/s"}]
  },
  "buffers": [
    {"name": "target", "size": "8 MiB", "gpu": "gpu0"},
    {"name": "texture", "size": "4 MiB", "gpu": "gpu0"}
  ],
  "timelines": ["user"],
  "locks": ["big", "small"],
  "swapchains": [{"name": "window", "images": 2, "size": "1 MiB", "gpu": "gpu0"}],
  "displays": [{"name": "panel", "refresh": "60 Hz"}],
  "processes": [
    {
      "name": "game",
      "contexts": [{"name": "render", "engine": "rcs0"}],
      "threads": [
        {"name": "main", "program": [
          {"fork": "helper"},
          {"lock": "big"},
          {"unlock": "big"},
          {"loop": {"times": 2, "period": "10 ms", "body": [{"signal": {"timeline": "user", "increment": 1}}]}},
          {"id": "draw", "submit": {"context": "render", "duration": "2 ms", "reads": ["texture"], "writes": ["target"]}},
          {"id": "show", "wait": {"ops": ["draw"], "timeout": "500 ms"}},
          {"vblank": "panel"}
        ]},
        {"name": "helper", "forked": true, "program": [
          {"think": {"uniform": ["1 ms", "3 ms"]}}
        ]}
      ]
    }
  ],
  "faults": [{"kind": "slow", "process": "game", "op": "draw", "factor": 2}],
  "stacks": [
    "linux-implicit",
    {"name": "short", "preset": "linux-implicit", "axes": {"hang": {"policy": "tdr", "timeout": "5 s"}}}
  ],
  "expect": {
    "linux-implicit": {"verdict": "complete", "metrics": {"jobs_done_count": {"min": 1}}}
  }
}
)json";

std::size_t count_of(std::string_view text, std::string_view needle) {
  std::size_t count = 0;
  for (std::size_t at = text.find(needle); at != std::string_view::npos;
       at = text.find(needle, at + needle.size()))
    ++count;
  return count;
}

}  // namespace

std::string base_scenario() { return std::string(kBase); }

std::string patched(std::string_view from, std::string_view to) {
  std::string text = base_scenario();
  if (count_of(text, from) != 1) throw std::logic_error(fmt::format("not once: {}", from));
  return text.replace(text.find(from), from.size(), to);
}

std::string place_of(std::string_view text, std::string_view needle, std::size_t from) {
  const std::size_t offset = text.find(needle, from);
  if (offset == std::string_view::npos)
    throw std::logic_error(fmt::format("not there: {}", needle));
  const std::string_view before = text.substr(0, offset);
  return fmt::format("{}:{}", count_of(before, "\n") + 1, offset - before.rfind('\n'));
}

void check_refused(const Outcome& outcome) {
  CHECK(outcome.exit_code == kBadInput);
  CHECK_FALSE(outcome.err.empty());
  CHECK(is_sound(outcome));
}

void check_mistake(const Mistake& mistake) {
  const TemporaryFolder folder;
  const std::string text = patched(mistake.from, mistake.to);
  const std::string file = folder.file("game.json", text);
  const Outcome outcome = run_fencelab({"run", file, "--quiet", "--out", folder.path("out")});
  INFO(mistake.to << "\n" << outcome.err);
  const std::size_t line = text.rfind('\n', base_scenario().find(mistake.from)) + 1;
  check_refused(outcome);
  CHECK(count_of(outcome.err, ": error: ") == 1);
  CHECK(outcome.err.starts_with(
      fmt::format("{}:{}: error: ", file, place_of(text, mistake.at, line))));
  CHECK(outcome.err.find("[" + mistake.code + "]\n  at " + mistake.pointer + "; expected ") !=
        std::string::npos);
  CHECK(outcome.err.find(mistake.words, outcome.err.find("; expected ")) != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.path("out")));
}

}  // namespace fencelab::testing
