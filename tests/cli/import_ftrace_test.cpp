// fencelab import ftrace: scenarios from recordings, and what is refused.
#include <fstream>
#include <iterator>

#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;

namespace {

const std::string kRecording = FENCELAB_SOURCE_DIR "/tests/data/ftrace/steamvr_amdgpu.txt";

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a recording becomes a scenario that runs, and says what it was made from", "[cli]") {
  const TemporaryFolder folder;
  const std::string out = folder.path("made/steamvr.json");
  const Outcome imported = run_fencelab({"import", "ftrace", kRecording, "--out", out});
  INFO(imported.err);
  CHECK(imported.exit_code == 0);
  CHECK(imported.out.empty());
  CHECK(imported.err.find(" jobs from ") != std::string::npos);
  const std::string summary = imported.err.substr(0, imported.err.find('\n'));
  CHECK(text_of(out).find(summary) != std::string::npos);
  const Outcome run = run_fencelab({"run", out, "--stack", "recorded", "--out", folder.path("o")});
  INFO(run.err);
  CHECK(run.exit_code == 0);
}

TEST_CASE("without --out the scenario goes to stdout, the same again and again", "[cli]") {
  const Outcome once =
      run_fencelab({"import", "ftrace", kRecording, "--window", "630660.5..630661"});
  INFO(once.err);
  CHECK(once.exit_code == 0);
  CHECK(once.out.starts_with("{\n \"format\": 1,\n \"name\": \"steamvr-amdgpu\""));
  CHECK(once.err.find("events outside the window") != std::string::npos);
  const Outcome again =
      run_fencelab({"import", "ftrace", kRecording, "--window", "630660.5..630661.000000000"});
  CHECK(once.out == again.out);
}

TEST_CASE("a window that is none is refused", "[cli]") {
  for (const char* const window :
       {"", "5", "..", "5..4", "a..b", "1..2s", "-1..2", "1e3..2e3", "5..5", "1..99999999999"}) {
    const Outcome outcome = run_fencelab({"import", "ftrace", kRecording, "--window", window});
    INFO(window << "\n" << outcome.err);
    check_refused(outcome);
    CHECK(outcome.err.find("--window") != std::string::npos);
    CHECK(outcome.err.find("expected FROM") != std::string::npos);
  }
}

TEST_CASE("a recording that cannot be read leaves no file", "[cli]") {
  const TemporaryFolder folder;
  const std::string out = folder.path("out.json");
  const std::string text = folder.file("bad.txt", "# tracer: nop\nnonsense\n");
  const Outcome bad = run_fencelab({"import", "ftrace", text, "--out", out});
  check_refused(bad);
  CHECK(bad.err.starts_with(text + ":2:1: error: \"nonsense\" is no event of ftrace [no-event]\n"));
  const std::string dat = folder.file("bad.dat", "\x17\x08\x44tracing6 and no more");
  const Outcome damaged = run_fencelab({"import", "ftrace", dat, "--out", out});
  check_refused(damaged);
  CHECK(damaged.err.find("[bad-trace-dat]") != std::string::npos);
  const Outcome a_folder = run_fencelab({"import", "ftrace", folder.path(), "--out", out});
  check_refused(a_folder);
  CHECK(a_folder.err.find("Is a directory [cannot-read]") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(out));
}
