// Names: unknown ones are refused with the nearest right one, and no name stands for two things.
#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;

namespace {

const std::string kProgram = "/processes/0/threads/0/program";

}  // namespace

TEST_CASE("an unknown name is refused with the right ones and the nearest", "[cli]") {
  check_mistake({"\"writes\": [\"target\"]", "\"writes\": [\"targte\"]", "\"targte\"",
                 "unknown-name", kProgram + "/4/submit/writes/0", "did you mean \"target\"?"});
  check_mistake({"\"reads\": [\"texture\"]", "\"reads\": [\"textur\"]", "\"textur\"",
                 "unknown-name", kProgram + "/4/submit/reads/0", "did you mean \"texture\"?"});
  check_mistake({"\"context\": \"render\"", "\"context\": \"rendr\"", "\"rendr\"", "unknown-name",
                 kProgram + "/4/submit/context", "did you mean \"render\"?"});
  check_mistake({"\"timeline\": \"user\"", "\"timeline\": \"usr\"", "\"usr\"", "unknown-name",
                 kProgram + "/3/loop/body/0/signal/timeline", "did you mean \"user\"?"});
  check_mistake({"\"lock\": \"big\"", "\"lock\": \"bgi\"", "\"bgi\"", "unknown-name",
                 kProgram + "/1/lock", "did you mean \"big\"?"});
  check_mistake({"\"ops\": [\"draw\"]", "\"ops\": [\"drwa\"]", "\"drwa\"", "unknown-name",
                 kProgram + "/5/wait/ops/0", "did you mean \"draw\"?"});
  check_mistake({"\"vblank\": \"panel\"", "\"vblank\": \"panle\"", "\"panle\"", "unknown-name",
                 kProgram + "/6/vblank", "did you mean \"panel\"?"});
  check_mistake({"\"engine\": \"rcs0\"", "\"engine\": \"rcs\"", "\"rcs\"", "unknown-name",
                 "/processes/0/contexts/0/engine", "did you mean \"rcs0\"?"});
  check_mistake({"\"connects\": [\"gpu0\"", "\"connects\": [\"gpu1\"", "\"gpu1\"", "unknown-name",
                 "/platform/links/0/connects/0", "did you mean \"gpu0\"?"});
}

TEST_CASE("an unknown process, fault, stack or metric is refused with the nearest", "[cli]") {
  check_mistake({"\"process\": \"game\"", "\"process\": \"gmae\"", "\"gmae\"", "unknown-name",
                 "/faults/0/process", "did you mean \"game\"?"});
  check_mistake({"\"op\": \"draw\"", "\"op\": \"daw\"", "\"daw\"", "unknown-name", "/faults/0/op",
                 "did you mean \"draw\"?"});
  check_mistake({"\"kind\": \"slow\"", "\"kind\": \"slwo\"", "\"slwo\"", "unknown-value",
                 "/faults/0/kind", "did you mean \"slow\"?"});
  check_mistake({"\"linux-implicit\": {\"verdict\"", "\"linux-implict\": {\"verdict\"",
                 "\"linux-implict\"", "unknown-name", "/expect/linux-implict",
                 "did you mean \"linux-implicit\"?"});
  check_mistake({"\"verdict\": \"complete\"", "\"verdict\": \"compleet\"", "\"compleet\"",
                 "unknown-value", "/expect/linux-implicit/verdict", "did you mean \"complete\"?"});
  check_mistake({"\"jobs_done_count\"", "\"jobs_dnoe_count\"", "\"jobs_dnoe_count\"",
                 "unknown-name", "/expect/linux-implicit/metrics/jobs_dnoe_count",
                 "did you mean \"jobs_done_count\"?"});
}

TEST_CASE("an unknown preset, axis, policy or parameter is refused with the nearest", "[cli]") {
  check_mistake({"\"preset\": \"linux-implicit\"", "\"preset\": \"linux-implcit\"",
                 "\"linux-implcit\"", "unknown-name", "/stacks/1/preset",
                 "did you mean \"linux-implicit\"?"});
  check_mistake({"\"hang\": {", "\"hnag\": {", "\"hnag\"", "unknown-axis", "/stacks/1/axes/hnag",
                 "did you mean \"hang\"?"});
  check_mistake({"\"policy\": \"tdr\"", "\"policy\": \"tdrr\"", "\"tdrr\"", "unknown-name",
                 "/stacks/1/axes/hang/policy", "did you mean \"tdr\"?"});
  check_mistake({"\"timeout\": \"5 s\"", "\"tiemout\": \"5 s\"", "\"tiemout\"", "unknown-parameter",
                 "/stacks/1/axes/hang/tiemout", "did you mean \"timeout\"?"});
  check_mistake({"{\"policy\": \"tdr\", \"timeout\": \"5 s\"}", "\"tdrx\"", "\"tdrx\"",
                 "unknown-name", "/stacks/1/axes/hang", "did you mean \"tdr\"?"});
}

TEST_CASE("an unknown member or operation is refused with the nearest", "[cli]") {
  check_mistake({"\"horizon\":", "\"horizn\":", "\"horizn\"", "unknown-member", "/horizn",
                 "did you mean \"horizon\"?"});
  check_mistake({"\"vram\":", "\"vrma\":", "\"vrma\"", "unknown-member", "/platform/gpus/0/vrma",
                 "did you mean \"vram\"?"});
  check_mistake({"{\"vblank\": \"panel\"}", "{\"vblnak\": \"panel\"}", "\"vblnak\"",
                 "unknown-operation", kProgram + "/6/vblnak", "did you mean \"vblank\"?"});
}

TEST_CASE("two things of one kind never have one name", "[cli]") {
  check_mistake({"\"timelines\": [\"user\"]", "\"timelines\": [\"user\", \"user\"]", "\"user\"],",
                 "duplicate-name", "/timelines/1", "a name of its own"});
  check_mistake({"[\"big\", \"small\"]", "[\"big\", \"big\"]", "\"big\"],", "duplicate-name",
                 "/locks/1", "a name of its own"});
  check_mistake({"\"engines\": [\"rcs0\", \"bcs0\"]", "\"engines\": [\"rcs0\", \"rcs0\"]",
                 "\"rcs0\"]}", "duplicate-name", "/platform/gpus/0/engines/1",
                 "a name of its own"});
  check_mistake({"\"id\": \"show\"", "\"id\": \"draw\"", "\"draw\", \"wait\"", "duplicate-name",
                 kProgram + "/5/id", "a name of its own"});
  check_mistake({"\"name\": \"short\"", "\"name\": \"linux-implicit\"",
                 "\"linux-implicit\", \"preset\"", "duplicate-name", "/stacks/1/name",
                 "a name of its own"});
}

TEST_CASE("names that could leave the results folder are refused", "[cli]") {
  for (const char* const name : {"\"../../etc\"", "\"a/b\"", "\"\"", "\".\"", "\"A b\""}) {
    INFO(name);
    check_mistake({"\"name\": \"base\"", std::string("\"name\": ") + name, name, "bad-text",
                   "/name", "letters, digits"});
  }
}

TEST_CASE("threads that fork each other in a circle, or themselves, are refused", "[cli]") {
  check_mistake({"{\"think\": {\"uniform\": [\"1 ms\", \"3 ms\"]}}", "{\"fork\": \"helper\"}",
                 "{\"fork\": \"helper\"}\n        ]", "fork-cycle",
                 "/processes/0/threads/1/program/0", "forked by one that runs before it"});
  check_mistake(
      {"{\"think\": {\"uniform\": [\"1 ms\", \"3 ms\"]}}\n        ]}",
       "{\"fork\": \"other\"}\n        ]}, {\"name\": \"other\", \"forked\": true, \"program\": "
       "[{\"join\": \"helper\"}, {\"fork\": \"helper\"}]}",
       "{\"fork\": \"helper\"}]", "fork-cycle", "/processes/0/threads/2/program/1",
       "forked by one that runs before it"});
}

TEST_CASE("a thread that nobody starts, or that starts by itself, cannot be forked", "[cli]") {
  check_mistake({"{\"fork\": \"helper\"},", "", "{\"name\": \"helper\"", "never-forked",
                 "/processes/0/threads/1", "{\"fork\": \"helper\"}"});
  check_mistake({"{\"fork\": \"helper\"}", "{\"fork\": \"main\"}", "\"main\"}", "not-forked",
                 kProgram + "/0/fork", "\"forked\": true"});
}

TEST_CASE("a thread unlocks only what it holds", "[cli]") {
  // Kernel mutexes belong to their owner: mutex_unlock() by anybody else is a bug of the program.
  const std::string words = "a lock of it before, in the same thread";
  check_mistake({"{\"lock\": \"big\"},", "", "{\"unlock\": \"big\"}", "lock-not-held",
                 kProgram + "/1", words});
  check_mistake({"{\"unlock\": \"big\"}", "{\"unlock\": \"small\"}", "{\"unlock\": \"small\"}",
                 "lock-not-held", kProgram + "/2", words});
  // The second round finds the lock that the first has given back.
  check_mistake({"\"body\": [", "\"body\": [{\"unlock\": \"big\"}, ",
                 "{\"unlock\": \"big\"}, {\"sig", "lock-not-held", kProgram + "/3/loop/body/0",
                 words});
}

TEST_CASE("a thread presents images that it acquired, not those that it latched", "[cli]") {
  const std::string words = "an acquire of it before, in the same thread";
  const std::string vblank = "{\"vblank\": \"panel\"}";
  check_mistake({vblank,
                 "{\"acquire\": \"window\"}, {\"latch\": \"window\"}, {\"present\": \"window\"}",
                 "{\"present\"", "image-not-acquired", kProgram + "/8", words});
  // In the second round the thread holds what the first has latched.
  check_mistake({vblank,
                 "{\"loop\": {\"times\": 2, \"body\": [{\"present\": \"window\"}, " + vblank +
                     ", {\"latch\": \"window\"}]}}",
                 "{\"present\"", "image-not-acquired", kProgram + "/6/loop/body/0", words});
}

TEST_CASE("a scenario in which nothing would run is refused", "[cli]") {
  const TemporaryFolder folder;
  const auto refused = [&folder](const std::string& set) {
    const Outcome outcome = run_fencelab({"run", folder.file("game.json", base_scenario()), "--set",
                                          set, "--set", "/faults=[]", "--out", folder.path("out")});
    INFO(set << "\n" << outcome.err);
    check_refused(outcome);
    CHECK_FALSE(std::filesystem::exists(folder.path("out")));
    return outcome.err;
  };
  const std::string lazy = R"([{"name": "lazy", "threads": [{"name": "main", "program": )";
  CHECK(refused("/processes=" + lazy + R"([{"annotate": {"a": "b"}}]}]}])").find("[no-work]") !=
        std::string::npos);
  CHECK(refused("/processes=" + lazy + "[]}]}]").find("[empty-list]") != std::string::npos);
  CHECK(refused("/processes=[]").find("[empty-list]") != std::string::npos);
  CHECK(refused("/processes/0/threads=[]").find("[empty-list]") != std::string::npos);
  CHECK(refused("/stacks=[]").find("[empty-list]") != std::string::npos);
}

TEST_CASE("a loop that would keep the clock from advancing is refused", "[cli]") {
  const std::string loop = kProgram + "/3/loop";
  const std::string period = "\"times\": 2, \"period\": \"10 ms\", ";
  check_mistake({period, "", "{\"body\": [{\"signal\"", "timeless-loop", loop, "a period"});
  check_mistake({period, "\"times\": 1000001, ", "{\"times\": 1000001", "timeless-loop", loop,
                 "at most 1000000 operations in a row"});
}

TEST_CASE("a run that does nothing before its horizon is an error, not a success", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("game.json", base_scenario());
  const Outcome outcome =
      run_fencelab({"run", file, "--quiet", "--out", folder.path("out"), "--set",
                    "/processes/0/threads/0/start=900 ms", "--set", "/horizon=1 ms"});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err.find("the run did no work") != std::string::npos);
}
