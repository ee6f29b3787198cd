// SimGrid is a file of its own, loaded when a run needs it: what is said where that goes wrong.
#include "tests/cli/program.hpp"

using namespace fencelab::testing;

namespace {

namespace fs = std::filesystem;

const std::string kScenario = FENCELAB_SOURCE_DIR "/scenarios/library/indefinite-fence.json";

/// The program somewhere else, with `module` beside it in place of SimGrid's.
class Moved {
 public:
  explicit Moved(const std::string& module) {
    fs::copy_file(FENCELAB_PROGRAM, folder_.path("fencelab"));
    if (!module.empty()) fs::copy_file(module, this->module());
  }

  std::string module() const { return folder_.path("fencelab-simgrid.so"); }

  Outcome run(const std::string& command,
              const std::string& stack = "user-queues-preempt-ctx") const {
    const std::string out = folder_.path("out"), err = folder_.path("err");
    const std::string line = folder_.path("fencelab") + " " + command + " " + kScenario +
                             " --stack " + stack + " --out " + folder_.path("results") + " >" +
                             out + " 2>" + err;
    const int status = std::system(line.c_str());
    return {.exit_code = WEXITSTATUS(status), .out = read_file(out), .err = read_file(err)};
  }

 private:
  TemporaryFolder folder_;
};

void cannot_be_loaded(const std::string& module, const std::string& why) {
  const Outcome outcome = Moved(module).run("run");
  INFO(outcome.err);
  CHECK(is_sound(outcome));
  CHECK(outcome.exit_code == 4);  // a run crashed
  const auto said = outcome.err.find("SimGrid cannot be loaded: ");
  REQUIRE(said != std::string::npos);
  CHECK(outcome.err.find(why, said) != std::string::npos);
}

}  // namespace

TEST_CASE("A program whose SimGrid is missing, or is something else, says so") {
  cannot_be_loaded("", "No such file or directory");
  cannot_be_loaded(kScenario, "invalid ELF header");
  cannot_be_loaded(FENCELAB_TEST_PLUGINS "/no_entry.so",
                   "/fencelab-simgrid.so is no module of Fencelab");
}

TEST_CASE("A run in which nothing is shared needs no SimGrid") {
  const Outcome outcome = Moved("").run("run", "linux-implicit");
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
}

TEST_CASE(
    "Results hang on the SimGrid that was loaded, too: another one, and runs are made again") {
  const auto is_stored = [](const Outcome& outcome) {
    INFO(outcome.err);
    CHECK(outcome.exit_code == 0);
    return outcome.err.find("1 of 1 runs are stored already") != std::string::npos;
  };
  const Moved program(FENCELAB_SIMGRID_MODULE);
  CHECK_FALSE(is_stored(program.run("run")));
  CHECK(is_stored(program.run("run")));
  std::ofstream(program.module(), std::ios::app) << '\n';
  CHECK_FALSE(is_stored(program.run("run")));
}
