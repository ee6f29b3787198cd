// Quantities and numbers: a wrong unit, type, sign or size is refused where it stands.
#include <fmt/format.h>

#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;

namespace {

/// A kind of quantity, at one member of the base scenario.
struct QuantityCase {
  std::string member, right, pointer;
  std::string units;    ///< beginning of the list of units in messages
  std::string example;  ///< what a value of that kind looks like, in messages
  std::string other;    ///< a right value of another kind
};

const QuantityCase kDuration{"\"horizon\": ", "\"1 s\"",    "/horizon",
                             "\"ns\"",        "\"2.5 ms\"", "\"1 GiB\""};
const QuantityCase kSize{"\"vram\": ", "\"1 GiB\"",  "/platform/gpus/0/vram",
                         "\"B\"",      "\"16 GiB\"", "\"1 s\""};
const QuantityCase kBandwidth{"\"bandwidth\": ", "\"25 GB/s\"", "/platform/links/0/bandwidth",
                              "\"B/s\"",         "\"25 GB/s\"", "\"25 GB\""};
const QuantityCase kFrequency{"\"refresh\": ", "\"60 Hz\"", "/displays/0/refresh",
                              "\"Hz\"",        "\"60 Hz\"", "\"16 ms\""};

void check_value(const QuantityCase& quantity, const std::string& value, const std::string& code,
                 const std::string& words) {
  check_mistake({quantity.member + quantity.right, quantity.member + value, value, code,
                 quantity.pointer, words});
}

const std::string kWait = "/processes/0/threads/0/program/5/wait";

}  // namespace

TEST_CASE("a quantity needs a unit of its own kind", "[cli]") {
  for (const QuantityCase& quantity : {kDuration, kSize, kBandwidth, kFrequency}) {
    check_value(quantity, quantity.other, "unknown-unit", quantity.units);
    check_value(quantity, "\"5\"", "missing-unit", quantity.units);
    check_value(quantity, "\"5 parsecs\"", "unknown-unit", quantity.units);
  }
}

TEST_CASE("a bare number is no quantity, and the message shows one with a unit", "[cli]") {
  for (const QuantityCase& quantity : {kDuration, kSize, kBandwidth, kFrequency}) {
    check_value(quantity, "5", "wrong-type", quantity.example);
    check_value(quantity, "-5", "wrong-type", quantity.example);
    check_value(quantity, "1.5", "wrong-type", quantity.example);
  }
}

TEST_CASE("what is no text is no quantity", "[cli]") {
  for (const QuantityCase& quantity : {kDuration, kSize, kBandwidth, kFrequency})
    for (const char* const value : {"true", "null", "[]", "{}"})
      check_value(quantity, value, "wrong-type", quantity.example);
}

TEST_CASE("words, signs and exponents are no quantity", "[cli]") {
  for (const QuantityCase& quantity : {kDuration, kSize, kBandwidth, kFrequency}) {
    check_value(quantity, "\"\"", "bad-quantity", quantity.example);
    check_value(quantity, "\"fast\"", "bad-quantity", quantity.example);
    check_value(quantity, "\"-1 ms\"", "negative", quantity.example);
    check_value(quantity, "\"9e99 s\"", "unknown-unit", quantity.units);
  }
}

TEST_CASE("a unit in the wrong case or spelling gets the right one suggested", "[cli]") {
  check_value(kDuration, "\"1 S\"", "unknown-unit", "did you mean \"s\"?");
  check_value(kDuration, "\"1 msec\"", "unknown-unit", "did you mean \"ms\"?");
  check_value(kSize, "\"1 Gib\"", "unknown-unit", "did you mean \"GiB\"?");
  check_value(kBandwidth, "\"25 gb/s\"", "unknown-unit", "did you mean \"GB/s\"?");
  check_value(kFrequency, "\"60 hz\"", "unknown-unit", "did you mean \"Hz\"?");
}

TEST_CASE("a quantity is exact: half a nanosecond or half a byte is refused", "[cli]") {
  check_value(kDuration, "\"0.5 ns\"", "not-whole", "a whole number of nanoseconds");
  check_value(kSize, "\"0.3 B\"", "not-whole", "a whole number of bytes");
  check_value(kBandwidth, "\"0.3 B/s\"", "not-whole", "a whole number of bytes per second");
}

TEST_CASE("quantities end at 2^62, so that sums of two never overflow 64 bits", "[cli]") {
  // 2^62 ns are 4611686018.43 s, 2^62 B are 4194304 TiB.
  check_value(kDuration, "\"4611686019 s\"", "too-large", "at most 2^62 nanoseconds");
  check_value(kDuration, "\"9223372037 s\"", "too-large", "at most 2^62 nanoseconds");
  check_value(kDuration, "\"99999999999999999999999 s\"", "too-large", "\"2.5 ms\"");
  check_value(kSize, "\"4194305 TiB\"", "too-large", "at most 2^62 bytes");
  check_value(kSize, "\"99999999999 GiB\"", "too-large", "at most 2^62 bytes");
  check_value(kBandwidth, "\"99999999999 GiB/s\"", "too-large", "at most 2^62 bytes per second");
  check_value(kFrequency, "\"3000000000 Hz\"", "too-large", "a period of at least 1 ns");
}

TEST_CASE("the largest quantities are accepted and overflow nothing", "[cli]") {
  const TemporaryFolder folder;
  const std::string text = patched("\"horizon\": \"1 s\"", "\"horizon\": \"4611686018 s\"");
  const Outcome outcome = run_fencelab({"run", folder.file("game.json", text), "--quiet", "--out",
                                        folder.path("out"), "--set", "/buffers/0/size=4194303 TiB",
                                        "--set", "/platform/gpus/0/vram=4194304 TiB", "--set",
                                        "/platform/links/0/bandwidth=4194304 TiB/s", "--set",
                                        "/processes/0/threads/1/program/0/think=4611686018 s"});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(is_sound(outcome));
}

TEST_CASE("zero is refused where nothing would move", "[cli]") {
  check_value(kDuration, "\"0 s\"", "not-positive", "more than zero");
  check_value(kSize, "\"0 B\"", "not-positive", "more than zero");
  check_value(kBandwidth, "\"0 B/s\"", "not-positive", "more than zero");
  check_value(kFrequency, "\"0 Hz\"", "not-positive", "\"60 Hz\"");
}

TEST_CASE("a number that no computer of ours can hold is refused", "[cli]") {
  const TemporaryFolder folder;
  const std::string text = patched("\"factor\": 2", "\"factor\": 1e400");
  const std::string file = folder.file("game.json", text);
  const Outcome outcome = run_fencelab({"run", file, "--out", folder.path("out")});
  INFO(outcome.err);
  check_refused(outcome);
  CHECK(outcome.err.find("the number \"1e400\" is too large [json-syntax]\n  at /faults/0/factor; "
                         "expected a number below 1.8e308\n") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.path("out")));
}

TEST_CASE("counts out of range are refused with the range", "[cli]") {
  const std::string times = "/processes/0/threads/0/program/3/loop/times";
  check_mistake({"\"times\": 2", "\"times\": 0", "0, \"period\"", "out-of-range", times, "1 to "});
  check_mistake({"\"times\": 2", "\"times\": -3", "-3", "out-of-range", times, "1 to "});
  check_mistake({"\"times\": 2", "\"times\": 9223372036854775807", "9223372036854775807",
                 "out-of-range", times, "1 to "});
  check_mistake({"\"times\": 2", "\"times\": 99999999999999999999", "99999999999999999999",
                 "wrong-type", times, "a whole number"});
  check_mistake({"\"times\": 2", "\"times\": 1.5", "1.5", "wrong-type", times, "a whole number"});
  check_mistake(
      {"\"cores\": 2", "\"cores\": -1", "-1", "out-of-range", "/platform/cpus/cores", "1 to "});
  check_mistake({"\"cores\": 2", "\"cores\": \"2\"", "\"2\"", "wrong-type", "/platform/cpus/cores",
                 "a whole number"});
  check_mistake(
      {"\"factor\": 2", "\"factor\": -2", "-2", "out-of-range", "/faults/0/factor", "1 to "});
  check_mistake({"\"name\": \"game\"", "\"name\": \"game\", \"count\": 99999999999", "99999999999",
                 "out-of-range", "/processes/0/count", "1 to 1000000"});
}

TEST_CASE("seeds out of range are refused", "[cli]") {
  check_mistake({"\"1..2\"", "\"5..1\"", "\"5..1\"", "reversed-range", "/seeds", "\"1..5\""});
  check_mistake(
      {"\"1..2\"", "\"1..99999999999\"", "\"1..9", "too-large", "/seeds", "at most 1000000"});
  check_mistake({"\"1..2\"", "\"abc\"", "\"abc\"", "bad-text", "/seeds", "\"1..8\""});
  check_mistake({"\"1..2\"", "-1", "-1", "out-of-range", "/seeds", "0 to "});
  check_mistake({"\"1..2\"", "[1, 2, 1]", "1]", "duplicate-seed", "/seeds/2", "each seed once"});
  check_mistake({"\"1..2\"", "[]", "[]", "empty-list", "/seeds", "at least 1 element"});
}

TEST_CASE("a duration must have its shorter end first", "[cli]") {
  check_mistake({"[\"1 ms\", \"3 ms\"]", "[\"3 ms\", \"1 ms\"]", "[\"3 ms\"", "reversed-range",
                 "/processes/0/threads/1/program/0/think/uniform", "the shorter duration first"});
}

TEST_CASE("parameters of policies are checked like everything else, where they stand", "[cli]") {
  const std::string timeout = "/stacks/1/axes/hang/timeout";
  const auto check = [&](const std::string& value, const std::string& code,
                         const std::string& words) {
    check_mistake({"\"timeout\": \"5 s\"", "\"timeout\": " + value, value, code, timeout, words});
  };
  check("5", "missing-unit", "\"ms\"");
  check("\"5 GiB\"", "unknown-unit", "\"ms\"");
  check("\"soon\"", "bad-quantity", "\"2.5 ms\"");
  check("\"-5 s\"", "negative", "\"2.5 ms\"");
  check("\"4611686018 s\"", "out-of-range", "from ");
  check("[\"5 s\"]", "wrong-type", "");
}

TEST_CASE("texts, lists and objects are not exchanged for each other", "[cli]") {
  check_mistake({"\"timeout\": \"500 ms\"", "\"timeout\": {\"ms\": 500}", "{\"ms\"", "wrong-type",
                 kWait + "/timeout", "a duration"});
  check_mistake({"\"ops\": [\"draw\"]", "\"ops\": \"draw\"", "\"draw\", \"timeout\"", "wrong-type",
                 kWait + "/ops", "a list"});
  check_mistake({"\"forked\": true", "\"forked\": \"yes\"", "\"yes\"", "wrong-type",
                 "/processes/0/threads/1/forked", "true or false"});
  check_mistake({"\"timelines\": [\"user\"]", "\"timelines\": {\"user\": 0}", "{\"user\"",
                 "wrong-type", "/timelines", "a list"});
  check_mistake(
      {"\"name\": \"base\"", "\"name\": 7", "7", "wrong-type", "/name", "letters, digits"});
}
