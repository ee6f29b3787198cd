// Plug-ins, as their users meet them: what is refused and why, what they bring, and that a broken
// one loses its own run and nothing else.
#include <sqlite3.h>

#include <cstdlib>
#include <sstream>

#include "tests/cli/program.hpp"
#include "tests/sampling.hpp"

using namespace fencelab::testing;

namespace {

using Arguments = std::vector<std::string>;

std::string plugin(const std::string& name) { return FENCELAB_TEST_PLUGINS "/" + name + ".so"; }

const std::string kScenario = FENCELAB_SOURCE_DIR "/scenarios/library/two-monitors.json";

/// What is said of the plug-in `changed` when one thing in its handshake is changed.
std::string refusal_of_change(const char* change, const Arguments& before = {}) {
  Arguments arguments = {"list", "policies"};
  arguments.insert(arguments.end(), before.begin(), before.end());
  arguments.insert(arguments.end(), {"--policy-plugin", plugin("changed")});
  const Outcome outcome =
      run_fencelab(arguments, [&] { ::setenv("FENCELAB_TEST_CHANGE", change, 1); });
  INFO(change << ": " << outcome.err);
  CHECK(outcome.exit_code == 63);
  CHECK(outcome.out.empty());
  CHECK(is_sound(outcome));
  return outcome.err;
}

void says(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
}

Outcome list_with(const std::string& path) {
  return run_fencelab({"list", "policies", "--policy-plugin", path});
}

/// Rows of a table, by the names of its columns; the fields that are looked at have no commas.
std::vector<std::string> lines_of(const std::string& path) {
  std::istringstream text(read_file(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

/// The first value of the query.
std::string asked(const std::string& database, const std::string& query) {
  sqlite3* connection = nullptr;
  sqlite3_stmt* statement = nullptr;
  REQUIRE(sqlite3_open_v2(database.c_str(), &connection, SQLITE_OPEN_READONLY, nullptr) ==
          SQLITE_OK);
  REQUIRE(sqlite3_prepare_v2(connection, query.c_str(), -1, &statement, nullptr) == SQLITE_OK);
  std::string value;
  if (sqlite3_step(statement) == SQLITE_ROW)
    value = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
  sqlite3_finalize(statement);
  sqlite3_close(connection);
  return value;
}

}  // namespace

TEST_CASE("a plug-in that does not fit is refused, and both sides are named", "[cli][plugin]") {
  says(refusal_of_change("later abi"),
       "it speaks version 77 of the plug-in interface, and this "
       "program (fencelab ");
  says(refusal_of_change("magic"), "begins with 0x12345678, not with 0x504c4e46");
  says(refusal_of_change("small struct"), "its handshake has 16 bytes, and this program");
  says(refusal_of_change("layout"), "built with other headers (fencelab ");
  says(refusal_of_change("library"), "it was built for x86_64 libc++ 1, and this program");
  says(refusal_of_change("feature"), "it needs features 0x80000000 that this program");
  says(refusal_of_change("unprintable name"), "characters that cannot be printed");
  says(refusal_of_change("unknown axis"), "is of axis \"moon\", which this program");
  says(refusal_of_change("no policies"), "it has neither policies nor metrics");
  says(refusal_of_change("policies nowhere"), "it has no list of policies");
  says(refusal_of_change("many policies"), "it has 4294967295 policies, and 4096 are the most");
  says(refusal_of_change("no handshake"), "it gave no handshake");
}

TEST_CASE("coroutines of another compiler do not cross, and it is said what to rebuild",
          "[cli][plugin]") {
  const std::string refusal = refusal_of_change("compiler of coroutines");
  says(refusal,
       "its policy changed is of axis residency, whose coroutines do not cross compilers: "
       "it was built by icc 13, and this program");
  says(refusal, "; rebuild the plug-in with ");
  const Outcome outcome =
      run_fencelab({"list", "policies", "--policy-plugin", plugin("changed")},
                   [] { ::setenv("FENCELAB_TEST_CHANGE", "compiler of no coroutines", 1); });
  CHECK(outcome.exit_code == 0);
  says(outcome.out, "  changed ");
}

TEST_CASE("a name that the program or another plug-in has is refused, naming both",
          "[cli][plugin]") {
  says(refusal_of_change("name of the program's"),
       "plug-in changed 1.0: its policy wait-signaled of axis flip has the name of one of this "
       "program");
  says(refusal_of_change("name of acme's", {"--policy-plugin", plugin("good")}),
       "plug-in changed 1.0: its policy acme-newest of axis flip has the name of one of plug-in "
       "acme 1.0 (");
}

TEST_CASE("a plug-in with the name of another is refused, naming both", "[cli][plugin]") {
  const TemporaryFolder folder;
  const std::string other = folder.file("other.so", read_file(plugin("good")) + "another");
  const Outcome outcome = run_fencelab(
      {"list", "policies", "--policy-plugin", plugin("good"), "--policy-plugin", other});
  CHECK(outcome.exit_code == 63);
  says(outcome.err, other + ": plug-in acme 1.0: " + plugin("good") +
                        " has brought a plug-in of that name, acme 1.0");
}

TEST_CASE("a plug-in that crashes when it is asked for its contents is refused", "[cli][plugin]") {
  if (!fencelab::tests::kSanitized) {  // which report and exit where others die of a signal
    says(refusal_of_change("policies at a wrong place"), "died of signal 11");
    const TemporaryFolder folder;
    const std::string half = folder.file("half.so", read_file(plugin("good")).substr(0, 4096));
    CHECK(list_with(half).exit_code == 63);  // of some it maps pages that are not there
    const Outcome outcome = list_with(plugin("crashes_on_load"));
    CHECK(outcome.exit_code == 63);
    says(outcome.err, "it cannot even be loaded and asked for its contents");
  }
}

TEST_CASE("a file that is no plug-in is refused", "[cli][plugin]") {
  const TemporaryFolder folder;
  const std::string elf32(
      "\x7f"
      "ELF\x01\x01\x01",
      7);
  const std::pair<std::string, std::string> files[] = {
      {plugin("no_entry"), "it has no fencelab_plugin_v1()"},
      {folder.path("nowhere.so"), "No such file or directory"},
      {folder.path(), "Is a directory"},
      {folder.file("text.so", "no library"), "this is no shared library (ELF)"},
      {folder.file("empty.so", ""), "this is no shared library (ELF)"},
      {folder.file("small.so", elf32 + std::string(100, '\0')), "this is a 32-bit library"},
      {folder.file("short.so", read_file(plugin("good")).substr(0, 40)), "is cut short"}};
  for (const auto& [path, words] : files) {
    const Outcome outcome = list_with(path);
    CHECK(outcome.exit_code == 63);
    CHECK(is_sound(outcome));
    says(outcome.err, words);
  }
}

TEST_CASE("what a plug-in brings is listed, described and taken as a stack", "[cli][plugin]") {
  says(list_with(plugin("good")).out, "  acme-newest ");
  says(list_with(plugin("axes")).out, "  twin-sync ");
  const Outcome described =
      run_fencelab({"describe", "acme-newest", "--policy-plugin", plugin("good")});
  says(described.out, "mode: unused\n    default fast; one of slow, fast");
  CHECK(run_fencelab({"describe", "acme-newest"}).exit_code == 63);
  const Outcome run =
      run_fencelab({"run", kScenario, "--stack", "linux-implicit,flip=acme-newest,flip.drawn=maybe",
                    "--list", "--policy-plugin", plugin("good")});
  CHECK(run.exit_code == 63);
  says(run.err, "drawn");
}

TEST_CASE("plug-ins are found by FENCELAB_PLUGIN_PATH, files and folders, each once",
          "[cli][plugin]") {
  const TemporaryFolder folder;
  folder.file("notes.txt", "no library");
  std::filesystem::copy_file(plugin("metric"), folder.path("metric.so"));
  const std::string places = plugin("good") + "::" + folder.path() + ":" + plugin("good");
  const auto prepare = [&] { ::setenv("FENCELAB_PLUGIN_PATH", places.c_str(), 1); };
  says(run_fencelab({"list", "policies", "--policy-plugin", plugin("good")}, prepare).out,
       "  acme-newest ");
  says(run_fencelab({"list", "metrics"}, prepare).out,
       "tally.half_time_ns           ns     half the instant of the last job");
  const Outcome wrong = run_fencelab(
      {"list", "metrics"}, [] { ::setenv("FENCELAB_PLUGIN_PATH", "/nowhere/at/all", 1); });
  CHECK(wrong.exit_code == 63);
  says(wrong.err, "FENCELAB_PLUGIN_PATH: /nowhere/at/all: No such file or directory");
}

TEST_CASE("policies of a plug-in on every axis run as those of the program that they repeat",
          "[cli][plugin]") {
  const TemporaryFolder folder;
  const std::string twin =
      "linux-implicit,sync=twin-sync,submission=twin-submission,residency=twin-residency,"
      "userptr=twin-userptr,bind=twin-bind,reclaim=twin-reclaim,hang=twin-hang,"
      "semaphore=twin-semaphore,flip=twin-flip";
  const Outcome outcome = run_fencelab(
      {"run", kScenario, "--stack", "linux-implicit", "--stack", twin, "--seeds", "1", "--quiet",
       "--check-determinism", "--policy-plugin", plugin("axes"), "--out", folder.path("out")});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(asked(folder.path("out/results.sqlite"),
              "SELECT count(DISTINCT json_extract(record, '$.values.fingerprint')) FROM runs") ==
        "1");
}

TEST_CASE("a plug-in that misbehaves loses its own run and nothing else", "[cli][plugin]") {
  const std::tuple<const char*, const char*, const char*> ways[] = {
      {"throws", "crashed", "the plug-in has had enough"},
      {"throws-a-number", "crashed", "signal 6"},
      {"crashes", "crashed", ""},
      {"loops", "overdue", "time limit"},
      {"allocates", "crashed", "needed more memory"},
      {"exits", "crashed", "ended with status 0 and no result"},
      {"makes-nothing", "crashed",
       "plug-in misbehaves: policy makes-nothing made nothing for axis hang"}};
  for (const auto& [policy, status, message] : ways) {
    const bool memory = std::string(policy) == "allocates";
    if (fencelab::tests::kSanitized && memory) continue;  // needs a limit of address space
    const TemporaryFolder folder;
    Arguments arguments = {"run",
                           kScenario,
                           "--stack",
                           std::string("linux-implicit,hang=") + policy,
                           "--stack",
                           "linux-implicit",
                           "--seeds",
                           "1",
                           "--quiet",
                           "--run-time",
                           "10 s",
                           "--policy-plugin",
                           plugin("misbehaves"),
                           "--out",
                           folder.path("out")};
    if (memory) arguments.insert(arguments.end(), {"--run-memory", "1 GiB"});
    const Outcome outcome = run_fencelab(arguments);
    INFO(policy << ": " << outcome.err);
    CHECK(outcome.exit_code == 4);
    CHECK(outcome.signal == 0);
    const std::string database = folder.path("out/results.sqlite");
    const std::string of =
        std::string(" FROM runs WHERE stack = 'linux-implicit,hang=") + policy + "'";
    CHECK(asked(database, "SELECT status" + of) == status);
    if (!fencelab::tests::kSanitized) says(asked(database, "SELECT message" + of), message);
    says(asked(database, "SELECT reproduce" + of), " --policy-plugin " + plugin("misbehaves"));
    CHECK(asked(database, "SELECT verdict FROM runs WHERE stack = 'linux-implicit'") == "complete");
  }
}

TEST_CASE("check and replay outlive a plug-in that crashes", "[cli][plugin]") {
  const Outcome check = run_fencelab({"check", kScenario, "--stack", "linux-implicit,hang=exits",
                                      "--quiet", "--policy-plugin", plugin("misbehaves")});
  CHECK(check.exit_code == 4);
  says(check.out, "1 checks: 1 crashed");
}

TEST_CASE("a changed plug-in makes its runs anew, and leaves those of others", "[cli][plugin]") {
  const TemporaryFolder folder;
  // Bytes behind the end of a library are no part of it, but of its file.
  const std::string library = read_file(plugin("good"));
  const std::string file = folder.file("acme.so", library);
  const Arguments arguments = {"run",
                               kScenario,
                               "--stack",
                               "linux-implicit",
                               "--stack",
                               "linux-implicit,flip=acme-newest",
                               "--seeds",
                               "1",
                               "--policy-plugin",
                               file,
                               "--out",
                               folder.path("out")};
  CHECK(run_fencelab(arguments).exit_code == 0);
  says(run_fencelab(arguments).err, "2 of 2 runs are stored already");
  folder.file("acme.so", library + "changed");
  says(run_fencelab(arguments).err, "1 of 2 runs are stored already");
  const std::string rows = read_file(folder.path("out/runs.csv"));
  says(rows, "; plug-in acme 1.0 (");
}

TEST_CASE("a metric of a plug-in is a column of every table", "[cli][plugin]") {
  const TemporaryFolder folder;
  const Outcome outcome =
      run_fencelab({"run", kScenario, "--stack", "linux-implicit", "--seeds", "1", "--quiet",
                    "--policy-plugin", plugin("metric"), "--out", folder.path("out")});
  CHECK(outcome.exit_code == 0);
  const auto lines = lines_of(folder.path("out/runs.csv"));
  REQUIRE(lines.size() == 2);
  says(lines[0], ",tally.jobs_count,tally.half_time_ns,tally.nothing_ns");
  // 204 jobs, as the column of the program says; half the makespan's last job; no value.
  CHECK(asked(folder.path("out/results.sqlite"),
              "SELECT json_extract(record, '$.values.\"tally.jobs_count\"') = "
              "json_extract(record, '$.values.jobs_submitted_count') FROM runs") == "1");
  CHECK(lines[1].ends_with(","));
  says(read_file(folder.path("out/compare.csv")), ",tally.half_time_ns,ns,");
  says(read_file(folder.path("out/report.html")), "tally.half_time_ns");
  const Outcome compared =
      run_fencelab({"compare", folder.path("out"), "--metric", "tally.jobs_count",
                    "--policy-plugin", plugin("metric"), "--out", folder.path("compared")});
  CHECK(compared.exit_code == 0);
  says(read_file(folder.path("compared/compare.csv")), ",tally.jobs_count,count,");
  // Without the plug-in its columns are not known, and the rest is.
  CHECK(run_fencelab({"compare", folder.path("out"), "--out", folder.path("bare")}).exit_code == 0);
  CHECK(lines_of(folder.path("bare/runs.csv"))[0].find("tally") == std::string::npos);
}

TEST_CASE("a metric of a plug-in can be expected, and bounds the seeds", "[cli][plugin]") {
  const TemporaryFolder folder;
  const Arguments command = {
      "run",     kScenario,         "--stack",        "linux-implicit", "--seeds",         "1..3",
      "--quiet", "--policy-plugin", plugin("metric"), "--out",          folder.path("out")};
  Arguments expecting = command;
  expecting.insert(expecting.end(),
                   {"--set", "/expect/linux-implicit/metrics/tally.jobs_count={\"max\": 1}"});
  const Outcome missed = run_fencelab(expecting);
  CHECK(missed.exit_code == 1);
  says(missed.err, "tally.jobs_count");
  Arguments until = command;
  until.insert(until.end(), {"--until-ci", "tally.half_time_ns<5%"});
  CHECK(run_fencelab(until).exit_code == 0);
  until.back() = "tally.half_tim_ns<5%";
  says(run_fencelab(until).err, "did you mean \"tally.half_time_ns\"?");
}
