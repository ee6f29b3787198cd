// Any bytes as a scenario: they load, or they are refused with at least one error that has a place.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "campaign/columns.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/runtime/stack_builder.hpp"

using namespace fencelab;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto registry = policies::Registry::built_in();
  static const auto names = scenarios::policy_names(registry, {"makespan_ns", "jobs_done_count"});
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto loaded = scenarios::load_scenario(text, "fuzz.json", names);
  if (!loaded) {
    if (loaded.diagnostics().empty()) std::abort();
    for (const auto& diagnostic : loaded.diagnostics())
      if (diagnostic.message.empty()) std::abort();
    return 0;
  }
  for (const auto& stack : loaded->stacks) {
    const auto resolved = scenarios::resolve_stack(*loaded, stack, registry);
    if (!resolved && resolved.diagnostics().empty()) std::abort();
  }
  return 0;
}
