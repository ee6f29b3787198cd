// Files and folders that are not there, cannot be read, or are something else.
#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>

#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;

namespace {

/// Makes permissions count also when the tests run as root: becomes nobody.
void drop_root() {
  constexpr unsigned kNobody = 65534;
  if (::getuid() != 0) return;
  if (::setgroups(0, nullptr) != 0 || ::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)
    ::_exit(124);
}

Outcome run_as_nobody(const TemporaryFolder& folder, const std::string& path) {
  ::chmod(folder.path().c_str(), 0777);
  return run_fencelab({"run", path, "--out", folder.path("out")}, drop_root);
}

}  // namespace

TEST_CASE("a scenario that does not exist is refused by name, by every subcommand", "[cli]") {
  const TemporaryFolder folder;
  const std::string path = folder.path("nowhere/game.json");
  for (const auto& arguments : {std::vector<std::string>{"run", path, "--out", folder.path("out")},
                                {"validate", path},
                                {"list", "scenarios", "--folder", path},
                                {"import", "wsim", path, "--out", folder.path("out")},
                                {"import", "ftrace", path, "--out", folder.path("out")},
                                {"import", "presentmon", path, "--out", folder.path("out")}}) {
    const Outcome outcome = run_fencelab(arguments);
    INFO(arguments[0] << "\n" << outcome.err);
    check_refused(outcome);
    CHECK(outcome.err.find(path + ": ") != std::string::npos);
    CHECK(outcome.err.find("o such file") != std::string::npos);
  }
  CHECK(files_below(folder.path()).empty());
}

TEST_CASE("a folder without scenarios is refused", "[cli]") {
  const TemporaryFolder folder;
  folder.file("empty/notes.txt", "no scenario");
  for (const char* const command : {"run", "validate"}) {
    const Outcome outcome = run_fencelab({command, folder.path("empty")}, {}, folder.path());
    check_refused(outcome);
    CHECK(outcome.err == "fencelab: " + folder.path("empty") + ": no *.json in this folder\n");
  }
  CHECK(files_below(folder.path()) == std::vector<std::string>{"empty", "empty/notes.txt"});
}

TEST_CASE("a scenario that may not be read is refused with the reason", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("game.json", base_scenario());
  ::chmod(file.c_str(), 0);
  const Outcome outcome = run_as_nobody(folder, file);
  check_refused(outcome);
  CHECK(outcome.err == file +
                           ": error: cannot read the scenario: Permission denied [cannot-read]\n" +
                           "  expected a readable JSON file\n");
}

TEST_CASE("a folder that may not be read is refused, also inside another", "[cli]") {
  const TemporaryFolder folder;
  folder.file("tree/game.json", base_scenario());
  folder.file("tree/closed/game.json", base_scenario());
  ::chmod(folder.path("tree").c_str(), 0755);
  ::chmod(folder.path("tree/closed").c_str(), 0);
  for (const char* const path : {"tree", "tree/closed"}) {
    const Outcome outcome = run_as_nobody(folder, folder.path(path));
    check_refused(outcome);
    CHECK(outcome.err == "fencelab: " + folder.path(path) + ": Permission denied\n");
  }
  ::chmod(folder.path("tree/closed").c_str(), 0755);
}

TEST_CASE("what is no regular file is read as far as it goes", "[cli]") {
  const TemporaryFolder folder;
  const auto refusal = [&folder](const std::string& path) {
    const Outcome outcome = run_fencelab({"run", path, "--out", folder.path("out")});
    check_refused(outcome);
    return outcome.err;
  };
  CHECK(refusal("/dev/null").find("there is no text") != std::string::npos);
  CHECK(refusal("/dev/zero").find("[document-too-large]") != std::string::npos);
}

TEST_CASE("a file whose name is no text is still a scenario", "[cli]") {
  // Linux allows any bytes in names; the result passes through JSON, which does not.
  const TemporaryFolder folder;
  const std::string file =
      folder.file("\xff\xfe.json", read_file(FENCELAB_SOURCE_DIR "/scenarios/library/"
                                                                 "buffer-abba.json"));
  const Outcome outcome = run_fencelab({"run", file, "--quiet", "--out", folder.path("out")});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(is_sound(outcome));
}

TEST_CASE("one broken scenario among good ones stops the campaign before it begins", "[cli]") {
  const TemporaryFolder folder;
  folder.file("in/a.json", base_scenario());
  folder.file("in/b.json", "{");
  const Outcome outcome = run_fencelab({"run", folder.path("in"), "--out", folder.path("out")});
  check_refused(outcome);
  CHECK(outcome.err.starts_with(folder.path("in/b.json") + ":1:2: error: "));
  CHECK_FALSE(std::filesystem::exists(folder.path("out")));
}

TEST_CASE("two scenarios of one name are refused, for their results would be mixed up", "[cli]") {
  const TemporaryFolder folder;
  folder.file("in/a.json", base_scenario());
  folder.file("in/b.json", base_scenario());
  const Outcome outcome = run_fencelab({"run", folder.path("in"), "--out", folder.path("out")});
  check_refused(outcome);
  CHECK(outcome.err == fmt::format("{0}/in/b.json: error: scenario \"base\" has been read already, "
                                   "from {0}/in/a.json\n  expected each name once\n",
                                   folder.path()));
  CHECK_FALSE(std::filesystem::exists(folder.path("out")));
}

TEST_CASE("list names the scenario that does not load, and does not call it a success", "[cli]") {
  const TemporaryFolder folder;
  folder.file("in/a.json", base_scenario());
  folder.file("in/b.json", "{");
  const Outcome outcome = run_fencelab({"list", "scenarios", "--folder", folder.path("in")});
  check_refused(outcome);
  CHECK(outcome.out.starts_with("base "));
  CHECK(outcome.err.starts_with(folder.path("in/b.json") + ": error: "));
}
