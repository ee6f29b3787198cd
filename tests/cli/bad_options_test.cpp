// Arguments of the command line: what is wrong is named, with the nearest right word.
#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;

namespace {

using Arguments = std::vector<std::string>;

/// Runs the base scenario with more arguments, which must be refused; what was said.
std::string refusal_of(const Arguments& more) {
  const TemporaryFolder folder;
  Arguments arguments{"run", folder.file("game.json", base_scenario()), "--out",
                      folder.path("out")};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Outcome outcome = run_fencelab(arguments);
  INFO(more[0] << " ... " << more.back() << "\n" << outcome.err);
  check_refused(outcome);
  CHECK(outcome.out.empty());
  CHECK_FALSE(std::filesystem::exists(folder.path("out")));
  return outcome.err;
}

/// The first line of what is said to arguments that make no sense.
std::string usage_error(const Arguments& arguments) {
  const Outcome outcome = run_fencelab(arguments);
  INFO(outcome.err);
  check_refused(outcome);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.find("\nRun with --help for more information.\n") != std::string::npos);
  return outcome.err.substr(0, outcome.err.find('\n'));
}

bool contains(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the option --set without a pointer or a value is refused", "[cli]") {
  for (const char* const set : {"", "/horizon", "horizon=1 s", "3"}) {
    const std::string refusal = refusal_of({"--set", set});
    CHECK(contains(refusal, std::string("--set ") + set + ": error: "));
    CHECK(contains(refusal, "[set-syntax]"));
    CHECK(contains(refusal, "/pointer=value"));
  }
}

TEST_CASE("the option --set to a place that is not there is refused, with the nearest", "[cli]") {
  CHECK(contains(refusal_of({"--set", "/horizn=1 s"}), "did you mean \"horizon\"?"));
  CHECK(
      contains(refusal_of({"--set", "/platfrom/gpus/0/vram=1 GiB"}), "did you mean \"platform\"?"));
  CHECK(contains(refusal_of({"--set", "/buffers/2/size=1 GiB"}), "expected 0 to 1"));
  CHECK(contains(refusal_of({"--set", "/buffers/-1/size=1 GiB"}), "[set-bad-index]"));
  CHECK(contains(refusal_of({"--set", "/name/x=1"}), "[set-not-a-container]"));
}

TEST_CASE("the option --set of what looks like JSON and is none is refused", "[cli]") {
  for (const char* const value : {"{\"size\": \"1 GiB\"", "[1, 2", "\"1 s", "{,}"}) {
    const std::string refusal = refusal_of({"--set", std::string("/buffers/0=") + value});
    CHECK(contains(refusal, "the value is no JSON: at byte "));
    CHECK(contains(refusal, "[set-bad-json]"));
  }
}

TEST_CASE("the option --set of the wrong type or unit is blamed on the --set", "[cli]") {
  CHECK(contains(refusal_of({"--set", "/horizon=3"}), "--set /horizon=3: error: the number 3"));
  CHECK(contains(refusal_of({"--set", "/horizon=3"}), "at /horizon; expected a duration"));
  CHECK(contains(refusal_of({"--set", "/horizon=1 GiB"}), "[unknown-unit]"));
  CHECK(contains(refusal_of({"--set", "/buffers={}"}), "at /buffers; expected a list"));
  CHECK(contains(refusal_of({"--set", "/seeds=5..1"}), "[reversed-range]"));
  CHECK(contains(refusal_of({"--set", "=3"}), "expected an object"));
}

TEST_CASE("the option --set of bytes that are no text is refused, and not printed as they are",
          "[cli]") {
  for (const char* const set : {"/title=\xff", "/\xff=1"}) {
    const std::string refusal = refusal_of({"--set", set});
    CHECK(contains(refusal, "[invalid-utf8]"));
    CHECK(contains(refusal, "\\xff"));
    CHECK(refusal.find('\xff') == std::string::npos);
  }
}

TEST_CASE("the option --seeds takes one seed or a range upwards, and nothing else", "[cli]") {
  for (const char* const seeds : {"abc", " ", " 1", "1 ", "-1", "+1", "1.5", "1e3", "0x10", "1..",
                                  "..3", "1..2..3", "1...3", "1,2", "-3..3"})
    CHECK(contains(refusal_of({std::string("--seeds=") + seeds}),
                   "expected 7, or a range such as 1..8"));
  CHECK(contains(refusal_of({"--seeds", ""}), "expected 7, or a range such as 1..8"));
  CHECK(contains(refusal_of({"--seeds", "5..1"}), "expected \"1..5\""));
  CHECK(contains(refusal_of({"--seeds", "1..99999999999"}), "expected at most 1000000"));
  CHECK(contains(refusal_of({"--seeds", "0..1000000"}), "expected at most 1000000"));
  // 2^53 is the first integer that JSON readers may round; 2^64 the first beyond 64 bits.
  CHECK(contains(refusal_of({"--seeds", "9007199254740992"}), "expected seeds up to"));
  CHECK(contains(refusal_of({"--seeds", "18446744073709551615"}), "expected seeds up to"));
  CHECK(contains(refusal_of({"--seeds", "18446744073709551616"}), "expected seeds up to"));
}

TEST_CASE("seed 0 and the largest seed are seeds", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("game.json", base_scenario());
  for (const char* const seed : {"0", "9007199254740991"}) {
    const Outcome outcome =
        run_fencelab({"run", file, "--quiet", "--seeds", seed, "--out", folder.path("out")});
    CHECK(outcome.exit_code == 0);
    const std::string runs = read_file(folder.path("out/runs.csv"));
    CHECK(contains(runs, std::string("linux-implicit,") + seed + ",ok,complete,"));
  }
}

TEST_CASE("the option --jobs is a number from 1 to 1024", "[cli]") {
  for (const char* const jobs : {"0", "-1", "1025", "99999999999999999999", "abc", "1.5", " "}) {
    INFO(jobs);
    const std::string refusal = refusal_of({std::string("--jobs=") + jobs});
    CHECK(contains(refusal, "--jobs"));
  }
  CHECK(contains(refusal_of({"-j", "0"}), "not in range 1 to 1024"));
}

TEST_CASE("an unknown --stack is refused with the nearest of scenario and presets", "[cli]") {
  const std::string own = refusal_of({"--stack", "shrot"});
  CHECK(contains(own, "game.json: error: no stack \"shrot\" in the scenario"));
  CHECK(contains(own, "did you mean \"short\"?"));
  CHECK(contains(refusal_of({"--stack", "vulkan-explict"}), "did you mean \"vulkan-explicit\"?"));
  CHECK(contains(refusal_of({"--stack", "zzz"}), "expected one of \"linux-implicit\""));
  const std::string two = refusal_of({"--stack", "shrot", "linux-implict"});
  CHECK(contains(two, "did you mean \"short\"?"));
  CHECK(contains(two, "did you mean \"linux-implicit\"?"));
}

TEST_CASE("an unknown option or subcommand is refused with the nearest", "[cli]") {
  CHECK(usage_error({"rnu"}) ==
        "fencelab: unknown subcommand \"rnu\"; expected one of \"run\", "
        "\"merge\", \"compare\", \"check\", \"replay\", \"validate\", \"list\", \"describe\", "
        "\"import\", \"new\", \"vet\", \"man\", \"completion\"; did you mean \"run\"?");
  CHECK(contains(usage_error({"import", "wsm"}), "did you mean \"wsim\"?"));
  CHECK(contains(usage_error({"run", "x.json", "--seed", "1"}), "did you mean \"--seeds\"?"));
  CHECK(contains(usage_error({"run", "x.json", "--ouput=1"}), "did you mean \"--out\"?"));
  CHECK(contains(usage_error({"--verson"}), "did you mean \"--version\"?"));
  CHECK(contains(usage_error({"list", "stack"}), "did you mean \"stacks\"?"));
}

TEST_CASE("what is missing on the command line is named", "[cli]") {
  CHECK(contains(usage_error({}), "subcommand is required"));
  CHECK(contains(usage_error({"run"}), "scenario is required"));
  CHECK(contains(usage_error({"compare"}), "folder is required"));
  CHECK(contains(usage_error({"validate"}), "file is required"));
  CHECK(contains(usage_error({"list"}), "what is required"));
  CHECK(contains(usage_error({"describe"}), "name is required"));
  CHECK(contains(usage_error({"import"}), "subcommand is required"));
  CHECK(contains(usage_error({"import", "wsim"}), "required"));
  CHECK(contains(usage_error({"vet"}), "name is required"));
  CHECK(contains(usage_error({"new"}), "subcommand is required"));
  CHECK(contains(usage_error({"new", "policy", "--axis", "flip"}), "name is required"));
  CHECK(contains(usage_error({"new", "policy", "mine"}), "--axis is required"));
  CHECK(contains(usage_error({"import", "wsim", "x.wsim"}), "--out is required"));
  CHECK(contains(usage_error({"import", "ftrace"}), "file is required"));
  CHECK(contains(usage_error({"import", "presentmon"}), "file is required"));
  CHECK(contains(usage_error({"describe", "tdr", "more"}), "unexpected argument \"more\""));
}
