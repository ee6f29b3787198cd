#include "models/svm/fault_service.hpp"

#include <algorithm>

#include "core/wait_graph_builder.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

namespace {

constexpr int kInputOutput = -5;  // -EIO

/// Engines that share what serves their faults, by the class in their names (enum
/// xe_hw_engine_group_id in drivers/gpu/drm/xe/xe_hw_engine_group.c).
std::string group_of(const Engine& engine) {
  std::string name = engine.spec().name;
  while (!name.empty() && name.back() >= '0' && name.back() <= '9') name.pop_back();
  if (name == "rcs" || name == "ccs" || name == "gfx" || name == "compute")
    return "render and compute";
  if (name == "vcs" || name == "vecs") return "video";
  return name;
}

}  // namespace

FaultService::FaultService(Gpu& gpu, const FaultRules& rules)
    : gpu_(gpu),
      rules_(rules),
      simulation_(gpu.machine().simulation()),
      order_(simulation_, rules.eviction),
      tlb_(simulation_, gpu.name(), rules.tlb_flush),
      messages_(simulation_),
      pending_(simulation_),
      served_(simulation_, "page faults of " + gpu.name() + " served", 0, "page faults served"),
      tickets_cell_(simulation_) {
  make_gates();
  served_.add_producer(*this);
  if (gpu.vram) gpu.vram->paged = this;
  receiver_ = &simulation_.spawn(
      {gpu.name() + " message handler", core::ProcessRole::kernel_worker, true}, receive());
  receiver_->doing = "firmware messages";
  worker_ = receiver_;
  if (!rules_.in_message_handler) {
    worker_ = &simulation_.spawn(
        {gpu.name() + " fault worker", core::ProcessRole::kernel_worker, true}, serve());
    worker_->doing = "page fault";
  }
  simulation_.spawn({gpu.name() + " TLB", core::ProcessRole::firmware, true},
                    tlb_.serve([this](const TlbRequest& request) {
                      Message answer;
                      answer.kind = Message::Kind::tlb_ack;
                      answer.request = request;
                      messages_.push(std::make_shared<const Message>(std::move(answer)));
                    }));
}

void FaultService::make_gates() {
  std::vector<std::pair<std::string, std::vector<Engine*>>> groups;
  const bool apart = rules_.isolation == FaultIsolation::exclusive_modes;
  for (const auto& engine : gpu_.engines()) {
    const std::string name = apart ? group_of(*engine) : "";
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& each) { return each.first == name; });
    if (group == groups.end()) group = groups.insert(groups.end(), {name, {}});
    group->second.push_back(engine.get());
  }
  for (auto& [name, engines] : groups)
    gates_.push_back(std::make_unique<FenceGate>(
        gpu_, rules_, *this, groups.size() == 1 ? gpu_.name() : gpu_.name() + " " + name,
        std::move(engines)));
}

FenceGate& FaultService::gate(const GpuContext& context) {
  const auto found = std::find_if(gates_.begin(), gates_.end(), [&](const auto& gate) {
    return gate->is_of(*context.engines().front());
  });
  FENCELAB_ASSERT(found != gates_.end(), "{} has an engine of another GPU", context.name());
  return **found;
}

FaultService::~FaultService() {
  served_.remove_producer(*this);
  for (const auto& range : ranges_) range->buffer().pages = nullptr;
  if (gpu_.vram) gpu_.vram->paged = nullptr;
}

Memory& FaultService::memory() const { return gpu_.machine().memory(); }

ManagedRange& FaultService::manage(Buffer& buffer) {
  ranges_.push_back(std::make_unique<ManagedRange>(simulation_, buffer, blocks_, &gpu_));
  ManagedRange& range = *ranges_.back();
  blocks_ += range.block_count();
  order_.add(range);
  buffer.pages = &range;
  return range;
}

ManagedRange& FaultService::map_in_place(Buffer& buffer) {
  ranges_.push_back(std::make_unique<ManagedRange>(simulation_, buffer, blocks_, &gpu_, true));
  ManagedRange& range = *ranges_.back();
  blocks_ += range.block_count();
  order_.add(range);
  range.next = buffer.pages;
  buffer.pages = &range;
  return range;
}

std::uint64_t FaultService::report(Job& job, std::vector<FaultedRun> runs) {
  tickets_cell_.write();
  Message message;
  message.runs = std::move(runs);
  message.ticket = ++tickets_;
  message.job = JobPtr(&job);
  messages_.push(std::make_shared<const Message>(std::move(message)));
  return tickets_;
}

// uvm_gpu_access_counters.c: from so many accesses on the driver is told.
void FaultService::note_use(ManagedRange& range, PageRun run, std::uint32_t remote) {
  range.use(run);
  order_.used(range, run);
  if (remote == 0 || range.in_place()) return;
  counters_.remote += remote;
  ManagedRange::Block& block = range.block(run.first / kPagesPerBlock);
  const std::uint32_t before = block.remote_uses;
  block.remote_uses += remote;
  const std::uint32_t limit = rules_.access_counter;
  if (limit == 0 || before >= limit || block.remote_uses < limit) return;
  Message hint;
  hint.kind = Message::Kind::hint;
  const std::uint32_t first = run.first / kPagesPerBlock * kPagesPerBlock;
  hint.runs.push_back({&range, {first, std::min(kPagesPerBlock, range.pages() - first)}});
  messages_.push(std::make_shared<const Message>(std::move(hint)));
}

// One channel for all that firmware has to say, in order (drivers/gpu/drm/xe/xe_guc_ct.c).
core::Task<> FaultService::receive() {
  for (;;) {
    co_await messages_.arrival();
    const MessagePtr message = messages_.front();
    messages_.pop();
    if (message->kind == Message::Kind::tlb_ack) {
      message->request->complete();
    } else if (rules_.in_message_handler) {
      Batch batch;
      add_to(batch, *message);
      co_await pass(std::move(batch));
    } else {
      pending_.push(message);
    }
  }
}

void FaultService::add_to(Batch& batch, const Message& message) const {
  batch.hint = message.kind == Message::Kind::hint;
  for (const FaultedRun& each : message.runs) {
    batch.runs.push_back(each);
    batch.faults += each.run.count;
  }
  if (message.ticket > 0) batch.ticket = message.ticket;
  if (message.job) batch.jobs.push_back(message.job);
}

// Whatever has been reported by now, up to the size of a batch. Where schedules are explored each
// message is a batch: what has come by now would be one more thing to try.
core::Task<> FaultService::serve() {
  for (;;) {
    Batch batch;
    for (bool more = true; more;) {
      co_await pending_.arrival();
      const MessagePtr message = pending_.front();
      pending_.pop();
      add_to(batch, *message);
      more = !simulation_.untimed() && batch.faults < rules_.batch && !pending_.items().empty() &&
             (pending_.items().front()->kind == Message::Kind::hint) == batch.hint;
    }
    co_await pass(std::move(batch));
  }
}

std::vector<FaultService::BlockFaults> FaultService::by_block(const Batch& batch) {
  std::vector<BlockFaults> blocks;
  for (const FaultedRun& each : batch.runs)
    for (std::uint32_t i = each.run.first / kPagesPerBlock;
         i * kPagesPerBlock < each.run.first + each.run.count; ++i)
      blocks.push_back({each.range, i, ManagedRange::part(each.run, i), batch.hint});
  const auto number = [](const BlockFaults& each) { return each.range->number() + each.block; };
  std::stable_sort(blocks.begin(), blocks.end(),
                   [&](const auto& a, const auto& b) { return number(a) < number(b); });
  std::size_t last = 0;
  for (std::size_t i = 1; i < blocks.size(); ++i)
    if (number(blocks[last]) == number(blocks[i]))
      blocks[last].pages |= blocks[i].pages;
    else
      blocks[++last] = blocks[i];
  if (!blocks.empty()) blocks.resize(last + 1);
  return blocks;
}

core::Task<> FaultService::pass(Batch batch) {
  const core::Time begun = simulation_.now();
  if (!batch.hint) {
    ++counters_.batches;
    counters_.faults += batch.faults;
  }
  const auto faults = static_cast<std::int64_t>(batch.faults);
  co_await core::sleep_for(simulation_, rules_.report + rules_.per_fault * faults,
                           core::WaitReason::cpu);
  // What is more than one batch is fetched and replayed in several.
  const std::uint64_t further = batch.faults > rules_.batch ? (batch.faults - 1) / rules_.batch : 0;
  for (std::uint64_t i = 0; i < further; ++i)
    co_await core::sleep_for(simulation_, rules_.report, core::WaitReason::cpu);
  counters_.batches += further;
  const std::vector<BlockFaults> blocks = by_block(batch);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    blocks[i].range->buffer().placement.read();
    const bool exists = blocks[i].range->buffer().exists;
    if (!exists) {
      fail(batch, *blocks[i].range, kInputOutput);
      continue;
    }
    const bool served = co_await serve_block(blocks[i]);
    const int error = is_there(*blocks[i].range) ? core::fence_error::kNoMemory : kInputOutput;
    if (!served) fail(batch, *blocks[i].range, error);
  }
  counters_.service_ns += (simulation_.now() - begun).count();
  if (batch.ticket > 0) served_.advance(batch.ticket);
}

// Nothing is mapped there, or there is no memory at all: the fault is answered in the negative, and
// the context that made it is reset (drivers/gpu/drm/xe/xe_pagefault.c, xe_guc_submit.c).
void FaultService::fail(const Batch& batch, const ManagedRange& range, int error) {
  for (const JobPtr& job : batch.jobs) {
    const bool touches =
        std::any_of(job->accesses.begin(), job->accesses.end(),
                    [&](const Access& access) { return access.buffer == &range.buffer(); });
    if (!touches || job->is_done()) continue;
    ++counters_.failed;
    simulation_.emit(core::ProbeKind::gpu_reset, job->engine->id(), core::raw(job->id()), 0,
                     job.get());
    job->kill(error);
  }
}

core::GateIndex FaultService::describe_release(core::WaitGraphBuilder& builder,
                                               const core::ValueTimeline& timeline,
                                               std::uint64_t) const {
  return builder.process(worker_, "page fault of " + gpu_.name(), timeline.id());
}

std::size_t FaultService::bytes_of_state() const {
  std::size_t bytes = order_.bytes();
  for (const auto& range : ranges_)
    bytes += sizeof(ManagedRange) + range->block_count() * sizeof(ManagedRange::Block);
  return bytes;
}

}  // namespace fencelab::models
