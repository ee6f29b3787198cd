// fencelab new policy: what it writes, and what it refuses. That projects build is tested beside
// the plug-ins (tests/plugins/new_policy.sh).
#include "policies/registry.hpp"
#include "tests/cli/program.hpp"

using namespace fencelab::testing;

namespace {

using Arguments = std::vector<std::string>;

void check_refused_with(const Arguments& arguments, const std::string& words,
                        const std::string& folder) {
  const Outcome outcome = run_fencelab(arguments, {}, folder);
  INFO(outcome.err);
  CHECK(outcome.exit_code == 63);
  CHECK(is_sound(outcome));
  CHECK(outcome.out.empty());
  CHECK(outcome.err.find(words) != std::string::npos);
}

}  // namespace

TEST_CASE("new policy writes a project for every axis, whose files name policy and axis", "[cli]") {
  const TemporaryFolder folder;
  for (const auto& axis : fencelab::policies::axes()) {
    const std::string name = "my-" + axis.name;
    const Outcome outcome =
        run_fencelab({"new", "policy", name, "--axis", axis.name}, {}, folder.path());
    INFO(outcome.err);
    CHECK(outcome.exit_code == 0);
    CHECK(files_below(folder.path(name)) ==
          Arguments{"CMakeLists.txt", "README.md", "policy.cpp", "scenario.json"});
    const std::string code = read_file(folder.path(name + "/policy.cpp"));
    CHECK(code.find("FENCELAB_PLUGIN(\"" + name + "\", ") != std::string::npos);
    CHECK(code.find("set." + axis.name + " = std::make_unique<Policy>(") != std::string::npos);
    CHECK(code.find(axis.question) != std::string::npos);
    for (const char* const file : {"CMakeLists.txt", "README.md", "policy.cpp"})
      CHECK(read_file(folder.path(name + "/" + file)).find("@") == std::string::npos);
    CHECK(run_fencelab({"validate", folder.path(name + "/scenario.json")}).exit_code == 0);
  }
}

TEST_CASE("new policy refuses what cannot be a name or an axis, and writes nothing over", "[cli]") {
  const TemporaryFolder folder;
  const std::string here = folder.path();
  folder.file("taken/notes.txt", "mine");
  for (const char* const name : {"", "Mine", "-mine", "my policy", "../mine", "my_policy"})
    check_refused_with({"new", "policy", "--axis", "flip", "--", name}, "", here);
  check_refused_with({"new", "policy", "mine", "--axis", "flop"},
                     "\"flop\" is no axis; expected one of \"sync\"", here);
  check_refused_with({"new", "policy", "mine", "--axis", "flop"}, "did you mean \"flip\"?", here);
  check_refused_with({"new", "policy", "deadline", "--axis", "flip"},
                     "there is a policy deadline of axis flip already", here);
  check_refused_with({"new", "policy", "mine", "--axis", "flip", "--out", "taken"},
                     "taken is there already, and not empty", here);
  CHECK(files_below(here) == Arguments{"taken", "taken/notes.txt"});
}
