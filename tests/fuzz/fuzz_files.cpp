// Any bytes as one of the small files that commands read: what is wrong has a message, what is
// right comes back as it was written. The first byte chooses the file.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "campaign/baseline.hpp"
#include "campaign/replay_file.hpp"
#include "campaign/tolerance.hpp"

using namespace fencelab;

namespace {

template <class File>
bool is_sound(const scenarios::Loaded<File>& loaded) {
  if (loaded) return true;
  if (loaded.diagnostics().empty()) std::abort();
  for (const scenarios::Diagnostic& diagnostic : loaded.diagnostics())
    if (diagnostic.message.empty()) std::abort();
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0: is_sound(campaign::parse_baseline(text, "fuzz.json")); return 0;
    case 1: is_sound(campaign::parse_tolerance(text, "fuzz.json")); return 0;
    default: break;
  }
  const auto replay = campaign::parse_replay(text, "fuzz.json");
  if (!is_sound(replay)) return 0;
  const std::string written = campaign::replay_text(*replay);
  const auto again = campaign::parse_replay(written, "again.json");
  if (!is_sound(again) || campaign::replay_text(*again) != written) std::abort();
  return 0;
}
