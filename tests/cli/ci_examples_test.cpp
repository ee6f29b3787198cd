// The examples for CI systems: the commands in them run, and write what the rest of them picks up.
#include <filesystem>
#include <sstream>

#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;

namespace {

using Arguments = std::vector<std::string>;

/// The arguments of the `fencelab check` in an example, as the shell would have them.
Arguments check_in(const std::string& yaml) {
  const std::size_t begin = yaml.find(" check scenarios ");
  REQUIRE(begin != std::string::npos);
  std::istringstream words(yaml.substr(begin));
  Arguments arguments;
  for (std::string word; words >> word && word != "-" && word != "artifacts:";) {
    if (word == "\\") continue;
    arguments.push_back(word == "\"$(nproc)\"" ? "2" : word);
  }
  return arguments;
}

}  // namespace

TEST_CASE("the examples for CI run as they stand, and their reports lie where they are looked for",
          "[cli]") {
  for (const char* const name : {"github-actions.yml", "gitlab-ci.yml"}) {
    const std::string yaml = read_file(std::string(FENCELAB_SOURCE_DIR "/docs/guide/ci/") + name);
    const Arguments arguments = check_in(yaml);
    INFO(name);
    CHECK(arguments.size() == 12);
    const TemporaryFolder folder;
    folder.file("scenarios/base.json", base_scenario());
    folder.file("fencelab-baseline.json",
                "{\"format\": \"fencelab-baseline\", \"version\": 1, \"accepted\": []}");
    const Outcome outcome = run_fencelab(arguments, {}, folder.path());
    INFO(outcome.err);
    CHECK(outcome.exit_code == 0);
    for (const char* const report : {"reports/junit.xml", "reports/fencelab.sarif"}) {
      CHECK(std::filesystem::exists(folder.path(report)));
      CHECK(std::find(arguments.begin(), arguments.end(), report) != arguments.end());
    }
    const bool is_github = std::string(name) == "github-actions.yml";
    CHECK(yaml.find(is_github ? "sarif_file: reports/fencelab.sarif"
                              : "junit: reports/junit.xml") != std::string::npos);
  }
}
