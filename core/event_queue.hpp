// The pending event set: a 4-ary heap of 24-byte structs ordered by (time, sequence), and a FIFO
// for events of the present instant. Events name a slot and a generation; a slot whose generation
// has moved on has been woken otherwise, and the event is stale. That makes cancellation free.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/time.hpp"

namespace fencelab::core {

/// Who is to be woken: a slot of the Simulation and the generation the event was meant for.
struct Wakeup {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
};

class EventQueue {
 public:
  /// Adds a wake-up at `at`. Equal times leave in the order they came.
  void push(Time at, Wakeup wakeup) {
    heap_.push_back({at, next_sequence_++, wakeup});
    sift_up(heap_.size() - 1);
  }

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  Time next_time() const { return heap_.empty() ? kNever : heap_.front().at; }
  Wakeup next() const { return heap_.front().wakeup; }

  void pop() {
    const Entry last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) sift_down(last);
  }

 private:
  struct Entry {
    Time at;
    std::uint64_t sequence;
    Wakeup wakeup;
  };
  // One 128-bit comparison: which of two events is earlier is a coin toss, and a branch on it would
  // be mispredicted half of the time.
  static bool before(const Entry& a, const Entry& b) { return key(a) < key(b); }
  __extension__ using Key = __int128;
  static Key key(const Entry& entry) {
    return Key{nanoseconds_of(entry.at)} << 64 | entry.sequence;
  }

  void sift_up(std::size_t hole) {
    const Entry moving = heap_[hole];
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / kArity;
      if (!before(moving, heap_[parent])) break;
      heap_[hole] = heap_[parent];
      hole = parent;
    }
    heap_[hole] = moving;
  }

  // Bottom-up variant: walk the hole to a leaf along the smallest children, then sift `moving` up.
  // The last element nearly always belongs near the leaves, which saves a comparison per level.
  void sift_down(Entry moving) {
    const std::size_t size = heap_.size();
    std::size_t hole = 0;
    for (;;) {
      const std::size_t first = hole * kArity + 1;
      if (first >= size) break;
      const std::size_t best = first + kArity <= size ? least_of_four(first) : least(first, size);
      heap_[hole] = heap_[best];
      hole = best;
    }
    heap_[hole] = moving;
    sift_up(hole);
  }

  std::size_t least_of_four(std::size_t first) const {
    const std::size_t left = first + before(heap_[first + 1], heap_[first]);
    const std::size_t right = first + 2 + before(heap_[first + 3], heap_[first + 2]);
    return before(heap_[right], heap_[left]) ? right : left;
  }
  std::size_t least(std::size_t first, std::size_t last) const {
    std::size_t best = first;
    for (std::size_t child = first + 1; child < last; ++child)
      if (before(heap_[child], heap_[best])) best = child;
    return best;
  }

  static constexpr std::size_t kArity = 4;
  std::vector<Entry> heap_;
  std::uint64_t next_sequence_ = 0;
};

/// FIFO of wake-ups for the present instant: a power-of-two ring that grows and never shrinks.
class ReadyRing {
 public:
  bool empty() const { return head_ == tail_; }
  void push(Wakeup wakeup) {
    if (tail_ - head_ == ring_.size()) grow();
    ring_[tail_++ & (ring_.size() - 1)] = wakeup;
  }
  Wakeup pop() { return ring_[head_++ & (ring_.size() - 1)]; }

 private:
  void grow() {
    std::vector<Wakeup> bigger(std::max<std::size_t>(64, ring_.size() * 2));
    for (std::uint64_t i = head_; i != tail_; ++i)
      bigger[i & (bigger.size() - 1)] = ring_[i & (ring_.size() - 1)];
    ring_ = std::move(bigger);
  }
  std::vector<Wakeup> ring_;
  std::uint64_t head_ = 0, tail_ = 0;
};

}  // namespace fencelab::core
