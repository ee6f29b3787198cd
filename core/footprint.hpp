// What one transition of an untimed run touched: the raw material from which an explorer derives
// which transitions commute. In a timed run nobody asks, and noting costs one predictable branch.
#pragma once

#include <cstdint>
#include <vector>

#include "core/ids.hpp"
#include "core/time.hpp"

namespace fencelab::core {

/// An object whose present state can be told by a hash. A search that stores states needs it; where
/// there is no better answer the object's history stands for its state.
class StateSource {
 public:
  StateSource() = default;
  StateSource(const StateSource&) = delete;
  StateSource& operator=(const StateSource&) = delete;
  virtual ~StateSource() = default;
  /// Equal states, equal hashes, whatever the schedule: no addresses, no order of arrival that
  /// nobody can observe. False if it cannot tell.
  virtual bool hash_state(std::uint64_t& hash) const {
    (void)hash;
    return false;
  }
};

/// Mixes `value` into `hash`.
constexpr std::uint64_t mix_hash(std::uint64_t hash, std::uint64_t value) {
  // Odd multiples keep (0, 0) from being a fixed point, and (1, 2) from meeting (2, 1).
  hash = (hash + 0x9E3779B97F4A7C15ull) * 0xBF58476D1CE4E5B9ull ^ value;
  hash = (hash ^ (hash >> 29)) * 0x94D049BB133111EBull;
  return hash ^ (hash >> 32);
}

/// How a transition touched an object. Which pairs commute is analysis/explore/dependency.hpp.
enum class Access : std::uint8_t {
  observe,  ///< passed a monotone gate; ordered after what opened it, conflicts with nothing
  // state of a model, and anything that has no finer rule
  read,
  write,
  add,  ///< an update that commutes with others of its kind (a counter nobody reads by itself)
  // locks
  request,        ///< mutex: join the queue (ok: granted at once)
  attempt,        ///< mutex: trylock (ok: taken)
  release,        ///< mutex: hand over
  read_request,   ///< rw lock, shared (ok: granted at once)
  write_request,  ///< rw lock, exclusive
  read_attempt,
  write_attempt,
  read_release,
  write_release,
  ww_request,  ///< ww_mutex: the answer depends on the holder and on who else waits
  ww_release,
  // fences and timelines
  signal,
  test,    ///< polled, or waited for with a deadline that can pass (ok: signaled, reached)
  any_of,  ///< one of several of which some suffice (ok: it has come; before: how many are needed)
  subscribe,  ///< armed a fence whose producer cares, or added or removed a callback
  advance,    ///< result: the value; before: the value before
  query,      ///< before: 0, or it only asked whether the value is there
  // counted resources
  acquire,   ///< joined the queue (ok: got it at once); result: units; before: what was to spare
  allocate,  ///< an attempt (ok: got it); result: units; before: what was to spare
  free,      ///< ok: nobody waited; result: units
  // queues with one consumer, who waits for the next item at a gate
  put,   ///< result: the item's number, from 1
  get,   ///< took an item off the front; result: its number
  peek,  ///< looked at what there is
  // lists that a server picks from by rank, in order of arrival among equals
  offer,  ///< result: rank
  pick,   ///< took, or went on with, the first of the highest rank there is; result: that rank
  // credits, served by rank, in order of arrival among equals
  claim,      ///< joined the queue; result: rank; before: whether somebody of lower rank, who came
              ///< earlier, needed a credit that is given back
  give_back,  ///< result: how many there were before, plus one
  // processes
  cancel,  ///< ended a process from outside; object: its id as an object
  count_
};

inline constexpr std::size_t kAccessCount = static_cast<std::size_t>(Access::count_);

struct Touch {
  ObjectId object{};
  Access access = Access::read;
  bool ok = false;
  std::uint64_t result = 0;  ///< what its process learned, as far as it can tell
  /// Waits for some of several: how many are needed. Counted resources: 0 if the answer may hang on
  /// what others do before, else 1 + the units to spare however their steps fall in time. Steps on
  /// a ww_mutex: whose turn it is, and by which ticket somebody could die (core/locks.cpp).
  std::uint64_t before = 0;
  const StateSource* source = nullptr;  ///< whose state may have changed; null if it cannot tell
};

/// Everything one transition touched, and whom it woke. Reused from transition to transition.
struct Footprint {
  std::vector<Touch> touches;
  std::vector<std::uint32_t> woken;  ///< actors it enabled
  std::vector<ObjectId> gone;        ///< objects destroyed
  struct Delay {
    std::uint32_t actor;
    Time local_time;
  };
  std::vector<Delay> delayed;  ///< other actors that go on no earlier than this
  /// A promise about what the acting process remembers (Simulation::forget, RetryLoop).
  struct Forgetting {
    enum class Kind : std::uint8_t {
      all,          ///< what it saw before does not matter to it, but for `tag`
      loop_begins,  ///< a loop begins, with all that it knows now
      loop_again    ///< what it saw since that loop began does not matter, but for `tag`
    };
    Kind kind = Kind::all;
    std::uint32_t loop = 0;  ///< depth of the loop among those of its process
    std::uint64_t tag = 0;
    std::size_t touches = 0;  ///< how many of the touches came before
  };
  std::vector<Forgetting> forgettings;  ///< in order
  void clear() {
    touches.clear();
    woken.clear();
    gone.clear();
    delayed.clear();
    forgettings.clear();
  }
  /// Whether its process no longer cares for time.
  bool forgets() const {
    for (const Forgetting& forgetting : forgettings)
      if (forgetting.kind != Forgetting::Kind::loop_begins) return true;
    return false;
  }
  /// `source`, the object `id`, is being destroyed.
  void drop(const StateSource& source, ObjectId id) {
    for (Touch& touch : touches)
      if (touch.source == &source) touch.source = nullptr;
    gone.push_back(id);
  }
};

}  // namespace fencelab::core
