// Private buffers: a thousand buffers are mapped in an address space whose submissions validate all
// of it; private ones share its reservation, external ones have one each. Prints
// processor time per submission.
//   bench_private_buffers [BUFFERS] [SUBMISSIONS]
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>

#include "campaign/run_one.hpp"
#include "scenarios/loader.hpp"

namespace {

using namespace fencelab;

std::string scenario(bool is_private, long buffers, long submissions) {
  std::string binds;
  for (long i = 0; i < buffers; ++i)
    binds += fmt::format(R"({{"bind": {{"context": "c", "buffer": "b.{}"}}}},)", i);
  return fmt::format(
      R"({{"format": 1, "name": "private-buffers", "horizon": "1000 s",
          "platform": {{"gpus": [{{"name": "gpu0", "engines": ["rcs0"]}}]}},
          "processes": [{{"name": "app", "buffers": [{{"name": "b", "size": "64 KiB", "count": {}{}}}],
            "contexts": [{{"name": "c"}}], "threads": [{{"name": "main", "program": [{}
              {{"loop": {{"times": {}, "body": [{{"id": "j", "submit": {{"context": "c", "duration": "10 us", "reads": ["b.0"]}}}},
                {{"wait": {{"ops": ["j"]}}}}]}}}}]}}]}}],
          "stacks": [{{"name": "xe", "preset": "vulkan-explicit", "axes": {{"bind": "sync",
            "submission": {{"policy": "kernel", "working_set": "mapped"}}}}}}]}})",
      buffers, is_private ? R"(, "private": true)" : "", binds, submissions);
}

double seconds_of(const std::string& text) {
  const auto loaded = scenarios::load_scenario(text, "private-buffers", {});
  if (!loaded) {
    fmt::print("{}", scenarios::format_diagnostics(loaded.diagnostics()));
    std::exit(1);
  }
  const auto registry = policies::Registry::built_in();
  const auto stack = scenarios::resolve_stack(*loaded, loaded->stacks.front(), registry);
  const std::clock_t begun = std::clock();
  const auto record = campaign::run_one(*loaded, *stack, 1);
  if (record.verdict != "complete") std::exit(1);
  return static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
}

}  // namespace

int main(int argc, char** argv) {
  const long buffers = argc > 1 ? std::atol(argv[1]) : 1000;
  const long submissions = argc > 2 ? std::atol(argv[2]) : 2000;
  for (const bool is_private : {true, false}) {
    // Mapping them is not what is measured: the same without submissions is taken off.
    const double all = seconds_of(scenario(is_private, buffers, submissions));
    const double binds = seconds_of(scenario(is_private, buffers, 1));
    const double each = (all - binds) / static_cast<double>(submissions - 1);
    fmt::print("private_buffers kind={} buffers={} us_per_submission={:.2f}\n",
               is_private ? "private" : "external", buffers, each * 1e6);
  }
  return 0;
}
