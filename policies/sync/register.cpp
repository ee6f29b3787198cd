#include "policies/registry.hpp"
#include "policies/sync/implicit.hpp"
#include "policies/sync/tracked.hpp"

namespace fencelab::policies {

void add_sync_policies(Registry& registry) {
  const Parameter wrap{
      "wrap_user_fences",
      ParameterKind::flag,
      0,
      0,
      1,
      "wrap user fences in dma_fences, so that kernel work may depend on values",
      "the \"future fence\" proposals of 2021; Documentation/driver-api/dma-buf.rst, "
      "Indefinite DMA Fences, says why not",
      {}};
  auto flag = [](const ParameterValues& values) { return values.flag("wrap_user_fences"); };
  registry.add({"sync",
                "implicit",
                "dma_resv usage classes: readers wait for writers, writers for all",
                "include/linux/dma-resv.h (Linux 5.19 and later)",
                {wrap},
                [flag](auto& set, const auto& values, RunState& run) {
                  set.sync = std::make_unique<ImplicitSync>(run.simulation, flag(values));
                }});
  registry.add({"sync",
                "implicit-legacy",
                "one exclusive and many shared slots; a new exclusive fence drops the shared ones",
                "dma_resv before Linux 5.19",
                {wrap},
                [flag](auto& set, const auto& values, RunState& run) {
                  set.sync = std::make_unique<LegacyImplicitSync>(run.simulation, flag(values));
                }});
  registry.add({"sync",
                "implicit-amdgpu",
                "always publishes WRITE; skips fences of the same process on the same device",
                "drivers/gpu/drm/amd/amdgpu/amdgpu_sync.c, amdgpu_cs.c (NE_OWNER)",
                {wrap},
                [flag](auto& set, const auto& values, RunState& run) {
                  set.sync = std::make_unique<AmdgpuImplicitSync>(run.simulation, flag(values));
                }});
  registry.add(
      {"sync",
       "explicit",
       "the process orders its own work; sync_files travel with handed-over buffers",
       "Vulkan semaphores; drm_syncobj and sync_file uAPI",
       {},
       [](auto& set, const auto&, RunState&) { set.sync = std::make_unique<ExplicitSync>(); }});
  registry.add(
      {"sync",
       "value",
       "as explicit, with values of user fences instead of dma_fences",
       "user queues: completion is a value the GPU writes",
       {},
       [](auto& set, const auto&, RunState&) { set.sync = std::make_unique<ExplicitSync>(); }});
  registry.add({"sync",
                "none",
                "waits for nothing but what the program asks for: shows the hazards",
                "no driver; a control",
                {},
                [](auto& set, const auto&, RunState&) { set.sync = std::make_unique<NoSync>(); }});
  registry.add({"sync",
                "oracle",
                "waits for true hazards only: the lower bound",
                "no driver; the ground truth of the scenario",
                {},
                [](auto& set, const auto&, RunState& run) {
                  set.sync = std::make_unique<OracleSync>(run);
                }});
}

}  // namespace fencelab::policies
