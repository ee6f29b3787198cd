// Any bytes as a frame-time log: what can be read is imported into a scenario that loads, or
// refused.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "scenarios/loader.hpp"
#include "scenarios/presentmon/importer.hpp"

using namespace fencelab::scenarios;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::istringstream input(text);
  const auto log = presentmon::read_frame_log(input, "fuzz.csv");
  if (!log) {
    if (log.diagnostics().empty()) std::abort();
    return 0;
  }
  const auto imported = presentmon::import_frame_log(*log, "fuzz.csv", {"fuzz", ""});
  if (!imported) {
    if (imported.diagnostics().empty()) std::abort();
    return 0;
  }
  if (!load_scenario(imported->scenario, "fuzz.json", {})) std::abort();
  return 0;
}
