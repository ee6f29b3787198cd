// FaultService: serves the page faults of one GPU. Faults arrive as messages of its firmware; a
// worker takes a batch, finds room, moves pages, binds them, and lets the stalled jobs go on.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/fifo.hpp"
#include "core/timeline.hpp"
#include "models/gpu/job.hpp"
#include "models/svm/eviction_order.hpp"
#include "models/svm/fault_rules.hpp"
#include "models/svm/fence_gate.hpp"
#include "models/svm/managed_range.hpp"
#include "models/svm/paged_memory.hpp"
#include "models/svm/tlb.hpp"

namespace fencelab::models {

class Gpu;
class GpuContext;
class Memory;
class MemoryPool;

/// Pages of one buffer that somebody asks for.
struct FaultedRun {
  ManagedRange* range = nullptr;
  PageRun run;
};

class FaultService final : public core::ValueProducer, public PagedMemory {
 public:
  /// Of the whole run; in pages of 4 KiB unless they are called otherwise.
  struct Counters {
    std::uint64_t faults = 0, batches = 0, blocks_served = 0;
    std::uint64_t migrated = 0;                ///< to the GPU; prefetched ones included
    std::uint64_t prefetched = 0;              ///< of these, pages that nobody had asked for
    std::uint64_t evicted = 0, to_system = 0;  ///< for want of room; because a CPU touched them
    std::uint64_t cpu_faults = 0, lost_races = 0, remote = 0, failed = 0;
    std::int64_t service_ns = 0;
  };

  FaultService(Gpu& gpu, const FaultRules& rules);
  ~FaultService() override;

  const FaultRules& rules() const { return rules_; }
  const Counters& counters() const { return counters_; }
  /// What stands between the work of `context` and that of the other kind on its engines.
  FenceGate& gate(const GpuContext& context);
  /// From now on the pages of `buffer` are where they are touched. During set-up only.
  ManagedRange& manage(Buffer& buffer);
  /// From now on the GPU maps the pages of userptr memory when it touches them.
  ManagedRange& map_in_place(Buffer& buffer);

  // ---- for engines
  /// `job` stands still because of `runs`; it goes on when served() has the returned value.
  std::uint64_t report(Job& job, std::vector<FaultedRun> runs);
  core::ValueTimeline& served() { return served_; }
  /// The GPU has used pages that it reaches, `remote` of them over the link.
  void note_use(ManagedRange& range, PageRun run, std::uint32_t remote);

  // ---- for threads
  /// A CPU touches pages: those that are in the GPU's memory come back first.
  core::Task<> cpu_access(ManagedRange& range, PageRun run, Client* client);
  /// The buffer is freed.
  void release(ManagedRange& range);
  /// Stale translations are gone: for notifiers that zap and wait for no fence (E3'').
  core::Task<> flush() { return tlb_.flush(receiver_); }
  /// Asks for that; the caller waits for what is returned.
  TlbRequest begin_flush() { return tlb_.request(receiver_); }
  core::Task<bool> give_up(std::uint64_t bytes) override;

  // Its worker makes served() advance.
  std::uint64_t reachable(const core::ValueTimeline&) const override { return ~std::uint64_t{0}; }
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::ValueTimeline& timeline,
                                   std::uint64_t value) const override;
  /// What is remembered about pages, in bytes.
  std::size_t bytes_of_state() const;

 private:
  struct Message {
    enum class Kind : std::uint8_t { fault, hint, tlb_ack } kind = Kind::fault;
    std::vector<FaultedRun> runs;
    std::uint64_t ticket = 0;
    JobPtr job;
    TlbRequest request;
  };
  using MessagePtr = std::shared_ptr<const Message>;
  /// What faulted in one block.
  struct BlockFaults {
    ManagedRange* range = nullptr;
    std::uint32_t block = 0;
    PageMask pages;
    bool hint = false;  ///< pages that are reached over the link should come
  };
  struct Batch {
    std::vector<FaultedRun> runs;
    std::vector<JobPtr> jobs;
    std::uint64_t ticket = 0, faults = 0;
    bool hint = false;
  };

  // fault_service.cpp: who does what
  void make_gates();
  core::Task<> receive();
  core::Task<> serve();
  core::Task<> pass(Batch batch);
  void add_to(Batch& batch, const Message& message) const;
  static std::vector<BlockFaults> by_block(const Batch& batch);
  void fail(const Batch& batch, const ManagedRange& range, int error);

  // migration.cpp: pages on their way
  core::Task<bool> serve_block(BlockFaults faults);
  core::Task<bool> bring(BlockFaults faults);
  core::Task<bool> map_userptr(BlockFaults faults);
  core::Task<bool> make_room(std::uint64_t bytes, BlockFaults faults);
  core::Task<bool> migrate(BlockFaults faults, PageMask wanted);
  static bool is_there(const ManagedRange& range);
  core::Task<> bind(std::uint32_t pages);
  core::Task<bool> map_remote(BlockFaults faults, PageMask pages);
  core::Task<> copy(std::uint32_t pages, bool fixed);
  core::Task<> cpu_access_block(ManagedRange& range, std::uint32_t index, PageMask wanted,
                                Client* client);
  core::Task<> populate(ManagedRange& range, std::uint32_t index, PageMask wanted, Client* client);
  core::Task<> migrate_to_ram(ManagedRange& range, std::uint32_t index, Client* client);

  // page_eviction.cpp
  core::Task<bool> evict(std::uint64_t bytes, const ManagedRange* owner, std::uint32_t spared);
  std::vector<EvictionOrder::Victim> take_victims(std::uint64_t bytes, const ManagedRange* owner,
                                                  std::uint32_t spared,
                                                  std::vector<ManagedRange*>& locked);
  void give_back_all(ManagedRange& range);
  void unlock_pages(ManagedRange& range);
  void take_from_gpu(ManagedRange& range, std::uint32_t block, const PageMask& pages);

  bool serialises() const {
    return rules_.races == MigrationRaces::serialised || rules_.migrate_lock != MigrateLock::none;
  }
  Memory& memory() const;
  Gpu& gpu_;
  const FaultRules& rules_;
  core::Simulation& simulation_;
  std::vector<std::unique_ptr<FenceGate>> gates_;  ///< one for each group of engines
  EvictionOrder order_;
  Tlb tlb_;
  core::Fifo<MessagePtr> messages_, pending_;
  core::ValueTimeline served_;
  core::Cell tickets_cell_;  ///< footprint of tickets_
  std::uint64_t tickets_ = 0;
  std::vector<std::unique_ptr<ManagedRange>> ranges_;
  std::uint32_t blocks_ = 0;
  core::Process* receiver_ = nullptr;
  core::Process* worker_ = nullptr;
  Counters counters_;
};

}  // namespace fencelab::models
