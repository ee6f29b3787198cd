// Mistakes that only the meaning of a scenario shows: quantities, ranges, threads, loops, images.
#include <catch2/catch.hpp>

#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;

namespace {

const std::string kMain = "/processes/0/threads/0/program";
const std::string kDraw = kMain + "/3/loop/body/2/submit";
const std::string kHelper = "/processes/0/threads/1/program";

}  // namespace

TEST_CASE("quantities are checked at their place", "[scenarios]") {
  check_patch("\"horizon\": \"1 s\"", "\"horizon\": \"1 sec\"",
              {"unknown-unit", "/horizon", "\"1 sec\"", ""});
  check_patch("\"horizon\": \"1 s\"", "\"horizon\": \"1\"",
              {"missing-unit", "/horizon", "\"1\"", ""});
  check_patch("\"horizon\": \"1 s\"", "\"horizon\": \"-1 s\"",
              {"negative", "/horizon", "\"-1 s\"", ""});
  check_patch("\"horizon\": \"1 s\"", "\"horizon\": \"0 s\"",
              {"not-positive", "/horizon", "\"0 s\"", ""});
  check_patch("\"horizon\": \"1 s\"", "\"horizon\": \"9999999999 s\"",
              {"too-large", "/horizon", "\"9999999999 s\"", ""});
  check_patch("\"16 KiB\"", "\"16 Kib\"",
              {"unknown-unit", "/buffers/0/size", "\"16 Kib\"", "did you mean \"KiB\"?"});
  check_patch("{\"uniform\": [\"1 ms\", \"2 ms\"]}",
              R"({"uniform": ["1 ms", "2 ms"], "step": "0 s"})",
              {"not-positive", kMain + "/3/loop/body/1/think/step", "\"0 s\"", ""});
  check_patch("\"16 KiB\"", "\"0 KiB\"", {"not-positive", "/buffers/0/size", "\"0 KiB\"", ""});
  check_patch("\"16 KiB\"", "\"0.3 B\"", {"not-whole", "/buffers/0/size", "\"0.3 B\"", ""});
  check_patch("\"16 KiB\"", "\"5000000 TiB\"",
              {"too-large", "/buffers/0/size", "\"5000000 TiB\"", ""});
  check_patch("\"25 GB/s\"", "\"25 GB\"",
              {"unknown-unit", "/platform/links/0/bandwidth", "\"25 GB\"", ""});
  check_patch("\"60 Hz\"", "\"0 Hz\"", {"not-positive", "/displays/0/refresh", "\"0 Hz\"", ""});
  check_patch("\"60 Hz\"", "\"60 hz\"",
              {"unknown-unit", "/displays/0/refresh", "\"60 hz\"", "did you mean \"Hz\"?"});
  check_patch("\"duration\": \"3 ms\"", "\"duration\": \"0 ms\"",
              {"not-positive", kDraw + "/duration", "\"0 ms\"", ""});
  check_patch("\"duration\": \"infinite\"", "\"duration\": \"infinit\"",
              {"bad-quantity", kHelper + "/4/submit/duration", "\"infinit\"",
               "did you mean \"infinite\"?"});
  check_patch("\"500 us\"", "\"neve\"",
              {"bad-quantity", "/processes/0/contexts/0/preemption", "\"neve\"",
               "did you mean \"never\"?"});
  check_patch("\"timeout\": \"50 ms\"", "\"timeout\": \"" + std::string(100, '1') + " ms\"",
              {"too-long", kHelper + "/5/wait/timeout", "\"" + std::string(100, '1'), ""});
}

TEST_CASE("ranges have the smaller end first and lie on their grid", "[scenarios]") {
  check_patch(
      "[\"1 ms\", \"2 ms\"]", "[\"2 ms\", \"1 ms\"]",
      {"reversed-range", kMain + "/3/loop/body/1/think/uniform", "[\"2 ms\", \"1 ms\"]", ""});
  check_patch(
      "[\"1 ms\", \"2 ms\"]}", "[\"1 ms\", \"2500 us\"], \"step\": \"1 ms\"}",
      {"not-a-multiple", kMain + "/3/loop/body/1/think/uniform", "[\"1 ms\", \"2500 us\"]", ""});
  check_patch("[\"1 ms\", \"2 ms\"]", "[\"0 ms\", \"0 ms\"]",
              {"not-positive", kMain + "/3/loop/body/1/think", "{\"uniform\": [\"0 ms\"", ""});
  check_patch("\"uniform\": [\"1 ms\", \"2 ms\"]", "\"quantiles\": [\"1 ms\", \"3 ms\", \"2 ms\"]",
              {"reversed-range", kMain + "/3/loop/body/1/think/quantiles/2", "\"2 ms\"]", ""});
  check_patch("[\"4 KiB\", \"1 MiB\"]", "[\"1 MiB\", \"4 KiB\"]",
              {"reversed-range", "/buffers/1/size/uniform", "[\"1 MiB\", \"4 KiB\"]", ""});
  check_patch("\"deadlocks\": 0", "\"deadlocks\": {\"min\": 2, \"max\": 1}",
              {"reversed-range", "/expect/linux-implicit/metrics/deadlocks", "{\"min\"", ""});
  check_patch(
      "\"deadlocks\": 0", "\"deadlocks\": {}",
      {"missing-member", "/expect/linux-implicit/metrics/deadlocks", "{}}, \"strength\"", ""});
}

TEST_CASE("seeds are a range upwards, of a million at most, each once", "[scenarios]") {
  check_patch("\"1..8\"", "\"8..1\"", {"reversed-range", "/seeds", "\"8..1\"", ""});
  check_patch("\"1..8\"", "\"1..1000001\"", {"too-large", "/seeds", "\"1..1000001\"", ""});
  check_patch("\"1..8\"", "\"1..99999999999999999999\"",
              {"too-large", "/seeds", "\"1..99999999999999999999\"", ""});
  check_patch("\"1..8\"", "\"1-8\"", {"bad-text", "/seeds", "\"1-8\"", ""});
  check_patch("\"1..8\"", "[1, 2, 1 ]", {"duplicate-seed", "/seeds/2", "1 ]", ""});
  check_patch("\"1..8\"", "-1", {"out-of-range", "/seeds", "-1,\n  \"platform\"", ""});
  CHECK(load(patched("\"1..8\"", "\"1..1000000\"")).ok());
}

TEST_CASE("an access must lie inside the smallest size of its buffer", "[scenarios]") {
  check_patch("\"offset\": \"1 KiB\", \"bytes\": \"2 KiB\"",
              "\"offset\": \"2 KiB\", \"bytes\": \"2049 B\"",
              {"out-of-range", kDraw + "/reads/1", "{\"buffer\": \"vbo\"", ""});
  check_patch("\"offset\": \"1 KiB\", \"bytes\": \"2 KiB\"", "\"offset\": \"4 KiB\"",
              {"out-of-range", kDraw + "/reads/1", "{\"buffer\": \"vbo\"", ""});
  check_patch("\"offset\": \"1 KiB\", \"bytes\": \"2 KiB\"", "\"bytes\": \"0 B\"",
              {"not-positive", kDraw + "/reads/1/bytes", "\"0 B\"", ""});
  check_patch("\"writes\": [\"@win\"]",
              "\"writes\": [{\"buffer\": \"@win\", \"offset\": \"8 MB\"}]",
              {"out-of-range", kDraw + "/writes/0/buffer", "\"@win\", \"offset\"", ""});
  CHECK(load(patched("\"offset\": \"1 KiB\", \"bytes\": \"2 KiB\"",
                     "\"offset\": \"2 KiB\", \"bytes\": \"2 KiB\""))
            .ok());
}

TEST_CASE("userptr memory belongs to one process and to no GPU", "[scenarios]") {
  check_patch("\"userptr\": true}", "\"userptr\": true, \"gpu\": \"gpu0\" }",
              {"userptr-with-gpu", "/buffers/2/gpu", "\"gpu0\" }", ""});
  check_patch(
      "\"reads\": [\"#pipe\"]", "\"reads\": [\"#pipe\", \"ptr\"]",
      {"shared-userptr", "/processes/1/threads/0/program/1/submit/reads/1", "\"ptr\"]}}", ""});
  check_patch("\"name\": \"client\",", "\"name\": \"client\", \"count\": 3,",
              {"shared-userptr", kHelper + "/8/invalidate", "\"ptr\"}\n", ""});
}

TEST_CASE("images and messages must be held by the thread that uses them", "[scenarios]") {
  check_patch("{\"latch\": \"win\"},\n", "",
              {"image-not-held", "/processes/1/threads/0/program/2/loop/body/0/flip/planes/0",
               "\"@win\"]}},\n", ""});
  check_patch(
      "{\"receive\": \"pipe\"},\n", "",
      {"message-not-held", "/processes/1/threads/0/program/0/submit/reads/0", "\"#pipe\"", ""});
}

TEST_CASE("forked threads are forked by somebody, others by nobody", "[scenarios]") {
  check_patch("{\"fork\": \"helper\"},\n", "",
              {"never-forked", "/processes/0/threads/1", "{\"name\": \"helper\"", ""});
  check_patch("{\"fork\": \"helper\"},\n", "{\"fork\": \"helper\"}, {\"fork\": \"main\"},\n",
              {"not-forked", kMain + "/1/fork", "\"main\"},\n", ""});
  check_patch("{\"invalidate\": \"ptr\"}", "{\"invalidate\": \"ptr\"}, {\"fork\": \"helper\" }",
              {"fork-cycle", kHelper + "/9", "{\"fork\": \"helper\" }", ""});
}

// Found with random scenarios: two of them at once had one transaction, and unlocked twice.
TEST_CASE("a thread is forked once", "[scenarios]") {
  check_patch("{\"fork\": \"helper\"},\n", "{\"fork\": \"helper\"}, {\"fork\": \"helper\" },\n",
              {"forked-again", kMain + "/1", "{\"fork\": \"helper\" }", ""});
  check_patch("{\"fork\": \"helper\"},\n",
              "{\"loop\": {\"times\": 2, \"body\": [{\"fork\": \"helper\" }]}},\n",
              {"forked-again", kMain + "/0/loop/body/0", "{\"fork\": \"helper\" }", ""});
}

TEST_CASE("threads that fork each other in a circle are reported once, at the fork that closes it",
          "[scenarios]") {
  const std::string text =
      patched("{\"invalidate\": \"ptr\"}\n       ]}",
              "{\"invalidate\": \"ptr\"}, {\"fork\": \"third\"}]},"
              "{\"name\": \"third\", \"forked\": true, \"program\": [{\"fork\": \"helper\" }]}");
  check_only_error(
      text, {"fork-cycle", "/processes/0/threads/2/program/0", "{\"fork\": \"helper\" }", ""});
  CHECK(load(text).diagnostics()[0].message.ends_with("helper -> third -> helper"));
}

TEST_CASE("an endless loop must let time pass", "[scenarios]") {
  const auto with_loop = [](const std::string& body) {
    return patched("{\"receive\": \"pipe\"},",
                   "{\"loop\": {\"times\": 2, \"body\": [{\"receive\": \"pipe\"}]}},"
                   "{\"loop\": {\"body\": [" +
                       body + "]}},");
  };
  const std::string pointer = "/processes/1/threads/0/program/1/loop";
  for (const std::string body : {"{\"signal\": {\"timeline\": \"user\", \"value\": 1}}",
                                 "{\"lock\": \"big\"}, {\"unlock\": \"big\"}",
                                 "{\"loop\": {\"times\": 2, \"body\": [{\"annotate\": {}}]}}"}) {
    check_only_error(with_loop(body), {"timeless-loop", pointer, "{\"body\": [" + body, ""});
  }
  check_only_error(with_loop("{\"loop\": {\"body\": [{\"annotate\": {}}]}}"),
                   {"timeless-loop", pointer + "/body/0/loop", "{\"body\": [{\"annotate\"", ""});
  for (const std::string body :
       {"{\"think\": \"1 ns\"}", "{\"pace\": \"1 ns\"}", "{\"vblank\": \"panel\"}",
        "{\"loop\": {\"period\": \"1 ms\", \"times\": 2, \"body\": [{\"annotate\": {}}]}}"}) {
    CHECK(load(with_loop(body)).ok());
  }
}

TEST_CASE("operations that need more than they say are refused", "[scenarios]") {
  check_patch("{\"throttle\": 2}", "{\"pace\": \"1 ms\"}",
              {"outside-loop", kMain + "/2/pace", "\"1 ms\"},\n", ""});
  check_patch("{\"throttle\": 2}", "{\"sw_fence\": {} }",
              {"missing-member", kMain + "/2", "{\"sw_fence\": {} }", ""});
  check_patch("{\"ops\": [\"draw\"], \"mode\": \"any\", \"timeout\": \"50 ms\"}",
              "{\"timeout\": \"50 ms\"}",
              {"empty-wait", kHelper + "/5/wait", "{\"timeout\": \"50 ms\"}", ""});
  check_patch("\"mode\": \"any\"", "\"mode\": {\"at_least\": 2}",
              {"out-of-range", kHelper + "/5/wait/mode/at_least", "2}, \"timeout\"", ""});
  check_patch(
      "\"ww_lock\": [\"big\"", "\"ww_lock\": [\"small\"",
      {"duplicate-name", kHelper + "/0/ww_lock/1", "\"small\"]},\n         {\"ww_unlock\"", ""});
}

TEST_CASE("members of faults must fit their kind", "[scenarios]") {
  check_patch("\"at\": 5", "\"when\": \"1 ms\"",
              {"misplaced-member", "/faults/0/when", "\"when\"", ""});
  check_patch("\"kind\": \"hang\"", "\"kind\": \"slow\"",
              {"missing-member", "/faults/0", "{\"kind\"", ""});
  check_patch("\"kind\": \"hang\", \"process\": \"client\", \"op\": \"draw\", \"at\": 5",
              "\"kind\": \"kill\", \"process\": \"client\"",
              {"missing-member", "/faults/0", "{\"kind\"", ""});
  check_patch("\"kind\": \"hang\", \"process\": \"client\", \"op\": \"draw\", \"at\": 5",
              "\"kind\": \"kill\", \"process\": \"client\", \"when\": \"1 ms\", \"at\": 5",
              {"misplaced-member", "/faults/0/at", "\"at\"", ""});
}

TEST_CASE("members must not contradict the place of their object", "[scenarios]") {
  check_patch("\"contexts\": [{\"name\": \"compose\"}]",
              "\"contexts\": [{\"name\": \"compose\"}], \"locks\": [{\"name\": \"l\", \"process\": "
              "\"client\"}]",
              {"misplaced-member", "/processes/1/locks/0/process", "\"client\"}]", ""});
  check_patch("[\"gpu0\", \"memory\"]", "[\"gpu0\", \"gpu0\"]",
              {"same-ends", "/platform/links/0/connects", "[\"gpu0\", \"gpu0\"]", ""});
}

TEST_CASE("a GPU cannot be called memory, contexts and swapchains need a GPU", "[scenarios]") {
  check_patch("\"class\": \"vcs\"}]}",
              "\"class\": \"vcs\"}]}, {\"name\": \"memory\", \"engines\": [\"x\"]}",
              {"reserved-name", "/platform/gpus/1/name", "\"memory\", \"engines\"", ""});
  check_only_error(
      R"({"format": 1, "name": "n", "platform": {}, "stacks": ["s"], "processes": [{"name": "p",
    "contexts": [{"name": "c"}], "threads": [{"name": "t", "program": [{"think": "1 s"}]}]}]})",
      {"no-gpu", "/processes/0/contexts/0", "{\"name\": \"c\"}", ""});
  check_only_error(
      R"({"format": 1, "name": "n", "platform": {}, "stacks": ["s"],
    "swapchains": [{"name": "w", "images": 2, "size": "1 MiB"}], "processes": [{"name": "p",
    "threads": [{"name": "t", "program": [{"acquire": "w"}, {"present": "w"}]}]}]})",
      {"no-gpu", "/swapchains/0", "{\"name\": \"w\"", ""});
  check_only_error(
      R"({"format": 1, "name": "n", "platform": {}, "stacks": ["s"],
    "displays": [{"name": "d", "refresh": "60 Hz"}], "processes": [{"name": "p",
    "threads": [{"name": "t", "program": [{"vblank": "d"}]}]}]})",
      {"no-gpu", "/displays/0", "{\"name\": \"d\"", ""});
}

TEST_CASE("a scenario in which nothing would run is refused", "[scenarios]") {
  check_only_error(
      R"({"format": 1, "name": "n", "platform": {}, "stacks": ["s"], "processes": [{"name": "p",
    "threads": [{"name": "t", "program": [{"annotate": {"a": "b"}}, {"throttle": 2}]}]}]})",
      {"no-work", "/processes", "[{\"name\": \"p\"", ""});
}

TEST_CASE("too many buffers are refused before they are made", "[scenarios]") {
  check_patch("\"count\": 4}", "\"count\": 1000000}",
              {"too-large", "/buffers/1", "{\"name\": \"vbo\"", ""});
}

namespace {

std::string with_workers(const std::string& engines, const std::string& context,
                         const std::string& thread = "") {
  return R"({"format": 1, "name": "w", "platform": {"gpus": [{"name": "gpu0", "engines": [)" +
         engines + R"(]}]}, "processes": [{"name": "p", "contexts": [{"name": "c")" + context +
         R"(}], "threads": [{"name": "main")" + thread +
         R"(, "program": [{"think": "1 ms"}]}]}], "stacks": ["some"]})";
}

const std::string kBoth = R"("rcs0", {"name": "wq", "worker": {"nice": -5}})";

}  // namespace

TEST_CASE("a worker is no engine that a context gets without asking", "[scenarios]") {
  const Loaded<Scenario> loaded = load(with_workers(kBoth, "", R"(, "nice": 19)"));
  REQUIRE(loaded.ok());
  CHECK(loaded->platform.gpus[0].engines[1].worker);
  CHECK(loaded->platform.gpus[0].engines[1].nice == -5);
  CHECK(loaded->processes[0].contexts[0].engines == std::vector<Index>{0});
  CHECK(loaded->processes[0].threads[0].nice == 19);
  const Loaded<Scenario> asked = load(with_workers(kBoth, R"(, "engine": "wq")"));
  REQUIRE(asked.ok());
  CHECK(asked->processes[0].contexts[0].engines == std::vector<Index>{1});
}

TEST_CASE("what workers cannot do is refused", "[scenarios]") {
  check_only_error(with_workers(R"({"name": "wq", "worker": {}})", R"(, "engine": "wq")"),
                   {"no-engine", "/platform/gpus/0/engines", R"([{"name": "wq")", ""});
  check_only_error(with_workers(kBoth, R"(, "engines": ["rcs0", "wq"])"),
                   {"worker-beside-engines", "/processes/0/contexts/0", R"({"name": "c")", ""});
  check_only_error(with_workers(kBoth, R"(, "engine": "wq", "long_running": true)"),
                   {"long-running-worker", "/processes/0/contexts/0/long_running", "true", ""});
  check_only_error(with_workers(kBoth, "", R"(, "nice": 20)"),
                   {"out-of-range", "/processes/0/threads/0/nice", "20", ""});
}

TEST_CASE("a fault strikes a process or a device", "[scenarios]") {
  const auto with = [](const std::string& fault) {
    return R"({"format": 1, "name": "f", "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
               "processes": [{"name": "p", "threads": [{"name": "main", "program": [{"think": "1 ms"}]}]}],
               "faults": [)" +
           fault + R"(], "stacks": ["some"]})";
  };
  const Loaded<Scenario> loaded =
      load(with(R"({"kind": "unplug", "gpu": "gpu0", "when": "2 ms"})"));
  REQUIRE(loaded.ok());
  CHECK(loaded->faults[0].gpu == 0);
  CHECK(loaded->faults[0].process == kNone);
  check_only_error(with(R"({"kind": "unplug", "gpu": "gpu0"})"),
                   {"missing-member", "/faults/0", R"({"kind")", ""});
  check_only_error(with(R"({"kind": "firmware-stop", "when": "2 ms"})"),
                   {"missing-member", "/faults/0", R"({"kind")", ""});
  check_only_error(with(R"({"kind": "unplug", "gpu": "gpu1", "when": "2 ms"})"),
                   {"unknown-name", "/faults/0/gpu", R"("gpu1")", R"(did you mean "gpu0"?)"});
  check_only_error(with(R"({"kind": "unplug", "gpu": "gpu0", "process": "p", "when": "2 ms"})"),
                   {"misplaced-member", "/faults/0/process", R"("process")", ""});
  check_only_error(with(R"({"kind": "hang", "process": "p", "gpu": "gpu0"})"),
                   {"misplaced-member", "/faults/0/gpu", R"("gpu")", ""});
  check_only_error(with(R"({"kind": "hang"})"), {"missing-member", "/faults/0", R"({"kind")", ""});
}
