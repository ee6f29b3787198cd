// A schedule in a file carries what it needs, says what is wrong with it, and files of the first
// days are read.
#include "campaign/replay_file.hpp"

#include <catch2/catch.hpp>

using namespace fencelab::campaign;

TEST_CASE("all that a schedule needs survives the way through its file") {
  ReplayFile replay{"a b.json", "stack", "v1:00000000:p.x"};
  replay.seed = 7;
  replay.sets = {"/horizon=1 s", "/title=x"};
  replay.timers = "any";
  replay.program = "1.0 abc";
  replay.scenario_hash = "0123456789abcdef";
  replay.policies = {{"bind", "sync"}, {"gpu0.bind", "async-exact"}};
  replay.fault = "deadlock: lock a <- lock b";
  replay.core = {"p", "q"};
  const auto read = parse_replay(replay_text(replay), "f.replay");
  REQUIRE(read);
  CHECK(replay_text(*read) == replay_text(replay));
  CHECK(read->seed == replay.seed);
  CHECK(read->policies == replay.policies);
  CHECK(read->core == replay.core);
}

TEST_CASE("a file that says no more than scenario, stack and token is enough") {
  const auto read = parse_replay(
      R"({"format": "fencelab-replay", "version": 1, "scenario": "s", "stack": "t", "token": "v1"})",
      "f.replay");
  REQUIRE(read);
  CHECK_FALSE(read->seed);
  CHECK(read->core.empty());
}

TEST_CASE("every member of the wrong type is told, at its place") {
  const auto read = parse_replay(
      "{\"format\": \"fencelab-replay\", \"version\": 1, \"scenario\": \"s\",\n"
      "\"stack\": 1,\n\"token\": \"v1\",\n\"seed\": \"x\",\n\"core\": [1],\n\"policies\": []}",
      "f.replay");
  REQUIRE_FALSE(read);
  REQUIRE(read.diagnostics().size() == 4);
  CHECK(read.diagnostics()[0].line == 2);
  CHECK(read.diagnostics()[0].code == "bad-type");
  CHECK(read.diagnostics()[1].pointer == "/seed");
}
