// What users and their scripts rely on: names, options, units and sources in what the program says
// of itself.
#include <fmt/format.h>

#include <regex>
#include <set>
#include <sstream>

#include "campaign/columns.hpp"
#include "policies/registry.hpp"
#include "tests/cli/mistakes.hpp"
#include "tests/sampling.hpp"

using namespace fencelab::testing;
using fencelab::policies::Parameter;
using fencelab::policies::ParameterKind;
using fencelab::policies::PolicyInfo;
using fencelab::policies::Registry;

namespace {

using Arguments = std::vector<std::string>;

/// What the program prints when all is well, started in the root of the checkout.
std::string output_of(const Arguments& arguments) {
  const Outcome outcome = run_fencelab(arguments, {}, FENCELAB_SOURCE_DIR);
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  return outcome.out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// First words of the lines that `list WHAT` prints; of policies those that are indented.
std::vector<std::string> listed(const std::string& what) {
  std::vector<std::string> names;
  for (const std::string& line : lines_of(output_of({"list", what}))) {
    if (what == "policies" && !line.starts_with("  ")) continue;
    std::istringstream words(line);
    std::string name, meaning;
    words >> name;
    std::getline(words, meaning);
    INFO(line);
    CHECK(meaning.find_first_not_of(' ') != std::string::npos);  // never a bare name
    names.push_back(name);
  }
  return names;
}

bool matches(const std::string& text, const std::string& pattern) {
  INFO(text << "\n" << pattern);
  const bool found = std::regex_search(text, std::regex(pattern, std::regex::multiline));
  CHECK(found);
  return found;
}

/// A text in which every character stands for itself in a pattern.
std::string literal(const std::string& text) {
  return std::regex_replace(text, std::regex(R"([.*+?^${}()|[\]\\])"), R"(\$&)");
}

/// How a value of the parameter must look: durations and sizes with a unit, never a bare number.
std::string pattern_of(const Parameter& parameter) {
  const std::string number = R"([0-9]+(\.[0-9]+)? )";
  switch (parameter.kind) {
    case ParameterKind::duration: return number + "(ns|us|ms|s|min)";
    case ParameterKind::bytes: return number + "([kMGT]|[KMGT]i)?B";
    case ParameterKind::flag: return "(true|false); true or false";
    case ParameterKind::word: return "[a-z0-9-]+; one of [a-z0-9-]+(, [a-z0-9-]+)+";
    case ParameterKind::count: break;
  }
  return "[0-9]+";
}

/// The part of `describe NAME` about the policy of that axis.
std::string section_of(const std::string& text, const PolicyInfo& policy) {
  const std::size_t begin = text.find(fmt::format("{} (axis {}): ", policy.name, policy.axis));
  REQUIRE(begin != std::string::npos);
  const std::size_t end = text.find("\n" + policy.name + " (axis ", begin + 1);
  return text.substr(begin, end - begin);
}

}  // namespace

TEST_CASE("the option --version says name, version, commit, build type and compiler", "[cli]") {
  matches(
      output_of({"--version"}),
      R"(^fencelab [0-9]+\.[0-9]+\.[0-9]+ ([0-9a-f]{12}|unknown)(-dirty)? \w+( [a-z,]+)? (GNU|Clang) [0-9.]+)");
}

TEST_CASE("runs.csv says by which build it was made, as --version does", "[cli]") {
  const std::string version = output_of({"--version"}).substr(std::string("fencelab ").size());
  const std::string build = version.substr(0, version.find('\n'));
  const TemporaryFolder folder;
  const std::string file = folder.file("game.json", base_scenario());
  REQUIRE(run_fencelab({"run", file, "--quiet", "--out", folder.path("out")}).exit_code == 0);
  CHECK(read_file(folder.path("out/runs.csv")).find(build) != std::string::npos);
}

TEST_CASE("the option --help names every subcommand and every exit code", "[cli]") {
  const std::string help = output_of({"--help"});
  for (const char* const command :
       {"run", "check", "replay", "validate", "list", "describe", "import", "new", "vet"})
    matches(help, fmt::format("^  {} +[a-z]+ [a-z]+", command));
  // Scripts branch on these (and they are never counts).
  CHECK(help.find("Exit codes: 0 as expected, 1 an expectation failed, 2 unexpected deadlock or "
                  "livelock, 3 non-determinism, 4 a run crashed, 63 bad input or usage.") !=
        std::string::npos);
}

TEST_CASE("the option --help of each subcommand explains each of its options", "[cli]") {
  const std::vector<std::pair<Arguments, Arguments>> options = {
      {{"run"},
       {"scenario", "--stack", "--seeds", "--set", "-j,--jobs", "--out", "--quiet",
        "--check-determinism"}},
      {{"check"},
       {"scenario",         "--stack", "--strength", "--budget",         "--timers",
        "--preemptions",    "--seeds", "--set",      "-j,--jobs",        "--out",
        "--junit",          "--sarif", "--baseline", "--write-baseline", "--max-steps",
        "--explain",        "--fixes", "--paranoid", "--quiet",          "--check-determinism",
        "--one-fence-class"}},
      {{"replay"},
       {"schedule", "--scenario", "--stack", "--seeds", "--set", "--steps", "--timeline",
        "--diagram"}},
      {{"validate"}, {"file"}},
      {{"list"}, {"what", "--folder", "--markdown"}},
      {{"describe"}, {"name", "--folder"}},
      {{"import"}, {"wsim", "ftrace", "presentmon"}},
      {{"new", "policy"}, {"name", "--axis", "--out"}},
      {{"vet"}, {"name", "--axis", "--folder", "--out", "-j,--jobs", "--quiet", "--policy-plugin"}},
      {{"import", "wsim"}, {"file", "-o,--out", "--clients", "--repeat"}},
      {{"import", "ftrace"}, {"file", "-o,--out", "--window"}},
      {{"import", "presentmon"}, {"file", "-o,--out", "--application"}},
  };
  for (const auto& [command, names] : options) {
    Arguments arguments = command;
    arguments.push_back("--help");
    const std::string help = output_of(arguments);
    for (const std::string& name : names)  // the type may push the explanation to the next line
      matches(help, "^  " + name + R"(( [A-Z][^\n]*)?\s+[^\s])");
    CHECK(help.find("-h,--help") != std::string::npos);
  }
}

TEST_CASE("defaults that matter are in --help", "[cli]") {
  const std::string help = output_of({"run", "--help"});
  CHECK(help.find("(default: fencelab-out)") != std::string::npos);
  CHECK(help.find("(default: 1)") != std::string::npos);
}

TEST_CASE("list names everything that there is", "[cli]") {
  const auto registry = Registry::built_in();
  Arguments stacks, axes, policies, metrics;
  for (const auto& preset : fencelab::policies::presets()) stacks.push_back(preset.name);
  for (const auto& axis : fencelab::policies::axes()) axes.push_back(axis.name);
  for (const auto& axis : fencelab::policies::axes())
    for (const PolicyInfo& policy : registry.policies())
      if (policy.axis == axis.name) policies.push_back(policy.name);
  for (const auto& column : fencelab::campaign::columns()) metrics.push_back(column.name);
  CHECK(listed("stacks") == stacks);
  CHECK(listed("axes") == axes);
  CHECK(listed("policies") == policies);
  CHECK(policies.size() == registry.policies().size());  // none is of an axis that is not listed
  CHECK(listed("metrics") == metrics);
}

TEST_CASE("list scenarios names each file of the library by the name in it", "[cli]") {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(FENCELAB_SOURCE_DIR "/scenarios/library"))
    files += entry.path().extension() == ".json";
  const auto names = listed("scenarios");
  CHECK(names.size() == files);
  CHECK(std::set(names.begin(), names.end()).size() == files);
}

TEST_CASE("describe knows every name that list prints", "[cli]") {
  const std::vector<std::pair<std::string, std::string>> kinds = {
      {"stacks", R"(\(stack\))"},         {"axes", R"(\(axis\))"},
      {"policies", R"(\(axis [a-z]+\))"}, {"scenarios", R"(\(scenario\))"},
      {"metrics", R"(\(metric, )"},       {"rules", R"(\(rule\))"}};
  std::uint64_t number = 0;
  for (const auto& [what, kind] : kinds)
    for (const std::string& name : listed(what))
      if (number++ % (fencelab::tests::kSanitized ? 10 : 1) == 0)
        matches(output_of({"describe", name}), "^" + literal(name) + " " + kind);
}

TEST_CASE("describe gives every policy a source, and every parameter all that it takes to set it",
          "[cli]") {
  const auto registry = Registry::built_in();
  for (const PolicyInfo& policy : registry.policies()) {
    const std::string text = section_of(output_of({"describe", policy.name}), policy);
    matches(text, R"(^  source: \S)");
    for (const Parameter& parameter : policy.parameters) {
      const std::string value = pattern_of(parameter);
      const bool has_range = parameter.kind == ParameterKind::duration ||
                             parameter.kind == ParameterKind::bytes ||
                             parameter.kind == ParameterKind::count;
      matches(text, "^  " + parameter.name + R"(: \S.*\n    default )" + value +
                        (has_range ? "; from " + value + " to " + value : "") +
                        R"(\n    source: \S.*)");
    }
  }
}

TEST_CASE("describe gives every stack a source and one policy per axis, with its parameters",
          "[cli]") {
  const auto registry = Registry::built_in();
  for (const auto& preset : fencelab::policies::presets()) {
    const std::string text = output_of({"describe", preset.name});
    matches(text, "^" + preset.name + R"( \(stack\): \S)");
    matches(text, R"(^  source: \S)");
    for (const auto& axis : fencelab::policies::axes()) {
      const auto& choice = preset.axes.at(axis.name);
      std::string line = "^  " + axis.name + " +" + choice.policy;
      for (const Parameter& parameter : registry.find(axis.name, choice.policy)->parameters) {
        const std::string value = pattern_of(parameter);
        line += " " + parameter.name + "=" + value.substr(0, value.find(';'));
      }
      matches(text, line + "$");
    }
  }
}

TEST_CASE("describe of an axis names its question and its policies", "[cli]") {
  const auto registry = Registry::built_in();
  for (const auto& axis : fencelab::policies::axes()) {
    const std::string text = output_of({"describe", axis.name});
    matches(text, "^" + axis.name + R"( \(axis\): .*\?$)");
    for (const PolicyInfo& policy : registry.policies())
      if (policy.axis == axis.name) matches(text, "^  " + policy.name + R"( +\S)");
  }
}

TEST_CASE("describe of a scenario says what is true, where it was seen and what each stack does",
          "[cli]") {
  const std::string text = output_of({"describe", "indefinite-fence"});
  matches(text, R"(^indefinite-fence \(scenario\): \S)");
  matches(text, R"(^  truth: \S)");
  matches(text, R"(^  source: Documentation/driver-api/dma-buf\.rst)");
  matches(text, R"(^  user-queues-future-fence +expects deadlock; strength proved$)");
  matches(text, R"(^  linux-implicit +expects complete; jobs_done_count = 1; strength proved$)");
}

TEST_CASE("an unknown name is answered with the nearest of all kinds", "[cli]") {
  const std::vector<std::pair<std::string, std::string>> words = {
      {"linux-implict", "linux-implicit"},
      {"preempt-kdf", "preempt-kfd"},
      {"submision", "submission"},
      {"makespan_n", "makespan_ns"},
      {"indefinit-fence", "indefinite-fence"}};
  for (const auto& [wrong, right] : words) {
    const Outcome outcome = run_fencelab({"describe", wrong}, {}, FENCELAB_SOURCE_DIR);
    check_refused(outcome);
    CHECK(outcome.err ==
          fmt::format("fencelab: nothing is called \"{}\"; did you mean \"{}\"?\n", wrong, right));
  }
  CHECK(run_fencelab({"describe", "zzzzzz"}).err == "fencelab: nothing is called \"zzzzzz\"\n");
}
