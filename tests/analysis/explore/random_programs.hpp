// Random small programs over all primitives, well-formed: what is unlocked was locked.
#pragma once

#include <algorithm>
#include <random>

#include "tests/analysis/explore/litmus.hpp"

namespace fencelab::testing {

class ProgramGenerator {
 public:
  explicit ProgramGenerator(std::uint64_t seed) : random_(seed) {}

  /// 2 or 3 processes of a few operations each, on two objects of each kind.
  LitmusProgram program() {
    flavour_ = below(4);
    LitmusProgram program(2 + below(2));
    const std::size_t most = program.size() == 2 ? 5 : 3;
    for (auto& process : program)
      while (process.size() < most && below(8) != 0) block(process, 0);
    return program;
  }

  /// Transactions of two or three ww locks each, in any order. `signals`: some of the waits end at
  /// a signal, which a process of its own sends.
  LitmusProgram transactions(bool signals) {
    LitmusProgram program(2 + below(2));
    for (auto& process : program) {
      if (below(3) == 0) process.push_back({K::signal, {object()}});
      for (std::size_t n = 1 + below(2); n > 0; --n) transaction(process, signals);
      if (below(3) == 0) process.push_back({below(2) ? K::wait : K::increment, {object()}});
    }
    if (signals) program.push_back({{K::interrupt, {below(program.size())}}});
    return program;
  }

  /// program() with recovery timers: waits that give up, and watchdogs that signal.
  LitmusProgram program_with_timers() {
    LitmusProgram program = this->program();
    for (auto& process : program) {
      const auto at = static_cast<std::ptrdiff_t>(below(2) * process.size());
      if (below(2) == 0) {
        process.insert(process.begin() + at, {K::repair, {object()}, 1});
        process.insert(process.begin() + at + 1, {below(2) ? K::signal : K::increment, {object()}});
      } else {
        const std::size_t fence = object();
        process.insert(process.begin() + at, {K::arm, {fence}});
        if (below(3) != 0) process.push_back({K::disarm, {fence}});
      }
    }
    return program;
  }

  /// program() with a process that kills another, sometimes only perhaps.
  LitmusProgram program_with_kill() {
    LitmusProgram program = this->program();
    if (program.size() == 3) program.pop_back();
    std::vector<LitmusOp> killer;
    if (below(3) == 0) killer.push_back({K::choose, {}, 2});
    killer.push_back({K::kill, {below(program.size())}});
    program.push_back(std::move(killer));
    return program;
  }

  /// program() with waits that a signal ends or restarts, and a process that sends one or two,
  /// sometimes only perhaps.
  LitmusProgram program_with_signals() {
    LitmusProgram program = this->program();
    if (program.size() == 3) program.pop_back();
    for (auto& process : program) {
      for (LitmusOp& op : process) {
        if (op.kind == K::ww_lock) op.value = below(2);
        if (op.kind == K::wait) op.kind = K::wait_restarted;
      }
      const auto at = static_cast<std::ptrdiff_t>(below(2) * process.size());
      process.insert(process.begin() + at, {K::wait_interruptible, {object()}, 1});
      process.insert(process.begin() + at + 1, {below(2) ? K::signal : K::increment, {object()}});
    }
    std::vector<LitmusOp> sender;
    for (std::size_t i = 1 + below(2); i > 0; --i) {
      if (below(3) == 0) sender.push_back({K::choose, {}, 2});
      sender.push_back({K::interrupt, {below(program.size())}});
    }
    program.push_back(std::move(sender));
    return program;
  }

  /// Steps that touch more or less, by what they find: on three variables, with waits between.
  LitmusProgram steps_that_look_on() {
    LitmusProgram program(2 + below(3));
    const std::size_t most = program.size() == 2 ? 4 : program.size() == 3 ? 3 : 2;
    for (auto& process : program) {
      while (process.size() < most && below(6) != 0) {
        std::vector<std::size_t> variables{0, 1, 2};
        std::shuffle(variables.begin(), variables.end(), random_);
        variables.resize(1 + below(3));
        switch (below(8)) {
          case 0: process.push_back({K::signal, {object()}}); break;
          case 1: process.push_back({K::wait, {object()}}); break;
          case 2: process.push_back({K::read, {variables[0]}}); break;
          default: process.push_back({K::look_on, variables, below(3)}); break;
        }
      }
    }
    return program;
  }

  /// `program` with long steps: most operations that cannot block come in the step of the one
  /// before. What such a step touches depends on what it finds.
  LitmusProgram with_long_steps(LitmusProgram program) {
    for (auto& process : program)
      for (std::size_t at = 1; at < process.size(); ++at) process[at].joined = below(4) != 0;
    return program;
  }

  /// Lists picked from by rank, rings with one consumer each, timelines that are asked: whether two
  /// steps commute hangs on what they were told.
  LitmusProgram queues() {
    flavour_ = below(3);
    LitmusProgram program(2 + below(2));
    const std::size_t most = program.size() == 2 ? 5 : 3;
    for (std::size_t i = 0; i < program.size(); ++i)
      while (program[i].size() < most && below(10) != 0) queue(program[i], i);
    return program;
  }

  /// Callbacks on fences, arrays of them, and what is added to in any order.
  LitmusProgram callbacks() {
    LitmusProgram program(2 + below(2));
    const std::size_t most = program.size() == 2 ? 5 : 3;
    for (auto& process : program)
      while (process.size() < most && below(10) != 0) callback(process);
    return program;
  }

  /// Credits, asked for by rank.
  LitmusProgram credits() {
    LitmusProgram program(2 + below(2));
    const bool in_bulk = below(4) == 0;
    const std::size_t most = program.size() == 2 ? 5 : 3;
    for (auto& process : program)
      while (process.size() < most && below(10) != 0) claim(process, in_bulk, 0);
    return program;
  }

  /// Memory that is scarce: who gets none waits until some is given back, or for a fence.
  LitmusProgram memory() {
    LitmusProgram program(2 + below(2));
    const std::size_t most = program.size() == 2 ? 5 : 3;
    for (auto& process : program)
      while (process.size() < most && below(8) != 0) memory(process);
    return program;
  }

 private:
  using K = LitmusOp::Kind;
  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }
  std::size_t object() { return below(2); }

  void queue(std::vector<LitmusOp>& into, std::size_t process) {
    if (below(8) == 0) return into.push_back({below(2) ? K::wait : K::signal, {object()}});
    switch (below(8) == 0 ? below(3) : flavour_) {
      case 0:
        if (below(3) == 0)
          into.push_back({K::pick, {0}, below(4)});
        else
          into.push_back({K::offer, {0}, 1 + below(3)});
        return;
      case 1:
        if (process == 0 && below(2) == 0)
          into.push_back({K::take, {0}});
        else if (below(4) == 0)
          into.push_back({K::look, {0}});
        else
          into.push_back({K::put, {0}});
        return;
      default:
        if (below(3) == 0)
          into.push_back({K::advance, {0}, 1 + below(4)});
        else
          into.push_back({K::at_least, {0}, 1 + below(4)});
        return;
    }
  }

  // Each program leans to some primitives, so that they meet.
  void block(std::vector<LitmusOp>& into, int depth) {
    switch (flavour_ == 3 ? below(14) : flavour_ * 4 + below(5)) {
      case 0: return around(into, {K::lock, {object()}}, K::unlock, depth);
      case 1: return around(into, {K::lock, {object()}}, K::unlock, depth);
      case 2: return attempt(into, {K::try_lock, {object()}}, K::unlock, depth);
      case 3: return around(into, {K::read_lock, {object()}}, K::read_unlock, depth);
      case 4: return around(into, {K::write_lock, {object()}}, K::write_unlock, depth);
      case 5: return wait(into);
      case 6: into.push_back({K::signal, {object()}}); return;
      case 7: into.push_back({K::advance, {object()}, 1 + below(2)}); return;
      case 8: into.push_back({K::wait_value, {object()}, 1 + below(2)}); return;
      case 9: return pool(into, depth);
      case 10: into.push_back({below(2) ? K::write : K::increment, {object()}, below(2)}); return;
      case 11: return conditional(into, {K::read_into, {object()}}, depth);
      case 12: return ww(into);
      default: return conditional(into, {below(2) ? K::choose : K::poll, {object()}, 2}, depth);
    }
  }
  void inner(std::vector<LitmusOp>& into, int depth) {
    if (depth < 2 && below(2)) block(into, depth + 1);
  }
  void around(std::vector<LitmusOp>& into, const LitmusOp& open, K close, int depth) {
    into.push_back(open);
    inner(into, depth);
    if (below(6) != 0) into.push_back({close, open.objects});
  }
  void attempt(std::vector<LitmusOp>& into, LitmusOp open, K close, int depth) {
    std::vector<LitmusOp> body;
    inner(body, depth);
    body.push_back({close, open.objects});
    open.value = body.size();
    into.push_back(open);
    into.insert(into.end(), body.begin(), body.end());
  }
  void conditional(std::vector<LitmusOp>& into, LitmusOp test, int depth) {
    std::vector<LitmusOp> body;
    if (test.kind == K::choose)
      body.push_back({below(2) ? K::signal : K::increment, {object()}});  // skipped or not
    else
      inner(body, depth);
    if (test.kind != K::choose) test.value = body.size();
    into.push_back(test);
    into.insert(into.end(), body.begin(), body.end());
  }
  void wait(std::vector<LitmusOp>& into) {
    switch (below(5)) {
      case 0: into.push_back({K::wait_any, {0, 1}}); return;
      case 1: into.push_back({K::wait_all, {0, 1}}); return;
      case 2: into.push_back({K::wait_timeout, {object()}}); return;
      case 3: into.push_back({K::wait_k, {0, 1, 2}, 2}); return;
      default: into.push_back({K::wait, {object()}}); return;
    }
  }
  void pool(std::vector<LitmusOp>& into, int depth) {
    const LitmusOp take{below(2) ? K::acquire : K::try_acquire, {object()}, 1 + below(2)};
    into.push_back(take);
    if (take.kind == K::acquire) {
      inner(into, depth);
      if (below(6) == 0) return;
    }
    into.push_back({K::release, take.objects, take.value});  // skipped if the try failed
  }
  void ww(std::vector<LitmusOp>& into) {
    const std::size_t first = object();
    into.push_back({K::ww_lock, {first}});
    into.push_back({K::ww_lock, {1 - first}});
    into.push_back({K::ww_drop_all, {}});
  }

  void memory(std::vector<LitmusOp>& into) {
    switch (below(5)) {
      case 0: into.push_back({K::signal, {object()}}); return;
      case 1: into.push_back({below(2) ? K::wait : K::increment, {object()}}); return;
      default: break;
    }
    const std::size_t pool = below(4) == 0;
    const std::uint64_t bytes = 1 + below(2);
    into.push_back({K::take_memory, {pool, object()}, bytes});
    into.push_back({below(6) ? K::give_memory : K::increment, {pool}, bytes});  // skipped if not
  }

  void callback(std::vector<LitmusOp>& into) {
    switch (below(9)) {
      case 0: into.push_back({K::wait_array, {0, 1}}); return;
      case 1: into.push_back({K::wait, {object()}}); return;
      case 2:
      case 3: into.push_back({K::signal, {object()}}); return;
      case 4: into.push_back({K::poll, {object()}, 1}); return;
      case 5: into.push_back({K::read, {object()}}); return;
      case 6: into.push_back({K::add, {object()}}); return;
      default: into.push_back({K::watch, {object(), object()}, into.size()}); return;
    }
  }

  void claim(std::vector<LitmusOp>& into, bool in_bulk, int depth) {
    const std::size_t credits = in_bulk ? below(3) : below(3) == 0;
    const std::size_t units = in_bulk ? 1 + below(credits + 1) : 1;
    into.push_back({K::claim, {credits, units}, below(3)});
    if (depth == 0 && below(5) == 0) claim(into, in_bulk, 1);
    switch (below(6)) {
      case 0: into.push_back({K::signal, {object()}}); break;
      case 1: into.push_back({K::wait, {object()}}); break;
      case 2: break;
      default: into.push_back({below(2) ? K::increment : K::read, {0}});
    }
    if (below(8) != 0) into.push_back({K::give, {credits}});
  }

  void transaction(std::vector<LitmusOp>& into, bool signals) {
    std::vector<std::size_t> locks{0, 1, 2};
    std::shuffle(locks.begin(), locks.end(), random_);
    locks.resize(2 + below(2));
    for (const std::size_t lock : locks)
      into.push_back({K::ww_lock, {lock}, signals ? below(2) : 0});
    into.push_back({K::ww_drop_all, {}});
  }

  std::mt19937_64 random_;
  std::size_t flavour_ = 0;
};

}  // namespace fencelab::testing
