// How the objects of a small system describe who can release a waiter: the rules of core's locks,
// fences, timelines and pools, written once more for the systems of the oracle.
#include <algorithm>

#include "tests/analysis/deadlock/graph_maker.hpp"
#include "tests/analysis/deadlock/oracle.hpp"

namespace fencelab::test {
namespace {

using core::AgentIndex;
using core::GateIndex;
using core::GateKind;

class Describer {
 public:
  explicit Describer(const System& system) : s_(system) {}

  core::WaitGraph make() {
    for (std::size_t p = 0; p < s_.processes.size(); ++p) maker_.agent("p" + std::to_string(p));
    for (std::size_t f = 0; f < s_.fences.size(); ++f) fences_.push_back(fence(f));
    for (const PoolState& pool : s_.pools) describe_pool(pool);
    for (const ValueState& counter : s_.counters) describe_counter(counter);
    for (std::size_t p = 0; p < s_.processes.size(); ++p) describe_wait(static_cast<int>(p));
    return std::move(maker_.graph);
  }

 private:
  GateIndex end_of(int process) { return maker_.end_of(static_cast<AgentIndex>(process)); }

  GateIndex fence(std::size_t index) {
    const FenceState& fence = s_.fences[index];
    if (fence.signaled) return maker_.leaf(GateKind::environment);
    if (fence.signallers.empty()) return maker_.leaf(GateKind::nobody);
    std::vector<GateIndex> inputs;
    for (const int signaller : fence.signallers) inputs.push_back(end_of(signaller));
    return maker_.any_of(std::move(inputs));
  }

  void describe_pool(const PoolState& pool) {
    const auto index = maker_.pool("pool", static_cast<std::uint64_t>(pool.free));
    for (const auto& [process, amount] : pool.held)
      maker_.holds(index, static_cast<AgentIndex>(process), static_cast<std::uint64_t>(amount));
    for (const auto& [fence, amount] : pool.guarded)
      maker_.guards(index, fences_[static_cast<std::size_t>(fence)],
                    static_cast<std::uint64_t>(amount));
    if (!pool.all_of) return;
    // What was granted to somebody ahead comes back only when that one is released: see units().
    for (const int waiter : pool.queue)
      maker_.holds(index, static_cast<AgentIndex>(waiter),
                   static_cast<std::uint64_t>(demand(waiter, pool)));
  }

  void describe_counter(const ValueState& counter) {
    const auto index = maker_.pool("counter", static_cast<std::uint64_t>(counter.value));
    for (const auto& [process, amount] : counter.producers)
      maker_.holds(index, static_cast<AgentIndex>(process), static_cast<std::uint64_t>(amount));
  }

  int demand(int process, const PoolState& pool) const {
    for (const Item& item : s_.processes[static_cast<std::size_t>(process)].items)
      if (item.kind == ItemKind::units && &s_.pools[static_cast<std::size_t>(item.object)] == &pool)
        return item.amount;
    return 0;
  }

  GateIndex mutex(int p, const LockState& lock) {
    std::vector<GateIndex> gates{end_of(lock.writer)};
    for (const int ahead : lock.queue) {
      if (ahead == p) break;
      gates.push_back(end_of(ahead));
    }
    return maker_.all_of(std::move(gates));
  }

  GateIndex shared_lock(int p, const Item& item, const LockState& lock) {
    const bool reads = item.kind == ItemKind::read_lock;
    std::vector<GateIndex> gates;
    if (lock.writer >= 0) gates.push_back(end_of(lock.writer));
    if (!reads)
      for (const int reader : lock.readers) gates.push_back(end_of(reader));
    for (const int ahead : lock.queue) {
      if (ahead == p) break;
      if (!reads || wants_to_write(ahead, item.object)) gates.push_back(end_of(ahead));
    }
    return maker_.all_of(std::move(gates));
  }

  bool wants_to_write(int process, int lock) const {
    const auto& items = s_.processes[static_cast<std::size_t>(process)].items;
    return std::any_of(items.begin(), items.end(), [&](const Item& item) {
      return item.kind == ItemKind::write_lock && item.object == lock;
    });
  }

  GateIndex units(int p, const Item& item) {
    const PoolState& pool = s_.pools[static_cast<std::size_t>(item.object)];
    const auto index = static_cast<core::PoolIndex>(item.object);
    int amount = item.amount;
    std::vector<GateIndex> gates;
    for (const int ahead : pool.queue) {
      if (ahead == p) break;
      // All-of waiters take their units even if they then wait on for something else.
      if (pool.all_of)
        amount += demand(ahead, pool);
      else
        gates.push_back(end_of(ahead));
    }
    gates.push_back(maker_.units(index, static_cast<std::uint64_t>(amount)));
    return maker_.all_of(std::move(gates));
  }

  GateIndex timeline(const Item& item) {
    const ValueState& timeline = s_.timelines[static_cast<std::size_t>(item.object)];
    std::vector<GateIndex> inputs;
    for (const auto& [process, reach] : timeline.producers)
      if (reach >= item.amount) inputs.push_back(end_of(process));
    return maker_.any_of(std::move(inputs));  // without inputs it can never open
  }

  GateIndex gate_of(int p, const Item& item) {
    const auto object = static_cast<std::size_t>(item.object);
    switch (item.kind) {
      case ItemKind::mutex: return mutex(p, s_.locks[object]);
      case ItemKind::read_lock:
      case ItemKind::write_lock: return shared_lock(p, item, s_.locks[object]);
      case ItemKind::fence: return fences_[object];
      case ItemKind::timeline: return timeline(item);
      case ItemKind::counter:
        return maker_.units(static_cast<core::PoolIndex>(s_.pools.size() + object),
                            static_cast<std::uint64_t>(item.amount));
      case ItemKind::units: return units(p, item);
    }
    return core::kNoIndex;
  }

  void describe_wait(int p) {
    const ProcessState& process = s_.processes[static_cast<std::size_t>(p)];
    int need = process.need;
    std::vector<GateIndex> inputs;
    for (const Item& item : process.items) {
      if (item.granted)
        --need;
      else
        inputs.push_back(gate_of(p, item));
    }
    if (need <= 0) return;
    const bool single = need == 1 && inputs.size() == 1;
    maker_.blocks(static_cast<AgentIndex>(p),
                  single ? inputs.front() : maker_.k_of(static_cast<std::uint32_t>(need), inputs));
  }

  const System& s_;
  GraphMaker maker_;
  std::vector<GateIndex> fences_;
};

}  // namespace

core::WaitGraph describe(const System& system) { return Describer(system).make(); }

}  // namespace fencelab::test
