// What a plug-in and the program tell each other before anything else: one C function that returns
// a struct of plain data. All structs begin with their size, so that later versions may add fields
// at the end. See docs/guide/plugins.md.
#pragma once

#include <cstdint>
#include <memory>

namespace fencelab::core {
class Simulation;
}
namespace fencelab::models {
struct DriverPolicies;
}
namespace fencelab::policies {
class ParameterValues;
struct RunState;
}  // namespace fencelab::policies

namespace fencelab::plugin {

class Metric;

inline constexpr std::uint32_t kMagic = 0x504c4e46;  // "FNLP"
/// Rises when a class that plug-ins derive from, or call, changes (tests/policies/plugin_abi_test).
inline constexpr std::uint32_t kAbiVersion = 1;
/// The function that a plug-in exports: `const Handshake* fencelab_plugin_v1(void)`.
inline constexpr const char* kEntryPoint = "fencelab_plugin_v1";
/// What entry points of other versions of this struct begin with.
inline constexpr const char* kEntryPointStem = "fencelab_plugin_v";

/// What a plug-in needs of the program that loads it. One that does not know a flag refuses it.
enum Feature : std::uint32_t { kHasPolicies = 1, kHasMetrics = 2, kFeaturesKnown = 3 };

/// policies::Parameter.
struct ParameterEntry {
  std::uint32_t size = sizeof(ParameterEntry);
  std::uint32_t kind = 0;  ///< policies::ParameterKind
  const char* name = nullptr;
  std::int64_t default_value = 0, min = 0, max = 0;
  const char *meaning = nullptr, *source = nullptr;
  std::uint32_t word_count = 0;
  const char* const* words = nullptr;
};

/// policies::PolicyInfo.
struct PolicyEntry {
  std::uint32_t size = sizeof(PolicyEntry);
  const char *axis = nullptr, *name = nullptr, *summary = nullptr, *source = nullptr;
  std::uint32_t parameter_count = 0;
  const ParameterEntry* parameters = nullptr;
  const void* context = nullptr;  ///< the first argument of make()
  void (*make)(const void* context, models::DriverPolicies& set,
               const policies::ParameterValues& values, policies::RunState& run) = nullptr;
};

/// plugin::MetricColumn.
struct MetricColumnEntry {
  std::uint32_t size = sizeof(MetricColumnEntry);
  std::uint32_t better = 0;  ///< plugin::Direction
  const char *name = nullptr, *unit = nullptr, *meaning = nullptr;
};

/// plugin::MetricInfo.
struct MetricEntry {
  std::uint32_t size = sizeof(MetricEntry);
  std::uint32_t column_count = 0;
  const MetricColumnEntry* columns = nullptr;
  const void* context = nullptr;  ///< the first argument of make()
  std::unique_ptr<Metric> (*make)(const void* context, core::Simulation& run) = nullptr;
};

struct Handshake {
  std::uint32_t size = sizeof(Handshake);
  std::uint32_t magic = kMagic;
  std::uint32_t abi_version = kAbiVersion;
  std::uint32_t features = 0;           ///< of Feature
  std::uint64_t layout = 0;             ///< plugin::kLayout as the plug-in's compiler saw it
  const char* library_abi = nullptr;    ///< plugin::kLibraryAbi; has to be the program's
  const char* compiler_abi = nullptr;   ///< plugin::kCompilerAbi; where coroutines cross, too
  const char* built_against = nullptr;  ///< the version of Fencelab whose headers it saw
  const char *name = nullptr, *version = nullptr;  ///< the plug-in's own
  std::uint32_t policy_count = 0, metric_count = 0;
  const PolicyEntry* policies = nullptr;
  const MetricEntry* metrics = nullptr;
};

}  // namespace fencelab::plugin
