// Livelocks of random programs that try again, against the definition taken literally: an explicit
// graph of states written here, who reaches whom by closing a matrix, fairness and ways out read
// off it. Nothing of it is shared with the search but the programs.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "analysis/explore/livelock.hpp"
#include "tests/analysis/explore/litmus.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::testing;

namespace {

/// What fails begins the program anew; whoever gets to its end is done.
struct TryOp {
  enum class Kind { try_lock, unlock, set, need };
  Kind kind;
  std::size_t object;
  std::uint64_t value;
};
struct TryProcess {
  std::vector<TryOp> ops;
  bool lets_go = false;  ///< gives its locks back when something fails; else it keeps them
};
using TryProgram = std::vector<TryProcess>;

// ---------------------------------------------------------------- as coroutines

void let_go(LitmusWorld& world) {
  for (std::size_t lock = 0; lock < 2; ++lock)
    if (world.lock(lock).owner() == world.sim.current()) world.lock(lock).unlock();
}

core::Task<> go_round(LitmusWorld& world, const TryProcess& process) {
  const std::vector<TryOp>& ops = process.ops;
  core::RetryLoop tries(world.sim);
  for (bool through = false; !through;) {
    tries.again();
    through = true;
    for (std::size_t i = 0; i < ops.size() && through; ++i) {
      const TryOp& op = ops[i];
      co_await core::point(world.sim);
      if (op.kind == TryOp::Kind::try_lock)
        through = world.lock(op.object).try_lock();
      else if (op.kind == TryOp::Kind::set)
        world.variable(op.object).write() = op.value;
      else if (op.kind == TryOp::Kind::need)
        through = world.variable(op.object).read() == op.value;
      else if (world.lock(op.object).owner() == world.sim.current())
        world.lock(op.object).unlock();
      if (!through && process.lets_go) let_go(world);
    }
  }
}

// ---------------------------------------------------------------- as an explicit graph

struct Explicit {
  std::vector<int> at;                   ///< -1: not begun; size of its program: done
  std::vector<std::size_t> owner{9, 9};  ///< of each lock; 9: nobody
  std::vector<std::uint64_t> variable{0, 0};
  auto operator<=>(const Explicit&) const = default;
};

struct Verdict {
  bool hard = false, soft = false;
};

class Oracle {
 public:
  explicit Oracle(const TryProgram& program) : program_(program) {
    Explicit start;
    start.at.assign(program.size(), -1);
    number(start);
    for (std::size_t i = 0; i < states_.size(); ++i) expand(i);
  }

  Verdict verdict() const {
    const std::size_t n = states_.size();
    std::vector<std::vector<char>> reach(n, std::vector<char>(n, 0)), any = reach;
    for (const Move& move : moves_) {
      any[move.from][move.to] = 1;
      if (!move.progress) reach[move.from][move.to] = 1;
    }
    close(reach);
    close(any);
    Verdict verdict;
    for (std::size_t i = 0; i < n; ++i) {
      const auto is_in = [&](std::size_t j) { return reach[i][j] && reach[j][i]; };
      if (!is_in(i) || !is_fair(is_in)) continue;
      const bool way_out = std::any_of(moves_.begin(), moves_.end(), [&](const Move& move) {
        return move.progress && (move.from == i || any[i][move.from]);
      });
      (way_out ? verdict.soft : verdict.hard) = true;
    }
    return verdict;
  }
  std::size_t size() const { return states_.size(); }

 private:
  struct Move {
    std::size_t from, to, actor;
    bool progress;
  };

  std::size_t number(const Explicit& state) {
    const auto [found, is_new] = numbers_.emplace(state, states_.size());
    if (is_new) states_.push_back(state);
    return found->second;
  }

  bool is_done(const Explicit& state, std::size_t actor) const {
    return state.at[actor] == static_cast<int>(program_[actor].ops.size());
  }

  void expand(std::size_t from) {
    for (std::size_t actor = 0; actor < program_.size(); ++actor) {
      if (is_done(states_[from], actor)) continue;
      const Explicit next = step(states_[from], actor);
      const std::size_t to = number(next);
      moves_.push_back({from, to, actor, is_done(next, actor)});
    }
  }

  Explicit step(Explicit state, std::size_t actor) const {
    if (state.at[actor] < 0) {
      state.at[actor] = 0;
      return state;
    }
    const TryOp& op = program_[actor].ops[static_cast<std::size_t>(state.at[actor])];
    bool through = true;
    if (op.kind == TryOp::Kind::try_lock) {
      through = state.owner[op.object] == 9;
      if (through) state.owner[op.object] = actor;
    } else if (op.kind == TryOp::Kind::set) {
      state.variable[op.object] = op.value;
    } else if (op.kind == TryOp::Kind::need) {
      through = state.variable[op.object] == op.value;
    } else if (state.owner[op.object] == actor) {
      state.owner[op.object] = 9;
    }
    if (!through && program_[actor].lets_go)
      std::replace(state.owner.begin(), state.owner.end(), actor, std::size_t{9});
    state.at[actor] = through ? state.at[actor] + 1 : 0;
    return state;
  }

  static void close(std::vector<std::vector<char>>& reach) {
    for (std::size_t k = 0; k < reach.size(); ++k)
      for (auto& row : reach)
        if (row[k])
          for (std::size_t j = 0; j < row.size(); ++j) row[j] |= reach[k][j];
  }

  // Whoever can act in every state of the set acts in it.
  template <class IsIn>
  bool is_fair(IsIn is_in) const {
    for (std::size_t actor = 0; actor < program_.size(); ++actor) {
      bool always = true, acts = false;
      for (std::size_t j = 0; j < states_.size(); ++j)
        if (is_in(j) && is_done(states_[j], actor)) always = false;
      for (const Move& move : moves_)
        acts |= move.actor == actor && !move.progress && is_in(move.from) && is_in(move.to);
      if (always && !acts) return false;
    }
    return true;
  }

  const TryProgram& program_;
  std::map<Explicit, std::size_t> numbers_;
  std::vector<Explicit> states_;
  std::vector<Move> moves_;
};

TryProgram random_program(std::mt19937_64& random) {
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  TryProgram program(2 + below(2));
  const std::size_t most = program.size() == 2 ? 5 : 3;
  constexpr TryOp::Kind kKinds[] = {TryOp::Kind::try_lock, TryOp::Kind::try_lock,
                                    TryOp::Kind::unlock, TryOp::Kind::set, TryOp::Kind::need};
  for (auto& [ops, lets_go] : program) {
    lets_go = below(4) != 0;
    for (std::size_t i = 1 + below(most); i > 0; --i)
      ops.push_back({kKinds[below(5)], below(2), below(2)});
    if (lets_go)  // gives back what it got in the end, so that others get their turn
      for (std::size_t lock = 0; lock < 2; ++lock) ops.push_back({TryOp::Kind::unlock, lock, 0});
  }
  return program;
}

Verdict of(const LivelockSearch& search) {
  Verdict verdict;
  for (const Livelock& livelock : search.found)
    (livelock.hard ? verdict.hard : verdict.soft) = true;
  return verdict;
}

/// A round leads back to where it began, and nobody in it gets to its end.
void check_round(Subject& subject, const Livelock& livelock) {
  Execution execution(subject, {});
  for (const ScheduledStep& step : livelock.way) execution.take(*execution.find(step.actor));
  const std::uint64_t before = execution.progress();
  for (int twice = 0; twice < 2; ++twice)
    for (const ScheduledStep& step : livelock.round) {
      const core::Step* const next = execution.find(step.actor);
      REQUIRE(next != nullptr);
      execution.take(*next);
    }
  CHECK(execution.progress() == before);
  for (const core::Step& step : execution.steps())  // each of these can act all the time
    CHECK(std::any_of(livelock.round.begin(), livelock.round.end(),
                      [&](const ScheduledStep& taken) { return taken.actor == step.actor; }));
}

}  // namespace

TEST_CASE("Livelocks of random programs that try again are those of the definition") {
  std::mt19937_64 random(20261121);
  int hard = 0, soft = 0, none = 0;
  for (int i = 0; i < 300; ++i) {
    const TryProgram program = random_program(random);
    const Oracle oracle(program);
    CodeSubject subject([&program](LitmusWorld& world) {
      for (std::size_t p = 0; p < program.size(); ++p)
        world.sim.spawn({"p" + std::to_string(p)}, go_round(world, program[p]));
    });
    const LivelockSearch search = find_livelocks(subject, {}, {});
    INFO("program " << i << ", " << oracle.size() << " states");
    REQUIRE(search.exhausted);
    const Verdict expected = oracle.verdict(), found = of(search);
    CHECK(found.hard == expected.hard);
    CHECK(found.soft == expected.soft);
    for (const Livelock& livelock : search.found) check_round(subject, livelock);
    hard += expected.hard;
    soft += expected.soft;
    none += !expected.hard && !expected.soft;
  }
  // The sample has enough of each kind to tell them apart.
  CHECK(hard > 20);
  CHECK(soft > 20);
  CHECK(none > 20);
}
