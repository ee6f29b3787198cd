#include "models/vm/gpu_vm.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "models/machine.hpp"
#include "models/vm/bind_errors.hpp"
#include "models/vm/table_throttle.hpp"

namespace fencelab::models {

namespace {

constexpr int kBadAddress = -14;
constexpr std::uint64_t kChosenAddresses = std::uint64_t{1} << 40;

VaRange range_of(const BindRequest& request) {
  return {*request.address, *request.address + request.bytes};
}

Mapping mapping_of(const BindRequest& request) {
  return {*request.address, request.bytes, request.buffer, request.offset};
}

VaRange range_of(const Unmapped& cut) { return {cut.begin(), cut.end()}; }

/// Where a part of `mapping` from `address` on comes from.
std::uint64_t offset_at(const Mapping& mapping, std::uint64_t address) {
  return mapping.offset + (address - mapping.address);
}

/// VRAM is handed out in blocks of 2 MiB and more; system memory page by page.
bool is_contiguous(const Buffer& buffer) {
  return buffer.home() && buffer.home()->vram && !buffer.userptr();
}

}  // namespace

GpuVm::GpuVm(Client& client, Gpu& gpu)
    : client_(client),
      gpu_(gpu),
      simulation_(gpu.machine().simulation()),
      lock_(simulation_, "gpu_vm lock of " + client.name() + "@" + gpu.name(),
            core::ReaderRule::fair, "gpu_vm lock"),
      resv_(simulation_),
      asked_cell_(simulation_),
      planned_cell_(simulation_),
      bound_cell_(simulation_),
      lists_cell_(simulation_),
      counts_cell_(simulation_),
      held_cell_(simulation_),
      banned_cell_(simulation_),
      queues_cell_(simulation_),
      errors_cell_(simulation_) {
  resv_.lock().set_name("dma_resv of gpu_vm " + client.name() + "@" + gpu.name());
}

GpuVm::~GpuVm() = default;

const BindTraits& GpuVm::traits() const {
  static const BindTraits kNone;
  const BindPolicy* const policy = gpu_.policies().bind.get();
  return policy ? policy->traits() : kNone;
}

BindQueue& GpuVm::bind_queue(const std::string& name) {
  queues_cell_.read();
  auto& slot = queues_[name];
  if (slot) return *slot;
  queues_cell_.write();
  slot = std::make_unique<BindQueue>(*this, name);
  return *slot;
}

// The same in every address space, so that it depends on no order of binds.
std::uint64_t GpuVm::address_for(const Buffer& buffer) const {
  const auto& buffers = gpu_.machine().buffers();
  while (addresses_.size() < buffers.size()) {
    const std::size_t last = addresses_.size();
    if (last == 0) {
      addresses_.push_back(kChosenAddresses);
      continue;
    }
    constexpr std::uint64_t kStep = PageTables::kLargePageBytes;
    const std::uint64_t size = (buffers[last - 1]->bytes() + kStep - 1) / kStep * kStep;
    addresses_.push_back(addresses_.back() + size);
  }
  return addresses_[buffer.index()];
}

MemoryPool& GpuVm::table_pool() const {
  if (traits().tables_in_vram && gpu_.vram) return *gpu_.vram;
  return gpu_.machine().memory().system();
}

bool GpuVm::holds_memory() const {
  const bool ends = table_pool().capacity != 0 || gpu_.machine().memory().zone();
  return ends && table_bytes_held() > 0;
}

void GpuVm::give_back(std::uint64_t bytes) {
  if (bytes == 0) return;
  held_cell_.add();
  held_ -= bytes;
  gpu_.machine().memory().unreserve(table_pool(), bytes);
}

core::Task<bool> GpuVm::take_tables(BindRequestPtr request, std::uint64_t tables,
                                    AllocRequest allocation) {
  const std::uint64_t bytes = tables * PageTables::kTableBytes;
  if (bytes == 0) co_return true;
  const Placement taken = co_await gpu_.machine().memory().reserve(table_pool(), bytes, allocation);
  if (taken != Placement::ok) co_return false;
  held_cell_.add();
  held_ += bytes;
  request->reserved += bytes;
  co_return true;
}

core::Task<> GpuVm::throttle(BindRequestPtr request, std::uint64_t tables) {
  if (traits().most_tables_ahead == 0 || tables == 0) co_return;
  if (!throttle_) throttle_ = std::make_unique<Throttle>(simulation_, traits().most_tables_ahead);
  request->throttled = throttle_->share_of(tables);
  co_await throttle_->tables.acquire(request->throttled, core::WaitReason::credit);
  throttle_->holders.push_back({request, simulation_.current()});
}

// A handle to a buffer that has gone is no handle; pages of a process that are not there cannot be
// got (get_user_pages()).
int GpuVm::admit(BindRequest& request) {
  if (gpu_.is_gone()) return core::fence_error::kNoDevice;
  if (banned()) return core::fence_error::kNoEntry;
  if (!request.maps()) return 0;
  request.buffer->placement.read();
  if (!request.buffer->exists)
    return request.buffer->userptr() ? kBadAddress : core::fence_error::kNoEntry;
  if (!request.address) request.address = address_for(*request.buffer) + request.offset;
  list(link_of(*request.buffer));
  request.listed = true;
  return 0;
}

std::uint64_t GpuVm::worst_case_tables(const BindRequest& request) {
  return request.maps() ? PageTables::worst_case(range_of(request)) : 0;
}

std::uint64_t GpuVm::missing_tables_when_planned(const BindRequest& request) const {
  planned_cell_.read();
  return request.maps() ? planned_tables_.missing(range_of(request)) : 0;
}

std::uint64_t GpuVm::missing_tables(const BindRequest& request) const {
  bound_cell_.read();
  return request.maps() ? tables_.missing(range_of(request)) : 0;
}

std::vector<VaChange> GpuVm::changes_of(const BindRequest& request, const VaMap& map) const {
  if (request.kind == BindRequest::Kind::rebind) return {};
  if (request.maps()) return {map.plan_map(mapping_of(request))};
  if (request.address) return {map.plan_unmap(*request.address, request.bytes)};
  std::vector<VaChange> changes;
  if (request.planned) {
    for (const VaRange& range : request.unmaps)
      changes.push_back(map.plan_unmap(range.begin, range.end - range.begin));
    return changes;
  }
  for (const Mapping& mapping : map.mappings_of(*request.buffer)) {
    const std::uint64_t begin = std::max(request.offset, mapping.offset);
    const std::uint64_t end =
        std::min(request.offset + request.bytes, mapping.offset + mapping.bytes);
    if (begin < end)
      changes.push_back(map.plan_unmap(mapping.address + (begin - mapping.offset), end - begin));
  }
  return changes;
}

// Gives the addresses that the change touches.
VaRange GpuVm::plan_change(BindRequest& request, const VaChange& change) {
  VaRange touches{~std::uint64_t{0}, 0};
  const auto extend = [&](VaRange by) {
    touches = {std::min(touches.begin, by.begin), std::max(touches.end, by.end)};
  };
  if (change.map) {
    extend(planned_tables_.touched_by_map(range_of(request)));
    planned_tables_.add(range_of(request));
  }
  for (const Unmapped& cut : change.unmaps) planned_tables_.remove(range_of(cut));
  for (const Unmapped& cut : change.unmaps) {
    extend(planned_tables_.touched_by_unmap(range_of(cut)));
    const std::vector<TableId> freed = planned_tables_.prune(range_of(cut));
    request.frees.insert(request.frees.end(), freed.begin(), freed.end());
    if (!request.address) request.unmaps.push_back(range_of(cut));
  }
  planned_.apply(change);
  return touches;
}

void GpuVm::plan(BindRequest& request) {
  planned_cell_.write();
  // An address is touched also where nothing is mapped now: something may be, by the time that the
  // request is carried out.
  VaRange touches{~std::uint64_t{0}, 0};
  if (request.address) touches = range_of(request);
  for (const VaChange& change : changes_of(request, planned_)) {
    const VaRange more = plan_change(request, change);
    touches = {std::min(touches.begin, more.begin), std::max(touches.end, more.end)};
  }
  std::erase_if(in_flight_, [](const Planned& each) { return each.fence->is_known_signaled(); });
  for (const Planned& other : in_flight_) {
    const bool in_order = other.fence->producer() == request.done->producer();
    if (!in_order && other.touches.overlaps(touches)) request.in.push_back({other.fence});
  }
  in_flight_.push_back({touches, request.done});
  request.planned = true;
}

core::Duration GpuVm::begin_update(BindRequest& request) {
  bound_cell_.write();
  std::uint64_t entries = 0;
  bool takes_away = request.kind == BindRequest::Kind::rebind;
  const bool contiguous = is_contiguous(*request.buffer);
  if (request.kind == BindRequest::Kind::rebind)
    for (const Mapping& mapping : mapped_.mappings_of(*request.buffer))
      entries += PageTables::entries({mapping.address, mapping.end()}, mapping.offset, contiguous);
  for (const VaChange& change : changes_of(request, mapped_)) {
    if (change.map) entries += PageTables::entries(range_of(request), request.offset, contiguous);
    for (const Unmapped& cut : change.unmaps) {
      takes_away |= !cut.keep;
      const std::uint64_t there = PageTables::entries(
          range_of(cut), offset_at(cut.mapping, cut.begin()), is_contiguous(*cut.mapping.buffer));
      if (!change.map) entries += there;
      if (cut.keep) entries -= std::min(entries, there);
    }
  }
  if (request.maps()) {
    const std::uint64_t bytes = tables_.add(range_of(request)) * PageTables::kTableBytes;
    FENCELAB_ASSERT(bytes <= request.reserved, "{} of {} bytes of page tables", request.reserved,
                    bytes);
    request.reserved -= bytes;
  }
  core::Duration cost = traits().update + static_cast<std::int64_t>(entries) * traits().per_entry;
  if (takes_away) cost += traits().tlb_flush;
  return cost;
}

void GpuVm::finish_update(BindRequest& request) {
  bound_cell_.write();
  std::uint64_t tables = 0;
  for (const VaChange& change : changes_of(request, mapped_)) {
    for (const Unmapped& cut : change.unmaps) tables_.remove(range_of(cut));
    if (!request.planned)
      for (const Unmapped& cut : change.unmaps) tables += tables_.prune(range_of(cut)).size();
    mapped_.apply(change);
  }
  // A table may be empty for now, with a bind on its way that counts on it.
  tables_.drop(request.frees);
  tables += request.frees.size();
  if (request.kind == BindRequest::Kind::rebind) --link_of(*request.buffer).rebinding;
  give_back(tables * PageTables::kTableBytes);
}

void GpuVm::note_queued(const BindQueue& queue, const BindRequest& request) {
  if (request.kind == BindRequest::Kind::unbind) return;
  asked_cell_.write();
  const std::uint64_t end = request.offset + request.bytes;
  auto& asked = last_[request.buffer->index()];
  std::erase_if(asked, [&](const Asked& other) {
    return other.queue == &queue && request.offset <= other.begin && other.end <= end;
  });
  asked.push_back({&queue, request.offset, end, request.done});
}

void GpuVm::note_over(BindRequest& request) {
  give_back(std::exchange(request.reserved, 0));  // the worst case did not happen
  if (request.throttled > 0) throttle_->release(request);
  if (!std::exchange(request.listed, false)) return;
  counts_cell_.add();
  --link_of(*request.buffer).asked;
}

// The asynchronous error handling that xe had until 2023 (drivers/gpu/drm/xe/xe_vm_doc.h, Async
// error handling mode).
void GpuVm::report_errors(core::ValueTimeline& errors, core::ValueTimeline& restarts) {
  errors_ = std::make_unique<Errors>(errors, restarts);
}

core::ValueTimeline& GpuVm::restarts() {
  if (!errors_) errors_ = std::make_unique<Errors>(*this);
  return *errors_->restarts;
}

core::Task<> GpuVm::wait_for_restart() {
  core::ValueTimeline& again = restarts();
  errors_cell_.write();
  const std::uint64_t number = ++errors_->failures;
  if (errors_->reports) errors_->reports->advance(number);
  co_await again.wait(number, core::WaitReason::value);
}

void GpuVm::close() {
  banned_cell_.write();
  dead_ = true;
  queues_cell_.read();
  retire_if_dead();
}

void GpuVm::kill() {
  queues_cell_.read();
  for (const auto& [name, queue] : queues_) queue->kill();
  if (rebinds_) rebinds_->kill();
  errors_cell_.read();
  if (errors_) errors_->restarts->advance(errors_->failures);
  close();
}

void GpuVm::retire_if_dead() {
  banned_cell_.read();
  if (!dead_) return;
  for (const auto& [name, queue] : queues_)
    if (!queue->idle()) return;
  if (rebinds_ && !rebinds_->idle()) return;
  bound_cell_.write();
  mapped_.clear();
  tables_.clear();
  give_back(table_bytes_held());
}

void GpuVm::ban() {
  banned_cell_.write();
  if (std::exchange(banned_, true)) return;
  cancel_jobs();
}

}  // namespace fencelab::models
