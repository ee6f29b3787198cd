// The order of ww tickets: told apart where somebody asks for it, and only there.
#include "analysis/explore/rivals.hpp"

#include <catch2/catch.hpp>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/state_search.hpp"
#include "tests/analysis/explore/litmus.hpp"
#include "tests/analysis/explore/naive.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::testing;

namespace {

using K = LitmusOp::Kind;

std::vector<LitmusOp> transaction(std::vector<std::size_t> locks) {
  std::vector<LitmusOp> program;
  for (const std::size_t lock : locks) program.push_back({K::ww_lock, {lock}});
  program.push_back({K::ww_drop_all, {}});
  return program;
}

}  // namespace

TEST_CASE("Transactions that never meet may have drawn in any order: that is one execution") {
  LitmusSubject subject({transaction({0, 1}), transaction({2, 3}), transaction({4, 5})}, 6);
  const Exploration a = explore_dpor(subject, {}, {});
  CHECK(a.exhausted);
  CHECK(a.executions == 1);
  CHECK(a.blocked == 0);
}

// The lock alone tells two orders apart. Whoever comes second waits, as it holds nothing else.
TEST_CASE("Transactions that meet on one lock only differ in who has it first, not in their age") {
  LitmusSubject subject({transaction({0}), transaction({0})}, 1);
  const Exploration a = explore_dpor(subject, {}, {});
  CHECK(a.exhausted);
  CHECK(a.executions == 2);
  CHECK(explore_naively(subject, core::TimerMode::never, 1000).traces == 2);
}

// Of two that lock the same in opposite orders either one is first, or the other, or they meet;
// twice, as either may be older. Third parties that meet nobody add nothing to that.
TEST_CASE("Only those who meet are told apart by age") {
  for (const std::size_t others : {0, 1, 3}) {
    LitmusProgram program{transaction({0, 1}), transaction({1, 0})};
    for (std::size_t i = 0; i < others; ++i) program.push_back(transaction({2 + i}));
    LitmusSubject subject(program, 6);
    const Exploration a = explore_dpor(subject, {}, {});
    INFO(others << " others");
    CHECK(a.exhausted);
    CHECK(a.dead.empty());
    CHECK(a.executions == 6);
  }
  LitmusSubject two({transaction({0, 1}), transaction({1, 0})}, 2);
  CHECK(explore_naively(two, core::TimerMode::never, 100'000).traces == 6);
}

TEST_CASE("Rivals keep their names when a search begins anew, and actors their order") {
  ActorTable actors;
  CHECK(actors.actor(core::kSetUp, 1) == 0);
  CHECK(actors.actor(core::kSetUp, 2) == 1);
  CHECK(actors.actor(0, 1) == 2);
  const std::uint64_t parent = actors.path(0), second = actors.path(1), child = actors.path(2);
  CHECK(parent != second);
  CHECK(child != second);
  Rivals rivals(actors);
  rivals.note_comparison(2, 1);
  rivals.note_comparison(1, 2);
  REQUIRE(rivals.count() == 1);
  core::Footprint draw;
  rivals.note_draw(0, draw);
  CHECK(draw.touches.empty());
  rivals.note_draw(2, draw);
  REQUIRE(draw.touches.size() == 1);
  CHECK(draw.touches[0].object == core::ticket_order(0));
  actors.assign({});
  CHECK(actors.actor(core::kSetUp, 2) == 0);
  CHECK(actors.actor(core::kSetUp, 1) == 1);
  CHECK(actors.actor(1, 1) == 2);
  CHECK(actors.path(0) == second);
  CHECK(actors.path(2) == child);
}

TEST_CASE("A dead state that was found before a search began anew is not lost with its time") {
  ActorTable actors;
  actors.actor(core::kSetUp, 1);
  FoundBefore before(actors);
  actors.actor(core::kSetUp, 5);
  Exploration first;
  first.dead[7].schedule = {{1, {}}};
  before.keep(first);
  CHECK(actors.count() == 1);
  actors.actor(core::kSetUp, 3);

  Exploration found = {};
  found.dead[8];
  before.give_back(found);
  CHECK((found.dead.size() == 1 && found.dead.contains(8)));
  Exploration done;
  done.exhausted = true;
  before.give_back(done);
  CHECK(done.dead.empty());

  Exploration last;
  last.out_of_time = true;
  before.give_back(last);
  REQUIRE(last.dead.contains(7));
  CHECK(actors.names()[last.dead[7].schedule[0].actor] == ActorName{core::kSetUp, 5});
}

// The steps of all searches count: no pair is met for ever.
TEST_CASE("A bound on steps holds for all searches together") {
  LitmusProgram program;
  for (std::size_t i = 0; i < 4; ++i) program.push_back(transaction({i, (i + 1) % 4}));
  LitmusSubject subject(program, 4);
  ExploreLimits limits;
  limits.steps = 40;
  const Exploration a = explore_dpor(subject, {}, limits);
  CHECK(a.out_of_steps);
  CHECK_FALSE(a.exhausted);
  CHECK(a.steps + a.replayed < 80);
}
