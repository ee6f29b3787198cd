// Any bytes as ftrace text: what can be read is imported into a scenario that loads, or refused.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "scenarios/ftrace/importer.hpp"
#include "scenarios/loader.hpp"

using namespace fencelab::scenarios;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::istringstream input(text);
  const auto recording = ftrace::read_text(input, "fuzz.txt", {});
  if (!recording) {
    if (recording.diagnostics().empty()) std::abort();
    return 0;
  }
  const auto imported = ftrace::import_recording(*recording, "fuzz.txt", {"fuzz", {}});
  if (!imported) {
    if (imported.diagnostics().empty()) std::abort();
    return 0;
  }
  if (!load_scenario(imported->scenario, "fuzz.json", {})) std::abort();
  return 0;
}
