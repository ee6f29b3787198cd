#include "tests/analysis/deadlock/oracle.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>

namespace fencelab::test {
namespace {

bool is_lock(ItemKind kind) {
  return kind == ItemKind::mutex || kind == ItemKind::read_lock || kind == ItemKind::write_lock;
}

/// One reachable state, and the two moves of the game: a process is released, a process ends.
class Machine {
 public:
  explicit Machine(System system) : s_(std::move(system)) { settle(); }

  const System& system() const { return s_; }
  std::size_t size() const { return s_.processes.size(); }
  bool is_finished(std::size_t p) const { return s_.processes[p].status == Status::finished; }

  bool can_move(std::size_t p) const {
    const ProcessState& process = s_.processes[p];
    if (process.status == Status::running) return true;
    if (process.status == Status::finished) return false;
    int satisfied = 0;
    for (const Item& item : process.items) satisfied += holds_now(item);
    return satisfied >= process.need;
  }

  void move(std::size_t p) {
    if (s_.processes[p].status == Status::blocked)
      release(static_cast<int>(p));
    else
      finish(static_cast<int>(p));
    settle();
  }

  /// Everything that tells two states apart, as bytes.
  std::string key() const {
    std::string bytes;
    const auto put = [&](int value) { bytes += static_cast<char>(value); };
    for (const ProcessState& process : s_.processes) {
      int granted = 0;
      for (const Item& item : process.items) granted = 2 * granted + item.granted;
      put(static_cast<int>(process.status) + 4 * granted);
    }
    for (const LockState& lock : s_.locks) {
      put(lock.writer);
      for (const int reader : lock.readers) put(reader);
      put(-2);
      for (const int waiter : lock.queue) put(waiter);
      put(-2);
    }
    for (const FenceState& fence : s_.fences) put(fence.signaled);
    for (const ValueState& timeline : s_.timelines) put(timeline.value);
    for (const ValueState& counter : s_.counters) put(counter.value);
    for (const PoolState& pool : s_.pools) {
      put(pool.free);
      for (const int waiter : pool.queue) put(waiter);
      put(-2);
    }
    return bytes;
  }

 private:
  bool holds_now(const Item& item) const {
    const auto object = static_cast<std::size_t>(item.object);
    switch (item.kind) {
      case ItemKind::fence: return s_.fences[object].signaled;
      case ItemKind::timeline: return s_.timelines[object].value >= item.amount;
      case ItemKind::counter: return s_.counters[object].value >= item.amount;
      case ItemKind::units:
        if (!s_.pools[object].fifo) return s_.pools[object].free >= item.amount;
        return item.granted;
      default: return item.granted;
    }
  }

  void release(int p) {
    ProcessState& process = s_.processes[static_cast<std::size_t>(p)];
    for (Item& item : process.items) {
      const auto object = static_cast<std::size_t>(item.object);
      if (is_lock(item.kind)) std::erase(s_.locks[object].queue, p);
      if (item.kind != ItemKind::units) continue;
      PoolState& pool = s_.pools[object];
      std::erase(pool.queue, p);
      if (!pool.fifo && pool.free >= item.amount) take(pool, p, item.amount);
    }
    process.status = Status::running;
  }

  void finish(int p) {
    s_.processes[static_cast<std::size_t>(p)].status = Status::finished;
    for (LockState& lock : s_.locks) {
      if (lock.writer == p) lock.writer = -1;
      std::erase(lock.readers, p);
    }
    for (FenceState& fence : s_.fences)
      if (std::count(fence.signallers.begin(), fence.signallers.end(), p)) fence.signaled = true;
    for (ValueState& timeline : s_.timelines)
      for (const auto& [producer, reach] : timeline.producers)
        if (producer == p) timeline.value = std::max(timeline.value, reach);
    for (ValueState& counter : s_.counters)
      for (const auto& [producer, amount] : counter.producers)
        if (producer == p) counter.value += amount;
    for (PoolState& pool : s_.pools) {
      for (const auto& [holder, amount] : pool.held)
        if (holder == p) pool.free += amount;
      std::erase_if(pool.held, [&](const auto& held) { return held.first == p; });
    }
  }

  static void take(PoolState& pool, int p, int amount) {
    pool.free -= amount;
    pool.held.emplace_back(p, amount);
  }

  /// What happens without anybody's doing: hardware signals, hand-over to the heads of queues.
  void settle() {
    for (FenceState& fence : s_.fences) fence.signaled = fence.signaled || fence.by_hardware;
    for (PoolState& pool : s_.pools) {
      std::erase_if(pool.guarded, [&](const auto& unit) {
        const bool back = s_.fences[static_cast<std::size_t>(unit.first)].signaled;
        if (back) pool.free += unit.second;
        return back;
      });
    }
    for (std::size_t l = 0; l < s_.locks.size(); ++l)
      while (hand_over_lock(l)) {
      }
    for (std::size_t p = 0; p < s_.pools.size(); ++p)
      while (hand_over_units(p)) {
      }
  }

  Item& item_of(int process, bool lock, std::size_t object) {
    auto& items = s_.processes[static_cast<std::size_t>(process)].items;
    return *std::find_if(items.begin(), items.end(), [&](const Item& item) {
      const bool kind = lock ? is_lock(item.kind) : item.kind == ItemKind::units;
      return kind && item.object == static_cast<int>(object);
    });
  }

  bool hand_over_lock(std::size_t index) {
    LockState& lock = s_.locks[index];
    if (lock.queue.empty() || lock.writer >= 0) return false;
    const int head = lock.queue.front();
    Item& item = item_of(head, true, index);
    const bool reads = item.kind == ItemKind::read_lock;
    if (!reads && !lock.readers.empty()) return false;
    item.granted = true;
    lock.queue.erase(lock.queue.begin());
    if (reads)
      lock.readers.push_back(head);
    else
      lock.writer = head;
    return true;
  }

  bool hand_over_units(std::size_t index) {
    PoolState& pool = s_.pools[index];
    if (pool.queue.empty()) return false;
    const int head = pool.queue.front();
    Item& item = item_of(head, false, index);
    if (pool.free < item.amount) return false;
    item.granted = true;
    pool.queue.erase(pool.queue.begin());
    take(pool, head, item.amount);
    return true;
  }

  System s_;
};

}  // namespace

std::vector<bool> dead_by_search(const System& system) {
  std::vector<Machine> stack{Machine(system)};
  std::unordered_set<std::string> seen{stack.front().key()};
  std::vector<bool> dead(stack.front().size(), true);
  auto left = static_cast<std::ptrdiff_t>(dead.size());
  while (!stack.empty() && left > 0) {
    const Machine at = std::move(stack.back());
    stack.pop_back();
    for (std::size_t p = 0; p < at.size(); ++p) {
      if (!at.can_move(p)) continue;
      Machine next = at;
      next.move(p);
      if (!seen.insert(next.key()).second) continue;
      if (next.is_finished(p) && dead[p]) {
        dead[p] = false;
        --left;
      }
      stack.push_back(std::move(next));
    }
  }
  return dead;
}

System settled(System system) { return Machine(std::move(system)).system(); }

}  // namespace fencelab::test
