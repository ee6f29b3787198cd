// Mistakes in a scenario file, as a user meets them: exit code 63, the place, what was expected,
// and no output folder.
#include <catch2/catch.hpp>

#include "tests/cli/run_fencelab.hpp"

using namespace fencelab::tests;

namespace {

struct Mistake {
  const char* what;
  const char* from;
  const char* to;
  std::vector<const char*> said;
};

const std::vector<Mistake> kMistakes = {
    {"a unit of another quantity",
     R"("5 ms")",
     R"("5 MiB")",
     {"10:66: error", "at /processes/0/threads/0/program/0/submit/duration", "\"ms\""}},
    {"a number without a unit", R"("5 ms")", "5", {"10:66: error", "a duration such as"}},
    {"a negative duration", R"("5 ms")", R"("-5 ms")", {"10:66: error", "negative"}},
    {"a job without work", R"("5 ms")", R"("0 ms")", {"10:66: error", "more than zero"}},
    {"a duration of ages", R"("5 ms")", R"("99999999999 s")", {"10:66: error", "too large"}},
    {"an exponent", R"("5 ms")", R"("1e400 ms")", {"10:66: error", "e400"}},
    {"a size beyond all memory",
     R"("4 MiB")",
     R"("99999999999 GiB")",
     {"6:41: error", "too large"}},
    {"a buffer of no bytes", R"("4 MiB")", R"("0 B")", {"6:41: error", "more than zero"}},
    {"a bandwidth for a size", R"("64 MiB")", R"("64 MB/s")", {"5:70: error", "unknown unit"}},
    {"an unknown buffer",
     R"(["image"])",
     R"(["imge"])",
     {"10:85: error", "did you mean \"image\"?"}},
    {"an unknown engine of a context",
     R"("gpu": "gpu0", "engine": "rcs0")",
     R"("gpu": "gpu0", "engine": "rcs9")",
     {"8:79: error", "\"rcs0\""}},
    {"an unknown operation",
     R"(["draw"])",
     R"(["drow"])",
     {"11:27: error", "did you mean \"draw\"?"}},
    {"an unknown thread",
     R"({"fork": "helper"})",
     R"({"fork": "hlper"})",
     {"12:18: error", "did you mean \"helper\"?"}},
    {"an unknown preset",
     R"("linux-implicit", {)",
     R"("linux-implict", {)",
     {"18:14: error", "did you mean \"linux-implicit\"?"}},
    {"an unknown axis", R"("hang": {)", R"("hung": {)", {"18:", "did you mean \"hang\"?"}},
    {"an unknown policy",
     R"("policy": "tdr")",
     R"("policy": "tdt")",
     {"18:", "did you mean \"tdr\"?"}},
    {"an unknown parameter",
     R"("timeout": "3 s")",
     R"("timout": "3 s")",
     {"18:", "did you mean \"timeout\"?"}},
    {"a parameter out of its range",
     R"("timeout": "3 s")",
     R"("timeout": "1 ns")",
     {"18:", "/stacks/1/axes/hang/timeout"}},
    {"an unknown member",
     R"("horizon")",
     R"("horizn")",
     {"4:3: error", "did you mean \"horizon\"?"}},
    {"a thread that forks itself",
     R"({"think": "1 ms"})",
     R"({"fork": "helper"})",
     {"14:", "/processes/0/threads/1"}},
    {"a fork of a thread that starts by itself",
     R"({"think": "1 ms"})",
     R"({"fork": "render"})",
     {"14:", "forked"}},
    {"two operations of one name",
     R"({"fork": "helper"})",
     R"({"id": "draw", "think": "1 ms"})",
     {"12:16: error", "the first is at 10:16"}},
    {"two threads of one name", R"("name": "helper")", R"("name": "render")", {"14:", "render"}},
    {"a member given twice",
     R"("format": 1,)",
     R"("format": 1, "format": 1,)",
     {"2:16: error", "given twice"}},
    {"a format of the future",
     R"("format": 1)",
     R"("format": 99)",
     {"2:13: error", "newer than this program"}},
    {"a wait for nothing",
     R"(["draw"], "timeout": "100 ms")",
     R"([], "timeout": "100 ms")",
     {"11:", "waits for nothing"}},
    {"a fault of nobody",
     R"("faults": [])",
     R"("faults": [{"kind": "hang", "process": "clint"}])",
     {"17:", "did you mean \"client\"?"}},
    {"a number beyond doubles", R"("name": "small")", R"("name": 1e400)", {"3:", "error"}},
    {"an empty name", R"("name": "small")", R"("name": "")", {"3:11: error"}},
    {"a run of no time",
     R"("horizon": "1 s")",
     R"("horizon": "0 s")",
     {"4:14: error", "more than zero"}},
    {"no work at all", R"("processes": [)", R"("processes": [], "title": [)", {"error"}},
};

void check_refused(const TemporaryFolder& folder, const Outcome& outcome) {
  CHECK(outcome.signal == 0);
  CHECK(outcome.code == 63);
  CHECK(outcome.err.find("error") != std::string::npos);
  CHECK(folder.files("out").empty());
}

}  // namespace

TEST_CASE(
    "Each mistake in a scenario is refused at its place, with a hint, and nothing is written") {
  for (const Mistake& mistake : kMistakes) {
    const TemporaryFolder folder;
    INFO(mistake.what);
    const auto file = folder.file("s.json", replaced(kScenario, mistake.from, mistake.to));
    const Outcome outcome = run_fencelab({"run", file, "--out", folder.path("out")});
    INFO(outcome.err);
    check_refused(folder, outcome);
    CHECK(outcome.err.find("s.json:") != std::string::npos);
    for (const char* words : mistake.said) {
      INFO("should say: " << words);
      CHECK(outcome.err.find(words) != std::string::npos);
    }
  }
}

TEST_CASE("The scenario that the mistakes are made in is a good one") {
  const TemporaryFolder folder;
  const auto file = folder.file("s.json", kScenario);
  const Outcome outcome = run_fencelab({"run", file, "--out", folder.path("out")});
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  CHECK(folder.files("out") == std::vector<std::string>{"compare.csv", "runs.csv"});
}

TEST_CASE("All mistakes are reported at once") {
  const TemporaryFolder folder;
  auto text = replaced(kScenario, R"("5 ms")", R"("5 MiB")");
  text = replaced(text, R"(["draw"])", R"(["drow"])");
  text = replaced(text, R"("4 MiB")", R"("-1 MiB")");
  const auto file = folder.file("s.json", text);
  for (const std::string command : {"run", "validate"}) {
    const Outcome outcome = run_fencelab({command, file});
    for (const char* place : {"s.json:6:41", "s.json:10:66", "s.json:11:27"})
      CHECK(outcome.err.find(place) != std::string::npos);
    CHECK(outcome.code == 63);
  }
}

TEST_CASE("A scenario cut off anywhere is refused") {
  const TemporaryFolder folder;
  const std::string text = kScenario.substr(0, kScenario.rfind('}'));
  for (std::size_t length = 0; length <= text.size(); length += 13) {
    INFO("the first " << length << " bytes");
    const auto file = folder.file("s.json", text.substr(0, length));
    const Outcome outcome = run_fencelab({"run", file, "--out", folder.path("out")});
    check_refused(folder, outcome);
    CHECK(outcome.err.find(file + ":") == 0);
  }
}

TEST_CASE("Bytes that are no JSON are refused with their place") {
  const TemporaryFolder folder;
  const std::string bad_utf8 = replaced(kScenario, "small", "sm\xff");
  for (const std::string& text :
       {std::string(), std::string("\0\0\0", 3), std::string("\x89PNG\r\n"), bad_utf8,
        std::string(100'000, '['), std::string(1000, '{'), std::string("null"), std::string("[]"),
        std::string("\"scenario\"")}) {
    const auto file = folder.file("s.json", text);
    const Outcome outcome = run_fencelab({"run", file, "--out", folder.path("out")});
    INFO(outcome.err.substr(0, 500));
    check_refused(folder, outcome);
    CHECK(outcome.err.find(file + ":") == 0);
  }
}

TEST_CASE("A byte order mark is no mistake") {
  const TemporaryFolder folder;
  const auto file = folder.file("s.json", "\xef\xbb\xbf" + kScenario);
  CHECK(run_fencelab({"validate", file}).code == 0);
}
