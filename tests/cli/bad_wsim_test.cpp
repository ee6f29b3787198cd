// Workload descriptors that are wrong: file, line, column, and no scenario.
#include <fmt/format.h>

#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;

namespace {

/// A wrong line, the column that the message points to and what was expected.
struct BadLine {
  std::string line;
  int column;
  std::string expected;
};

/// Imports `text`, which must be refused; what was said.
std::string refusal_of(const std::string& text) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run_fencelab({"import", "wsim", folder.file("load.wsim", text), "--out", folder.path("out")});
  INFO(outcome.err);
  check_refused(outcome);
  CHECK(outcome.out.empty());
  CHECK_FALSE(std::filesystem::exists(folder.path("out")));
  const std::string name = folder.path("load.wsim") + ":";
  REQUIRE(outcome.err.starts_with(name));
  return outcome.err.substr(name.size());
}

}  // namespace

TEST_CASE("each bad line of a workload is refused with its place and what was expected", "[cli]") {
  const std::string engines = "DEFAULT, RCS, BCS, VCS, VCS1, VCS2, VECS or CCS";
  const std::vector<BadLine> lines = {
      {"x.RCS.500.0.0", 1, "a context number or one of d p s t q f a B b M P S T w W X"},
      {"1.RCS.500.0", 1, "5 fields"},
      {"1.RCS.500.0.0.0", 15, "5 fields"},
      {"1.XCS.500.0.0", 3, engines},
      {"1..500.0.0", 3, engines},
      {"1.RCS.abc.0.0", 7, "a whole number from 1 to 2147483647"},
      {"1.RCS.0.0.0", 7, "a whole number from 1 to 2147483647"},
      {"1.RCS.-500.0.0", 7, "microseconds, <min>-<max>, or *"},
      {"1.RCS.99999999999999999999.0.0", 7, "a whole number from 1 to 2147483647"},
      {"1.RCS.500-100.0.0", 11, "<min>-<max> with max above min"},
      {"1.RCS.500.+1.0", 11, "a whole number from -65535 to -1"},
      {"1.RCS.500.-2.0", 1, "a batch"},
      {"1.RCS.500.0.2", 13, "a whole number from 0 to 1"},
      {"99999.RCS.500.0.0", 1, "a whole number from 0 to 65535"},
      {"P.1.high", 5, "a whole number from -2147483647 to 2147483647"},
      {"P.1", 1, "3 fields"},
      {"d.-5", 3, "a whole number from 1 to 2147483647"},
      {"d", 1, "2 fields"},
      {"p.0", 3, "a whole number from 1 to 2147483647"},
      {"s.1", 3, "a whole number from -65535 to -1"},
      {"s.-5", 1, "a batch"},
      {"T.-1", 1, "a batch with duration *"},
      {"a.-7", 1, "an f step"},
      {"B.5", 1, "an M step for the context"},
      {"w.1.x", 5, "bytes, or a number with k, m or g"},
      {"1.RCS.500.r9-0.0", 1, "a w or W step with that id"},
  };
  for (const BadLine& bad : lines) {
    INFO(bad.line);
    const std::string text = "# a workload\n1.RCS.100.0.0\n" + bad.line + "\n";
    const std::string refusal = refusal_of(text);
    INFO(refusal);
    CHECK(refusal.starts_with(fmt::format("3:{}: error: ", bad.column)));
    CHECK(refusal.find("\n  expected " + bad.expected + "\n") != std::string::npos);
  }
}

TEST_CASE("all bad lines of a workload are refused at once", "[cli]") {
  const std::string refusal = refusal_of("x.1\n1.RCS.500.0.0\nd.z\n1.NIX.1.0.0\n");
  CHECK(refusal.starts_with("1:1: error: "));
  CHECK(refusal.find("load.wsim:3:3: error: ") != std::string::npos);
  CHECK(refusal.find("load.wsim:4:3: error: ") != std::string::npos);
}

TEST_CASE("a workload without steps is refused", "[cli]") {
  for (const char* const text : {"", "\n\n", "# only a comment\n"}) {
    const std::string refusal = refusal_of(text);
    CHECK(refusal.starts_with("1:1: error: the file has no step"));
    CHECK(refusal.find("expected at least one batch") != std::string::npos);
  }
}

TEST_CASE("a workload of binary junk is refused at its first byte that is no text", "[cli]") {
  CHECK(refusal_of(std::string("1.RCS.1.0.0\n\0\0", 14))
            .starts_with("2:1: error: byte 0x00 is no text"));
  CHECK(refusal_of("1.RCS.\xff.0.0").starts_with("1:7: error: byte 0xff is no text"));
}

TEST_CASE("a long bad line is cut in the message, and control characters are not printed",
          "[cli]") {
  const std::string refusal = refusal_of(std::string(100'000, 'y') + "\x1b[2J\n");
  CHECK(refusal.size() < 400);
  CHECK(refusal.find('\x1b') == std::string::npos);
}

TEST_CASE("of several workloads either all become scenarios or none does", "[cli]") {
  const TemporaryFolder folder;
  const std::string good = folder.file("good.wsim", "1.RCS.100.0.0\n");
  const std::string bad = folder.file("bad.wsim", "nonsense\n");
  const Outcome outcome = run_fencelab({"import", "wsim", good, bad, "--out", folder.path("out")});
  check_refused(outcome);
  CHECK_FALSE(std::filesystem::exists(folder.path("out")));
  CHECK(run_fencelab({"import", "wsim", good, "--out", folder.path("out")}).exit_code == 0);
  CHECK(files_below(folder.path("out")) == std::vector<std::string>{"good.json"});
}

TEST_CASE("two workloads of one name are refused instead of one overwriting the other", "[cli]") {
  const TemporaryFolder folder;
  const std::string one = folder.file("a/load.wsim", "1.RCS.100.0.0\n");
  const std::string two = folder.file("b/load.wsim", "1.RCS.200.0.0\n");
  const Outcome outcome = run_fencelab({"import", "wsim", one, two, "--out", folder.path("out")});
  check_refused(outcome);
  CHECK(outcome.err == fmt::format("{}: error: {} is made from {} already\n"
                                   "  expected files with different names\n",
                                   two, folder.path("out/load.json"), one));
  CHECK_FALSE(std::filesystem::exists(folder.path("out")));
}

TEST_CASE("a workload that cannot be read, or written to --out, is refused", "[cli]") {
  const TemporaryFolder folder;
  const std::string good = folder.file("good.wsim", "1.RCS.100.0.0\n");
  const Outcome a_folder =
      run_fencelab({"import", "wsim", folder.path(), "--out", folder.path("out")});
  check_refused(a_folder);
  CHECK(a_folder.err.find("Is a directory [cannot-read]") != std::string::npos);
  const Outcome a_file = run_fencelab({"import", "wsim", good, "--out", good});
  check_refused(a_file);
  CHECK(a_file.err.find("Not a directory") != std::string::npos);
  for (const char* const option : {"--clients", "--repeat"})
    for (const char* const value : {"0", "-1", "abc", "99999999999"})
      check_refused(
          run_fencelab({"import", "wsim", good, option, value, "--out", folder.path("out")}));
  CHECK_FALSE(std::filesystem::exists(folder.path("out")));
}
