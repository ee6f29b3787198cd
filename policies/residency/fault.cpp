#include "policies/residency/fault.hpp"

namespace fencelab::policies {

namespace {

const std::string kXeCommit =
    "drm/pagemap commit 192cb1f5cb16 (Xe SVM, 2 MiB as 4 KiB pages and "
    "as one huge page): ";

Parameter word(std::string name, std::int64_t value, std::string meaning, std::string source,
               std::vector<std::string> words) {
  const auto last = static_cast<std::int64_t>(words.size()) - 1;
  return {std::move(name),    ParameterKind::word, value,           0, last,
          std::move(meaning), std::move(source),   std::move(words)};
}

Parameter time(std::string name, std::int64_t value, std::string meaning, std::string source) {
  return {std::move(name),    ParameterKind::duration, value, 0, 10'000'000'000,
          std::move(meaning), std::move(source),       {}};
}

Parameter number(std::string name, std::int64_t value, std::int64_t min, std::int64_t max,
                 std::string meaning, std::string source) {
  return {std::move(name),    ParameterKind::count, value, min, max,
          std::move(meaning), std::move(source),    {}};
}

// Which pages, when, and who else.
std::vector<Parameter> rules() {
  return {
      word("isolation", 0,
           "how work that may fault and work with dma_fences share engines; mixed: nothing keeps "
           "them apart, which deadlocks",
           "Documentation/driver-api/dma-buf.rst, Recoverable Hardware Page Faults Implications; "
           "exclusive-modes: drivers/gpu/drm/xe/xe_hw_engine_group.c",
           {"exclusive-modes", "preempt-on-fault", "reserved-units", "reserve-while-fenced",
            "no-fence-in-handler", "mixed"}),
      number("reserved_percent", 25, 1, 99,
             "share of an engine's units that is reserved for jobs with dma_fences",
             "assumed: dma-buf.rst names no number"),
      word("prefetch", 2, "which pages come along with those that faulted",
           "Ganguly et al., ISCA'19: SLp (sl64k), TBNp (tree); nvidia-uvm: uvm_perf_prefetch.c",
           {"none", "sl64k", "tree"}),
      number("tree_percent", 51, 1, 100,
             "share of a part of 2 MiB above which the rest of it comes",
             "nvidia-uvm: uvm_perf_prefetch_threshold, default 51"),
      word(
          "evict", 0, "which pages go when there is no room",
          "Ganguly et al., ISCA'19: LRU-2MB, LRU-4KB, TBNe (tree), random; IPDPS'20: LFU of 2 MiB; "
          "nvidia-uvm evicts blocks of 2 MiB, least recently used first",
          {"lru2m", "lru4k", "lfu2m", "tree", "random"}),
      word("races", 0, "what becomes of a page that CPU and GPU both want",
           "Documentation/gpu/rfc/gpusvm.rst; drivers/gpu/drm/xe/xe_svm.c: migrations are "
           "serialised after -EBUSY, atomic ones have a time slice",
           {"serialised", "timeslice", "retry"}),
      time("timeslice", 5'000'000, "races: timeslice: how long pages stay on the GPU at least",
           "drivers/gpu/drm/xe/xe_device.c: atomic_svm_timeslice_ms = 5"),
      word("migrate_lock", 0,
           "what is locked while all pages of a block are made valid: held: a lock that migration "
           "to system memory takes, too; checked: left out if the holder itself causes one",
           "drivers/gpu/drm/amd/amdkfd/kfd_migrate.c before and after a6283010 (faulting_task); "
           "none: drm_gpusvm",
           {"none", "held", "checked"}),
      word("handler", 0, "who serves a fault",
           "drivers/gpu/drm/xe/xe_pagefault.c: a worker; xe_vm_doc.h says why",
           {"worker", "message-handler"}),
      number("batch", 256, 1, 1'000'000, "faults fetched and replayed together",
             "nvidia-uvm: uvm_perf_fault_batch_count, default 256"),
      number("access_counter", 0, 0, 65'535,
             "accesses over the link to pages of 2 MiB before these move; 0: they move at once",
             "nvidia-uvm: uvm_perf_access_counter_threshold (256 where it is on)"),
  };
}

// What it costs. Two points of one measurement give a fixed part and one per folio.
std::vector<Parameter> costs() {
  return {
      {"folio",
       ParameterKind::bytes,
       4096,
       4096,
       2 << 20,
       "contiguous system memory: what is unmapped, copied and bound in one go",
       "4 KiB without transparent huge pages",
       {}},
      time("report", 10'000, "from the fault to its worker, once per batch",
           "assumed: an interrupt and a wake-up"),
      time("per_fault", 1'000, "to fetch and sort one fault",
           "assumed: no public measurement was found"),
      time("per_block", 20'600, "to migrate anything of 2 MiB",
           kXeCommit + "migrate without copy 719 and 22 us"),
      time("per_folio", 1'380, "to unmap and check one folio of system memory",
           kXeCommit + "migrate without copy 719 and 22 us, get_pages 9 and 1 us"),
      time("copy_per_folio", 229, "to copy one folio more, beside the bytes over the link",
           kXeCommit + "copy 223 and 106 us"),
      time("bind", 1'984, "to update page tables at all", kXeCommit + "bind 10 and 2 us"),
      time("per_entry", 16, "to write one page-table entry", kXeCommit + "bind 10 and 2 us"),
      time("tlb_flush", 10'000, "from the request to the end of an invalidation",
           "freedreno, SC8280XP: below 10 us; 1 to 2 ms without a bandwidth vote"),
      time("remote_access", 1'300, "by how much one access over the link takes longer",
           "assumed: round trip on PCIe; no measurement was read"),
      time("cpu_fault", 1'000, "from a CPU's access to the handler of its fault",
           "assumed: an exception and find_vma()"),
      time("cpu_retry", 1'000, "from the end of the handler to the access",
           "assumed: return from an exception"),
  };
}

}  // namespace

std::vector<Parameter> fault_parameters() {
  std::vector<Parameter> all = rules();
  for (Parameter& each : costs()) all.push_back(std::move(each));
  return all;
}

models::FaultRules fault_rules(const ParameterValues& values) {
  models::FaultRules made;
  made.isolation = static_cast<models::FaultIsolation>(values.get("isolation"));
  made.reserved_percent = static_cast<unsigned>(values.get("reserved_percent"));
  made.prefetch = static_cast<models::PagePrefetch>(values.get("prefetch"));
  made.tree_percent = static_cast<unsigned>(values.get("tree_percent"));
  made.eviction = static_cast<models::PageEviction>(values.get("evict"));
  made.races = static_cast<models::MigrationRaces>(values.get("races"));
  made.timeslice = values.duration("timeslice");
  made.migrate_lock = static_cast<models::MigrateLock>(values.get("migrate_lock"));
  made.in_message_handler = values.get("handler") == 1;
  made.batch = static_cast<std::uint32_t>(values.get("batch"));
  made.access_counter = static_cast<std::uint32_t>(values.get("access_counter"));
  made.mapping_bytes = static_cast<std::uint64_t>(values.get("folio"));
  made.report = values.duration("report");
  made.per_fault = values.duration("per_fault");
  made.per_block = values.duration("per_block");
  made.per_mapping = values.duration("per_folio");
  made.copy_per_mapping = values.duration("copy_per_folio");
  made.bind = values.duration("bind");
  made.per_entry = values.duration("per_entry");
  made.tlb_flush = values.duration("tlb_flush");
  made.remote_access = values.duration("remote_access");
  made.cpu_fault = values.duration("cpu_fault");
  made.cpu_retry = values.duration("cpu_retry");
  return made;
}

}  // namespace fencelab::policies
