// Mistakes of structure: members, types, allowed values, lengths. Each gives exactly one message.
#include <catch2/catch.hpp>

#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;

TEST_CASE("a misspelt operation gives one message, and what is inside is still understood",
          "[scenarios]") {
  const std::string text =
      patched("\"submit\": {\"context\": \"render\"", "\"sumbit\": {\"context\": \"render\"");
  check_only_error(text,
                   {"unknown-operation", "/processes/0/threads/0/program/3/loop/body/2/sumbit",
                    "\"sumbit\"", "did you mean \"submit\"?"});
  CHECK(load(text).diagnostics()[0].message == "unknown operation \"sumbit\"");
}

TEST_CASE("a misspelt member gives one message, however much depends on it", "[scenarios]") {
  check_patch("\"buffers\": [\n", "\"bufers\": [\n",
              {"unknown-member", "/bufers", "\"bufers\"", "did you mean \"buffers\"?"});
  check_patch("\"processes\"", "\"proceses\"",
              {"unknown-member", "/proceses", "\"proceses\"", "did you mean \"processes\"?"});
  check_patch("\"platform\"", "\"platfrom\"",
              {"unknown-member", "/platfrom", "\"platfrom\"", "did you mean \"platform\"?"});
  check_patch("\"name\": \"gpu0\"", "\"nmae\": \"gpu0\"",
              {"unknown-member", "/platform/gpus/0/nmae", "\"nmae\"", "did you mean \"name\"?"});
  check_patch("{\"uniform\": [\"1 ms\"", "{\"unifrom\": [\"1 ms\"",
              {"unknown-member", "/processes/0/threads/0/program/3/loop/body/1/think/unifrom",
               "\"unifrom\"", "did you mean \"uniform\"?"});
  check_patch("\"axes\": {\"hang\"", "\"axes\": {\"hagn\"",
              {"unknown-axis", "/stacks/1/axes/hagn", "\"hagn\"", "did you mean \"hang\"?"});
  check_patch("\"throttle\": 2", "\"throtle\": 2",
              {"unknown-operation", "/processes/0/threads/0/program/2/throtle", "\"throtle\"",
               "did you mean \"throttle\"?"});
}

TEST_CASE("an unknown member that resembles none gets no hint but the list", "[scenarios]") {
  const std::string text = patched("\"horizon\"", "\"zzzzz\": 1, \"horizon\"");
  check_only_error(text, {"unknown-member", "/zzzzz", "\"zzzzz\"", ""});
  CHECK(load(text).diagnostics()[0].expected.starts_with("one of \"buffers\", \"channels\""));
}

TEST_CASE("a missing member is reported at the object that lacks it", "[scenarios]") {
  check_patch("{\"name\": \"vbo\", ", "{",
              {"missing-member", "/buffers/1", "{\"size\": {\"uniform\"", ""});
  check_patch("\"format\": 1,\n", "", {"missing-member", "", "{\n    \"name\": \"base\"", ""});
  check_patch(
      "\"context\": \"video\", ", "",
      {"missing-member", "/processes/0/threads/1/program/4/submit", "{\"engine\": \"vcs0\"", ""});
  check_patch("{\"throttle\": 2}", "{ }",
              {"missing-member", "/processes/0/threads/0/program/2", "{ }", ""});
  check_patch(
      "{\"timeline\": \"frame\", \"increment\": 1}", "{\"timeline\": \"frame\"}",
      {"missing-member", "/processes/0/threads/0/program/3/loop/body/2/submit/signal_values/0",
       "{\"timeline\": \"frame\"}", ""});
}

TEST_CASE("two operations in one object conflict", "[scenarios]") {
  check_patch("{\"throttle\": 2}", "{\"throttle\": 2, \"queue_depth\": 3}",
              {"conflicting-members", "/processes/0/threads/0/program/2", "{\"throttle\"", ""});
}

TEST_CASE("a value of the wrong type says what was expected", "[scenarios]") {
  check_patch(
      "\"horizon\": \"1 s\"", "\"horizon\": 3",
      {"wrong-type", "/horizon", "3,\n  \"seeds\"", "quantities are texts with a unit: \"3 ms\""});
  check_patch("\"size\": \"16 KiB\"", "\"size\": 16384",
              {"wrong-type", "/buffers/0/size", "16384",
               "quantities are texts with a unit: \"16384 MiB\""});
  check_patch("{\"cores\": 4}", "[4]", {"wrong-type", "/platform/cpus", "[4]", ""});
  check_patch("\"userptr\": true", "\"userptr\": \"yes\"",
              {"wrong-type", "/buffers/2/userptr", "\"yes\"", ""});
  check_patch("\"count\": 4", "\"count\": 4.5", {"wrong-type", "/buffers/0/count", "4.5", ""});
  check_patch("{\"fork\": \"helper\"}", "\"fork helper\"",
              {"wrong-type", "/processes/0/threads/0/program/0", "\"fork helper\"", ""});
  check_patch("{\"deadlocks\": 0}", "{\"deadlocks\": \"none\"}",
              {"wrong-type", "/expect/linux-implicit/metrics/deadlocks", "\"none\"", ""});
  check_patch("\"after\": [\"cpu\"]", "\"after\": \"cpu\"",
              {"wrong-type", "/processes/0/threads/0/program/3/loop/body/2/submit/after",
               "\"cpu\", \"wait_values\"", ""});
}

TEST_CASE("a value that is none of the allowed ones gets the nearest of them", "[scenarios]") {
  check_patch("\"mode\": \"fifo\"", "\"mode\": \"fifoo\"",
              {"unknown-value", "/swapchains/0/mode", "\"fifoo\"", "did you mean \"fifo\"?"});
  check_patch("\"kind\": \"hang\"", "\"kind\": \"hnag\"",
              {"unknown-value", "/faults/0/kind", "\"hnag\"", "did you mean \"hang\"?"});
  check_patch("\"verdict\": \"masked\"", "\"verdict\": [\"masked\", \"dedlock\"]",
              {"unknown-value", "/expect/linux-implicit/verdict/1", "\"dedlock\"",
               "did you mean \"deadlock\"?"});
  check_patch("\"strength\": \"observed\"", "\"strength\": \"proven\"",
              {"unknown-value", "/expect/linux-implicit/strength", "\"proven\"",
               "did you mean \"proved\"?"});
  check_patch("\"mode\": \"any\"", "\"mode\": \"some\"",
              {"unknown-value", "/processes/0/threads/1/program/5/wait/mode", "\"some\"", ""});
}

TEST_CASE("counts of nothing and of millions are refused", "[scenarios]") {
  check_patch("\"count\": 4", "\"count\": 0",
              {"out-of-range", "/buffers/0/count", "0},\n    {\"name\": \"vbo\"", ""});
  check_patch("\"count\": 4", "\"count\": 1000001",
              {"out-of-range", "/buffers/0/count", "1000001", ""});
  check_patch("\"count\": 4", "\"count\": -3", {"out-of-range", "/buffers/0/count", "-3", ""});
  check_patch("\"compositor\", \"count\": 2", "\"compositor\", \"count\": 0",
              {"out-of-range", "/processes/1/count", "0,\n     \"contexts\"", ""});
  check_patch("\"times\": 9", "\"times\": 0",
              {"out-of-range", "/processes/0/threads/0/program/3/loop/times", "0, \"body\"", ""});
}

TEST_CASE("empty lists where something must be are refused", "[scenarios]") {
  check_patch("\"seeds\": \"1..8\"", "\"seeds\": []",
              {"empty-list", "/seeds", "[],\n  \"platform\"", ""});
  check_patch("[\"gpu0\", \"memory\"]", "[\"gpu0\"]",
              {"wrong-length", "/platform/links/0/connects", "[\"gpu0\"]", ""});
  check_patch(
      "\"planes\": [\"@win\"]", "\"planes\": []",
      {"empty-list", "/processes/1/threads/0/program/2/loop/body/1/flip/planes", "[]}},", ""});
}

TEST_CASE("a thread without operations and a process without threads are refused", "[scenarios]") {
  const std::string idle = patched("\"faults\":", "\"comment\": \"\", \"faults\":");
  check_only_error(
      patched(idle, "{\"name\": \"compositor\", \"count\": 2,",
              "{\"name\": \"idle\", \"threads\": [{\"name\": \"t\", \"program\": []}]},"
              "{\"name\": \"compositor\", \"count\": 2,"),
      {"empty-list", "/processes/1/threads/0/program", "[]}]},{\"name\"", ""});
  check_only_error(
      patched(idle, "{\"name\": \"compositor\", \"count\": 2,",
              "{\"name\": \"idle\", \"threads\": []},{\"name\": \"compositor\", \"count\": 2,"),
      {"empty-list", "/processes/1/threads", "[]},{\"name\"", ""});
}

TEST_CASE("names have an alphabet and a length", "[scenarios]") {
  check_patch("\"name\": \"base\"", "\"name\": \"Base Case\"",
              {"bad-text", "/name", "\"Base Case\"", ""});
  check_patch("\"locks\": [\"big\"", "\"locks\": [\"a.b\", \"big\"",
              {"bad-text", "/locks/0", "\"a.b\"", ""});
  const std::string endless(100000, 'n');
  check_patch("\"locks\": [\"big\"", "\"locks\": [\"" + endless + "\", \"big\"",
              {"too-long", "/locks/0", "\"nnn" + endless.substr(3) + "\"", ""});
}

TEST_CASE("a later format gives one message instead of many about what is new in it",
          "[scenarios]") {
  check_patch("\"format\": 1,\n", "\"format\": 2, \"novelty\": {},\n",
              {"format-too-new", "/format", "2, \"novelty\"", "update Fencelab"});
  check_patch("\"format\": 1,\n", "\"format\": 0,\n",
              {"wrong-type", "/format", "0,\n  \"name\"", ""});
  check_patch("\"format\": 1,\n", "\"format\": \"1\",\n", {"wrong-type", "/format", "\"1\"", ""});
}

TEST_CASE("a document that is no object is refused", "[scenarios]") {
  check_only_error("[1]", {"wrong-type", "", "[1]", ""});
  check_only_error("\"scenario\"", {"wrong-type", "", "\"scenario\"", ""});
}
