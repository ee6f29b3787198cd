// Locks: a thread unlocks only what it holds. Programs have no branches, so the locks that a thread
// holds at each operation are known before anything runs.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scenarios/load_parts.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

// What one thread holds while its program is followed.
class LockFollower {
 public:
  LockFollower(LoadContext& context, const ThreadSpec& thread)
      : context_(context), thread_(thread) {}

  void follow() { follow(thread_.program); }

 private:
  using Mode = LockOp::Mode;
  void follow(const Program& program) {
    for (const Op& op : program) {
      if (is_over_) return;
      if (const auto* const loop = std::get_if<LoopOp>(&op.what)) follow_loop(*loop);
      if (const auto* const lock = std::get_if<LockOp>(&op.what)) apply(*lock, op.place);
    }
  }

  // What is held after a round depends on the last operation on each lock only, or grows: the third
  // round finds what the second found.
  void follow_loop(const LoopOp& loop) {
    follow(loop.body);
    if (loop.times != 1) follow(loop.body);
  }

  void apply(const LockOp& op, const Place& place) {
    for (const Index lock : op.locks) {
      if (lock == kNone) continue;  // reported where it stands
      // What was taken by trying is given back like any mutex.
      const Held held{lock, op.mode == Mode::back_off ? Mode::mutex : op.mode};
      if (op.unlock) {
        const auto found = held_.find(held);
        if (found == held_.end()) return report(lock, op.mode, place);
        held_.erase(found);
        continue;
      }
      // Taking a mutex twice is a deadlock of one, which a scenario may well want to show. Readers
      // may come in as often as they like, and must leave as often.
      const bool is_shared = op.mode == Mode::read;
      const bool is_new = !held_.contains(held);
      if (is_new || is_shared) held_.insert(held);
      is_over_ = is_over_ || (!is_new && !is_shared && op.mode != Mode::ww);
    }
  }

  static std::string_view word_for(Mode mode) {
    switch (mode) {
      case Mode::mutex:
      case Mode::back_off: return "lock";
      case Mode::read: return "read_lock";
      case Mode::write: return "write_lock";
      case Mode::ww: break;
    }
    return "ww_lock";
  }

  void report(Index lock, Mode mode, const Place& place) {
    is_over_ = true;
    const std::string name = quote(context_.scenario.locks[lock].name);
    context_.sink.error(
        place.pointer,
        {.code = "lock-not-held",
         .message = fmt::format("thread {} does not hold {} here", quote(thread_.name), name),
         .expected = fmt::format("a {} of it before, in the same thread", word_for(mode))});
  }

  struct Held {
    Index lock;
    Mode mode;
    auto operator<=>(const Held&) const = default;
  };
  LoadContext& context_;
  const ThreadSpec& thread_;
  std::multiset<Held> held_;
  bool is_over_ = false;  // blocked for ever, or reported
};

}  // namespace

void check_locks(LoadContext& context) {
  for (const ProcessSpec& process : context.scenario.processes)
    for (const ThreadSpec& thread : process.threads)
      if (!context.sink.has_error_under(thread.place.pointer))
        LockFollower(context, thread).follow();
}

}  // namespace fencelab::scenarios
