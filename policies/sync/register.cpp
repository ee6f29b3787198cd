#include "policies/registry.hpp"
#include "policies/sync/amdgpu.hpp"
#include "policies/sync/bridged.hpp"
#include "policies/sync/implicit.hpp"
#include "policies/sync/timeline.hpp"
#include "policies/sync/tracked.hpp"
#include "policies/sync/userq.hpp"

namespace fencelab::policies {

namespace {

Parameter wrap_parameter() {
  return {"wrap_user_fences",
          ParameterKind::flag,
          0,
          0,
          1,
          "wrap user fences in dma_fences, so that kernel work may depend on values",
          "the \"future fence\" proposals of 2021; Documentation/driver-api/dma-buf.rst, "
          "Indefinite DMA Fences, says why not",
          {}};
}

Parameter switched_on(std::string name, std::string meaning, std::string source) {
  return {std::move(name), ParameterKind::flag, 1, 0, 1, std::move(meaning), std::move(source), {}};
}

void add_amdgpu(Registry& registry) {
  registry.add(
      {"sync",
       "implicit-amdgpu",
       "always publishes WRITE; skips fences of the same process on the same device; a reader "
       "waits for readers. `stall: none` is the explicit-sync flag of a buffer; other explicit "
       "control of an access does not reach it. Gangs are not modelled",
       "drivers/gpu/drm/amd/amdgpu/amdgpu_sync.c (amdgpu_sync_resv, amdgpu_sync_test_fence), "
       "amdgpu_cs.c",
       {wrap_parameter(),
        switched_on("writer_always", "publish every fence as WRITE; off: as the access says",
                    "amdgpu_cs.c: the leader's fence is added with DMA_RESV_USAGE_WRITE"),
        switched_on("owner_filter",
                    "skip fences of the same process on the same device (NE_OWNER); off: wait for "
                    "them, too (ALWAYS)",
                    "amdgpu_sync.c: AMDGPU_SYNC_NE_OWNER"),
        switched_on("foreign_always",
                    "wait for whatever carries no owner, readers and explicit-sync buffers "
                    "included; off: by usage class like any driver",
                    "amdgpu_sync.c: AMDGPU_FENCE_OWNER_UNDEFINED")},
       [](auto& set, const auto& values, RunState& run) {
         set.sync = std::make_unique<AmdgpuImplicitSync>(
             run.simulation, values.flag("wrap_user_fences"),
             AmdgpuImplicitSync::Options{.writer_always = values.flag("writer_always"),
                                         .owner_filter = values.flag("owner_filter"),
                                         .foreign_always = values.flag("foreign_always")});
       }});
}

void add_amdgpu_userq(Registry& registry) {
  registry.add(
      {"sync",
       "userq-amdgpu",
       "user queues that share buffers: each submission asks the kernel what is on them and polls "
       "for it in its ring, then leaves a fence on them. The hang timer of these fences is not "
       "there: the hang policy ends them",
       "drivers/gpu/drm/amd/amdgpu/amdgpu_userq_fence.c (amdgpu_userq_wait_ioctl, "
       "amdgpu_userq_signal_ioctl)",
       {switched_on("wait_inverted",
                    "ask buffers that will be read for readers and writers, those that will be "
                    "written for writers only; off: as dma_resv_usage_rw() has it",
                    "quirk amdgpu-userq-wait-inverted (read in 7.3.4)"),
        {"wait_array",
         ParameterKind::count,
         0,
         0,
         65'536,
         "values that the wait ioctl can give back; what is more is waited for inside it, under "
         "the "
         "reservations; 0: always enough",
         "drm_amdgpu_userq_wait.num_fences: the caller asks for the number first",
         {}}},
       [](auto& set, const auto& values, RunState& run) {
         const auto room = static_cast<std::size_t>(values.get("wait_array"));
         set.sync = std::make_unique<AmdgpuUserqSync>(run.simulation, values.flag("wait_inverted"),
                                                      room == 0 ? ~std::size_t{0} : room);
       }});
}

std::vector<Parameter> bridge_parameters() {
  const char* const wsi = "Mesa: src/vulkan/wsi/wsi_common_drm.c";
  return {
      {"export",
       ParameterKind::word,
       1,
       0,
       1,
       "what a process does with a buffer that it gets: take the fences that are on it (on), or "
       "list it as written in its whole next submission (off)",
       std::string(wsi) + "; before: src/intel/vulkan/anv_queue.c, ANV_SEMAPHORE_TYPE_WSI_BO",
       {"off", "on"}},
      {"import",
       ParameterKind::word,
       0,
       0,
       4,
       "how the work of a process gets onto a buffer that it hands over: as what it did "
       "(access), all as WRITE, all as READ, not at all (off), or through an empty submission "
       "that writes it implicitly (submission)",
       std::string(wsi) + ", wsi_common.c (wsi_memory_signal_submit_info); dri-devel, May 2021: "
                          "an API for importing sync files",
       {"access", "write", "read", "off", "submission"}},
      {"slots",
       ParameterKind::word,
       0,
       0,
       2,
       "what a reservation is made of: usage classes, one exclusive slot beside shared ones, "
       "which an import as writer empties (exclusive), or the same with all that was there kept "
       "in the exclusive slot (array)",
       "include/linux/dma-resv.h; before Linux 5.19: dma_resv_add_excl_fence; dri-devel, May "
       "2021, v6 of the import patch: the array",
       {"classes", "exclusive", "array"}},
  };
}

void add_timeline(Registry& registry) {
  registry.add(
      {"sync",
       "timeline",
       "as explicit, through points of timeline syncobjs that may be waited for before there is a "
       "fence behind them",
       "drm_syncobj timelines; Mesa: src/vulkan/runtime/vk_queue.c; linux-drm-syncobj-v1",
       {switched_on("submit_thread",
                    "a thread of the driver holds back what waits for a point without a fence; "
                    "off: it goes to the kernel, which refuses it with -EINVAL",
                    "vk_queue.c: VK_QUEUE_SUBMIT_MODE_THREADED_ON_DEMAND; drm_syncobj.c: "
                    "drm_syncobj_find_fence")},
       [](auto& set, const auto& values, RunState& run) {
         set.sync = std::make_unique<TimelineSync>(run, values.flag("submit_thread"));
       }});
}

void add_bridged(Registry& registry) {
  registry.add(
      {"sync", "explicit-bridged",
       "as explicit; at the window system's border fences are put into the buffer's "
       "dma_resv and taken out of it, and nothing else goes along",
       "Vulkan WSI on implicit window systems (Mesa 22.2 and later); "
       "DMA_BUF_IOCTL_EXPORT_SYNC_FILE, DMA_BUF_IOCTL_IMPORT_SYNC_FILE",
       bridge_parameters(), [](auto& set, const auto& values, RunState& run) {
         set.sync = std::make_unique<BridgedSync>(
             run.simulation,
             BridgedSync::Options{.exports = values.get("export") == 1,
                                  .import = static_cast<BridgedSync::Import>(values.get("import")),
                                  .slots = static_cast<BridgedSync::Slots>(values.get("slots"))});
       }});
}

}  // namespace

void add_sync_policies(Registry& registry) {
  const Parameter wrap = wrap_parameter();
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
  add_amdgpu(registry);
  add_amdgpu_userq(registry);
  add_bridged(registry);
  add_timeline(registry);
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
