// Random systems for the oracle. Integers drawn by modulo, so that they are the same everywhere.
#include <algorithm>

#include "tests/analysis/deadlock/oracle.hpp"

namespace fencelab::test {

namespace {

class Generator {
 public:
  explicit Generator(std::mt19937_64& random) : random_(random) {}

  System make() {
    count_ = between(2, 7);
    s_.processes.resize(static_cast<std::size_t>(count_));
    make_objects();
    for (int p = 0; p < count_; ++p)
      if (between(0, 99) < 70) make_wait(p);
    for (LockState& lock : s_.locks) shuffle(lock.queue);
    for (PoolState& pool : s_.pools) shuffle(pool.queue);
    return settled(std::move(s_));
  }

 private:
  int between(int low, int high) {
    return low + static_cast<int>(random_() % static_cast<std::uint64_t>(high - low + 1));
  }
  int someone() { return between(0, count_ - 1); }

  void shuffle(std::vector<int>& list) {
    for (std::size_t i = list.size(); i > 1; --i)
      std::swap(list[i - 1], list[static_cast<std::size_t>(between(0, static_cast<int>(i) - 1))]);
  }

  void make_objects() {
    make_locks();
    make_fences();
    s_.timelines.resize(static_cast<std::size_t>(between(0, 2)));
    for (ValueState& timeline : s_.timelines)
      for (int i = between(0, 3); i > 0; --i)
        timeline.producers.emplace_back(someone(), between(1, 3));
    s_.counters.resize(static_cast<std::size_t>(between(0, 1)));
    for (ValueState& counter : s_.counters)
      for (int i = between(0, 4); i > 0; --i)
        counter.producers.emplace_back(someone(), between(1, 2));
    make_pools();
  }

  void make_locks() {
    s_.locks.resize(static_cast<std::size_t>(between(0, 3)));
    for (LockState& lock : s_.locks) {
      lock.shared = between(0, 2) == 0;
      if (!lock.shared || between(0, 1) == 0) {
        lock.writer = someone();
      } else {
        lock.readers.push_back(someone());
        if (const int other = someone(); other != lock.readers.front())
          lock.readers.push_back(other);
      }
    }
  }

  void make_fences() {
    s_.fences.resize(static_cast<std::size_t>(between(0, 3)));
    for (FenceState& fence : s_.fences) {
      fence.by_hardware = between(0, 19) == 0;
      for (int i = between(0, 19) == 0 ? 0 : between(1, 3); i > 0; --i)
        fence.signallers.push_back(someone());
    }
  }

  void make_pools() {
    s_.pools.resize(static_cast<std::size_t>(between(0, 2)));
    for (PoolState& pool : s_.pools) {
      pool.free = between(0, 2);
      pool.fifo = between(0, 1) == 0;
      pool.all_of = between(0, 1) == 0;
      for (int i = between(0, 3); i > 0; --i) pool.held.emplace_back(someone(), between(1, 3));
      if (!s_.fences.empty() && between(0, 1) == 0)
        pool.guarded.emplace_back(between(0, static_cast<int>(s_.fences.size()) - 1),
                                  between(1, 2));
    }
  }

  /// All objects in random order, as the item that a process would wait for.
  std::vector<Item> candidates() {
    std::vector<Item> items;
    const auto add = [&](ItemKind kind, std::size_t object, int amount) {
      items.push_back({kind, static_cast<int>(object), amount, false});
    };
    for (std::size_t i = 0; i < s_.locks.size(); ++i)
      add(!s_.locks[i].shared  ? ItemKind::mutex
          : between(0, 1) == 0 ? ItemKind::read_lock
                               : ItemKind::write_lock,
          i, 0);
    for (std::size_t i = 0; i < s_.fences.size(); ++i) add(ItemKind::fence, i, 0);
    for (std::size_t i = 0; i < s_.timelines.size(); ++i) add(ItemKind::timeline, i, between(1, 3));
    for (std::size_t i = 0; i < s_.counters.size(); ++i) add(ItemKind::counter, i, between(1, 5));
    for (std::size_t i = 0; i < s_.pools.size(); ++i) add(ItemKind::units, i, between(1, 5));
    for (std::size_t i = items.size(); i > 1; --i)
      std::swap(items[i - 1], items[static_cast<std::size_t>(between(0, static_cast<int>(i) - 1))]);
    return items;
  }

  /// FIFO pools whose requests are granted one by one are only waited for alone or in all-of waits.
  bool may_join(const Item& item, bool alone, bool all) const {
    if (item.kind != ItemKind::units) return true;
    const PoolState& pool = s_.pools[static_cast<std::size_t>(item.object)];
    return !pool.fifo || alone || (pool.all_of && all);
  }

  void make_wait(int p) {
    ProcessState& process = s_.processes[static_cast<std::size_t>(p)];
    const int wanted = between(1, 3);
    const int mode = between(0, 2);
    for (const Item& item : candidates()) {
      if (static_cast<int>(process.items.size()) == wanted) break;
      if (may_join(item, wanted == 1, mode == 0)) process.items.push_back(item);
    }
    const int total = static_cast<int>(process.items.size());
    process.need = mode == 0 || total == 0 ? total : mode == 1 ? 1 : between(1, total);
    for (const Item& item : process.items) {
      const auto object = static_cast<std::size_t>(item.object);
      if (item.kind <= ItemKind::write_lock) s_.locks[object].queue.push_back(p);
      if (item.kind == ItemKind::units && s_.pools[object].fifo)
        s_.pools[object].queue.push_back(p);
    }
  }

  std::mt19937_64& random_;
  int count_ = 0;
  System s_;
};

}  // namespace

System random_system(std::mt19937_64& random) { return Generator(random).make(); }

}  // namespace fencelab::test
