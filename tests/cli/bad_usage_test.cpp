// Mistakes on the command line.
#include <catch2/catch.hpp>
#include <sstream>

#include "tests/cli/run_fencelab.hpp"

using namespace fencelab::tests;

TEST_CASE("Each wrong argument is refused with a hint, and nothing is written") {
  const TemporaryFolder folder;
  const auto file = folder.file("s.json", kScenario);
  const struct {
    std::vector<std::string> arguments;
    const char* said;
  } cases[] = {
      {{}, "subcommand is required"},
      {{"rn", file}, "did you mean \"run\"?"},
      {{"run"}, "required"},
      {{"run", file, "--bogus"}, "--bogus"},
      {{"run", file, "--stack", "linux-implict"}, "did you mean \"linux-implicit\"?"},
      {{"run", file, "--seeds", "5..1"}, "1..8"},
      {{"run", file, "--seeds", "-1"}, "1..8"},
      {{"run", file, "--seeds", "abc"}, "1..8"},
      {{"run", file, "--seeds", "1.."}, "1..8"},
      {{"run", file, "--seeds", "1..2..3"}, "1..8"},
      {{"run", file, "--seeds", "1..99999999999"}, "at most"},
      {{"run", file, "--seeds", "99999999999999999999999"}, "1..8"},
      {{"run", file, "-j", "0"}, "range"},
      {{"run", file, "-j", "-1"}, "range"},
      {{"run", file, "-j", "many"}, "jobs"},
      {{"run", file, "--set", "horizon"}, "/pointer=value"},
      {{"run", file, "--set", "/horizn=\"2 s\""}, "did you mean \"horizon\"?"},
      {{"run", file, "--set", "/horizon=5"}, "a duration such as"},
      {{"run", file, "--set", "/buffers/7/size=\"1 MiB\""}, "/buffers/7"},
      {{"run", folder.path("missing.json")}, "no such file or folder"},
      {{"run", folder.path("missing.json"), file}, "no such file or folder"},
      {{"describe"}, "required"},
      {{"describe", "linux-implict"}, "did you mean \"linux-implicit\"?"},
      {{"list", "stakcs"}, "stacks"},
      {{"import", "wsim", folder.path("missing.wsim"), "-o", folder.path("out")}, "missing.wsim"},
  };
  for (const auto& one : cases) {
    std::string line = "fencelab";
    for (const std::string& argument : one.arguments) line += " " + argument;
    std::vector<std::string> arguments = one.arguments;
    if (!arguments.empty() && arguments[0] == "run")
      arguments.insert(arguments.end(), {"--out", folder.path("out")});
    const Outcome outcome = run_fencelab(arguments);
    INFO(line << "\n" << outcome.err);
    CHECK(outcome.code == 63);
    CHECK((outcome.err + outcome.out).find(one.said) != std::string::npos);
    CHECK(folder.files("out").empty());
  }
}

TEST_CASE("A folder without scenarios is refused") {
  const TemporaryFolder folder;
  const Outcome outcome = run_fencelab({"run", folder.path(), "--out", folder.path("out")});
  CHECK(outcome.code == 63);
  CHECK(outcome.err.find("no *.json") != std::string::npos);
}

TEST_CASE("A bad line of a .wsim file is refused with its number, and nothing is written") {
  const TemporaryFolder folder;
  const auto file = folder.file("w.wsim", "1.RCS.1000.0.0\n1.NOPE.1000.0.0\n");
  const Outcome outcome = run_fencelab({"import", "wsim", file, "-o", folder.path("out")});
  INFO(outcome.err);
  CHECK(outcome.code == 63);
  CHECK(outcome.err.find("w.wsim:2") != std::string::npos);
  CHECK(folder.files("out").empty());
}

TEST_CASE("Every subcommand's help names each of its options") {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"run"},
                                                  {"validate"},
                                                  {"list"},
                                                  {"describe"},
                                                  {"import", "wsim"}}) {
    auto arguments = command;
    arguments.push_back("--help");
    const Outcome outcome = run_fencelab(arguments);
    CHECK(outcome.code == 0);
    CHECK(outcome.out.find("Usage") != std::string::npos);
    CHECK(outcome.out.find("Exit codes") != std::string::npos);
  }
  const std::string run_help = run_fencelab({"run", "--help"}).out;
  for (const char* option : {"--stack", "--seeds", "--set", "-j", "--out", "--quiet"})
    CHECK(run_help.find(option) != std::string::npos);
}

TEST_CASE("Everything that is listed can be described, with its source") {
  const std::string folder = FENCELAB_SOURCE_DIR "/scenarios/library";
  for (const char* what : {"stacks", "policies", "axes", "metrics", "scenarios"}) {
    std::istringstream listed(run_fencelab({"list", what, "--folder", folder}).out);
    int names = 0;
    for (std::string line; std::getline(listed, line);) {
      std::istringstream words(line);
      std::string name;
      words >> name;
      if (name.empty() || name.back() == ':') continue;  // the heading of an axis
      ++names;
      const Outcome outcome = run_fencelab({"describe", name, "--folder", folder});
      INFO(name << "\n" << outcome.out << outcome.err);
      CHECK(outcome.code == 0);
      CHECK(outcome.out.find(name) == 0);
      const std::string kind = what;
      if (kind != "axes" && kind != "metrics")
        CHECK(outcome.out.find("source: ") != std::string::npos);
    }
    CHECK(names >= 9);
  }
}

TEST_CASE("The version names a commit and a build type") {
  const Outcome outcome = run_fencelab({"--version"});
  CHECK(outcome.code == 0);
  CHECK(outcome.out.find("0.") == 0);
  CHECK((outcome.out.find("Release") != std::string::npos ||
         outcome.out.find("not a release build") != std::string::npos));
}
