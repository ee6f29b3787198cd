// Campaigns: what is stored is not computed again, whatever happened in between; sweeps; limits.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "tests/cli/campaign_folders.hpp"
#include "tests/cli/mistakes.hpp"
#include "tests/sampling.hpp"

using namespace fencelab::testing;
using fencelab::tests::kSanitized;

namespace {

constexpr const char* kEndless = R"json({
  "format": 1, "name": "endless", "horizon": "1000000 s",
  "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
  "processes": [{"name": "ticker", "threads": [{"name": "main", "program": [
    {"loop": {"body": [{"think": "1 us"}]}}]}]}],
  "stacks": ["linux-implicit"]
})json";

}  // namespace

TEST_CASE("what is stored is not computed again, and what is missing is", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("draws.json", draws()), out = folder.path("out");
  CHECK(run_fencelab(run_of(file, out, "1..3")).exit_code == 0);
  const std::string first = content_of(out), runs = read_file(out + "/runs.csv");
  CHECK(query(out + "/results.sqlite", "SELECT count(*) FROM runs") == "6\n");
  const Outcome again = run_fencelab(run_of(file, out, "1..3"));
  CHECK(again.exit_code == 0);
  CHECK(says(again, "6 of 6 runs are stored already\n"));
  CHECK(read_file(out + "/runs.csv") == runs);  // to the last digit of what each run took
  const Outcome more = run_fencelab(run_of(file, out, "1..4"));
  CHECK(says(more, "6 of 8 runs are stored already\n"));
  CHECK(query(out + "/results.sqlite", "SELECT count(*) FROM runs") == "8\n");
  const Outcome stack = run_fencelab(run_of(file, out, "1..4", {"--stack", "vulkan-explicit"}));
  CHECK_FALSE(says(stack, "stored already"));
  // Tables show what was asked for last; the rest stays in the database.
  CHECK(columns_of(read_file(out + "/runs.csv"), 5).find("linux-implicit") == std::string::npos);
  CHECK(says(run_fencelab(run_of(file, out, "1..3")), "6 of 6 runs"));
  CHECK(read_file(out + "/runs.csv") == runs);
  CHECK(says(run_fencelab(run_of(file, out, "1..3", {"--rerun", "all"})), "6/6 runs, 0 failed"));
}

TEST_CASE("prose, layout and expectations decide nothing, all else is another run", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("draws.json", draws()), out = folder.path("out");
  CHECK(run_fencelab(run_of(file, out, "1")).exit_code == 0);
  std::string told = draws();
  told.insert(told.find("\"platform\""), "\"title\": \"the same\",\n\n  ");
  folder.file("draws.json", told);
  CHECK(says(run_fencelab(run_of(file, out, "1")), "2 of 2 runs are stored already"));
  for (const char* const set :
       {"/processes/0/count=2", "/horizon=\"1 s\"", "/platform/gpus/0/timeslice=\"2 ms\""})
    CHECK_FALSE(says(run_fencelab(run_of(file, out, "1", {"--set", set})), "stored already"));
  const Outcome axis = run_fencelab(run_of(
      file, out, "1",
      {"--set",
       R"(/stacks/0={"name": "linux-implicit", "preset": "linux-implicit", "axes": {"hang": "none"}})"}));
  CHECK(says(axis, "1 of 2 runs are stored already"));
}

TEST_CASE("a campaign that is killed at any moment loses the runs under way only", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("draws.json", draws(kSweep));
  const Arguments whole = run_of(file, folder.path("whole"), "1..12", {"-j", "2", "--quiet"});
  CHECK(run_fencelab(whole).exit_code == 0);
  const std::string out = folder.path("out");
  const Arguments command = run_of(file, out, "1..12", {"-j", "2", "--quiet"});
  const int kills = kSanitized ? 5 : 50;
  for (int i = 0; i < kills; ++i) {
    Program program(command);
    std::this_thread::sleep_for(std::chrono::milliseconds(i % 10 * 7 + 1));
    ::kill(program.pid(), SIGKILL);
    program.wait();
  }
  const Outcome last = run_fencelab(command);
  INFO(last.err);
  CHECK(last.exit_code == 0);
  CHECK(content_of(out) == content_of(folder.path("whole")));
  CHECK(columns_of(read_file(out + "/runs.csv"), 7) ==
        columns_of(read_file(folder.path("whole/runs.csv")), 7));
  CHECK(read_file(out + "/compare.csv") == read_file(folder.path("whole/compare.csv")));
}

TEST_CASE("an interrupted campaign goes on where it was", "[cli]") {
  const TemporaryFolder folder;
  const std::string out = folder.path("out");
  folder.file("in/draws.json", draws());
  folder.file("in/endless.json", kEndless);
  Program program({"run", folder.path("in"), "--out", out, "--seeds", "1"});
  while (query(out + "/results.sqlite", "SELECT count(*) FROM runs") != "2\n")
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ::kill(program.pid(), SIGINT);
  const Outcome outcome = program.wait();
  CHECK(outcome.signal == SIGINT);
  CHECK(says(outcome, "interrupted after 2 of 3 runs; no results were written\n"));
  CHECK(says(outcome, "the same command goes on from there\n"));
  CHECK_FALSE(std::filesystem::exists(out + "/runs.csv"));
  const Outcome next = run_fencelab(
      {"run", folder.path("in"), "--out", out, "--seeds", "1", "--run-time", "300 ms"});
  CHECK(next.exit_code == 4);
  CHECK(says(next, "2 of 3 runs are stored already\n"));
}

TEST_CASE("a run that fails is a row that says why and how to see it", "[cli]") {
  const TemporaryFolder folder;
  const std::string out = folder.path("out");
  const std::string file = folder.file("it's endless.json", kEndless);
  const Arguments command = run_of(file, out, "3", {"--run-time", "200 ms"});
  CHECK(run_fencelab(command).exit_code == 4);
  CHECK(columns_of(read_file(out + "/runs.csv"), 7).find("2,endless,,linux-implicit,3,overdue,,") !=
        std::string::npos);
  CHECK(query(out + "/results.sqlite", "SELECT status, message, reproduce FROM runs") ==
        "overdue|the run was stopped at its time limit (--run-time)|fencelab run '" +
            folder.path("it") + "'\\''s endless.json' --stack linux-implicit --seeds 3\n");
  CHECK(says(run_fencelab(command), "1 of 1 runs are stored already"));
  CHECK_FALSE(
      says(run_fencelab(run_of(file, out, "3", {"--run-time", "200 ms", "--rerun", "failed"})),
           "stored already"));
  if (kSanitized) return;  // needs more address space than any limit
  const Outcome poor =
      run_fencelab(run_of(folder.file("draws.json", draws()), out, "1", {"--run-memory", "1 MiB"}));
  CHECK(poor.exit_code == 4);
  CHECK(query(out + "/results.sqlite",
              "SELECT DISTINCT status, message FROM runs WHERE scenario = 'draws'") ==
        "crashed|the run needed more memory than it may have (--run-memory)\n");
}

TEST_CASE("two campaigns are not at work in one folder", "[cli]") {
  const TemporaryFolder folder;
  const std::string out = folder.path("out");
  Program first({"run", folder.file("endless.json", kEndless), "--out", out});
  while (query(out + "/results.sqlite", "SELECT count(*) FROM plan") != "1\n")
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const Outcome second = run_fencelab(run_of(folder.file("draws.json", draws()), out, "1"));
  CHECK(second.exit_code == kBadInput);
  CHECK(second.err ==
        "fencelab: " + out +
            ": another campaign is at work in this folder; no results were written\n");
}

TEST_CASE("a database that is damaged, of another program or of a later format is left alone",
          "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("draws.json", draws()), out = folder.path("out");
  const Arguments command = run_of(file, out, "1..3");
  CHECK(run_fencelab(command).exit_code == 0);
  const std::string whole = read_file(out + "/results.sqlite");
  const auto refused = [&](const std::string& text, const std::string& words) {
    folder.file("out/results.sqlite", text);
    const std::string runs = read_file(out + "/runs.csv");
    const Outcome outcome = run_fencelab(command);
    INFO(outcome.err);
    CHECK(outcome.exit_code == kBadInput);
    CHECK(is_sound(outcome));
    CHECK(says(outcome, "fencelab: " + out + "/results.sqlite: "));
    CHECK(says(outcome, words));
    CHECK(read_file(out + "/results.sqlite") == text);
    CHECK(read_file(out + "/runs.csv") == runs);
  };
  refused(
      "this is no database at all, but it is long enough to be looked at, " + std::string(200, 'x'),
      "the file is damaged, or no database");
  refused(whole.substr(0, whole.size() / 2), "damaged");
  std::string rotten = whole;  // a digit of a stored figure
  const std::size_t figure = rotten.find("\"makespan_ns\":\"");
  REQUIRE(figure != std::string::npos);
  char& digit = rotten[figure + 14];
  digit = digit == '9' ? '8' : '9';
  refused(rotten, "the file is damaged (seed ");
  folder.file("out/results.sqlite", whole);
  query(out + "/results.sqlite", "PRAGMA user_version = 99");
  refused(read_file(out + "/results.sqlite"), "format 99");
  query(out + "/results.sqlite", "PRAGMA application_id = 5");
  refused(read_file(out + "/results.sqlite"), "another program");
}

TEST_CASE("each point of a sweep is a row, and can be made again alone", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("draws.json", draws(kSweep)), out = folder.path("out");
  CHECK(run_fencelab(run_of(file, out, "1..2", {"--count"})).out == "20\n");
  CHECK_FALSE(std::filesystem::exists(out));
  const std::string list = run_fencelab(run_of(file, out, "2", {"--list"})).out;
  CHECK(list.starts_with("fencelab run " + file +
                         " --point 'clients=1; slice=1 ms' --stack linux-implicit --seeds 2\n"));
  CHECK(std::count(list.begin(), list.end(), '\n') == 10);
  CHECK(run_fencelab(run_of(file, out, "1..2")).exit_code == 0);
  const std::string prints =
      query(out + "/results.sqlite",
            "SELECT point, value FROM metrics WHERE metric = 'fingerprint' AND seed = 2 AND stack "
            "= 'linux-implicit'");
  CHECK(std::count(prints.begin(), prints.end(), '\n') == 5);
  const std::string alone = folder.path("alone");
  CHECK(run_fencelab({"run", file, "--point", "clients=4; slice=5 ms", "--stack", "linux-implicit",
                      "--seeds", "2", "--out", alone})
            .exit_code == 0);
  CHECK(prints.find(query(alone + "/results.sqlite",
                          "SELECT point, value FROM metrics WHERE metric = 'fingerprint'")) !=
        std::string::npos);
  const std::string compared = read_file(out + "/compare.csv");
  CHECK(compared.find("\n2,draws,clients=4; slice=5 ms,vulkan-timeline,complete,linux-implicit,"
                      "makespan_ns,ns,2,") != std::string::npos);
  const Outcome none = run_fencelab(run_of(file, out, "1", {"--point", "clients=3"}));
  CHECK(none.exit_code == kBadInput);
  CHECK(says(none, "no sweep has a point \"clients=3\""));
  const Outcome many = run_fencelab(run_of(file, out, "1..2", {"--max-runs", "19"}));
  CHECK(many.exit_code == kBadInput);
  CHECK(says(many, "more than 19 runs"));
  const Outcome check = run_fencelab({"check", file});
  CHECK(check.exit_code == kBadInput);
  CHECK(says(check, "this is a sweep; no point of it was chosen"));
  CHECK(run_fencelab({"check", file, "--point", "clients=2; slice=1 ms", "--strength", "observed"})
            .exit_code == 0);
}

TEST_CASE("a point that is no scenario is said before anything runs", "[cli]") {
  const TemporaryFolder folder;
  const std::string sweep =
      R"({"axes": [{"name": "n", "at": "/processes/0/count", "values": [1, 0, "many"]}]})";
  const std::string out = folder.path("out");
  const Outcome outcome = run_fencelab(run_of(folder.file("draws.json", draws(sweep)), out, "1"));
  CHECK(outcome.exit_code == kBadInput);
  CHECK(says(outcome, "at point n=0:\n"));
  CHECK(says(outcome, "at point n=many:\n"));
  CHECK(query(out + "/results.sqlite", "SELECT count(*) FROM runs") == "0\n");
}

TEST_CASE("the campaign of the guide runs", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = FENCELAB_SOURCE_DIR "/scenarios/campaigns/timeout-sweep.json";
  const Outcome outcome = run_fencelab(run_of(file, folder.path("out"), "1"));
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  const auto lost = [&](const std::string& timeout) {
    return query(folder.path("out/results.sqlite"),
                 "SELECT CAST(value AS INTEGER) FROM metrics WHERE metric = "
                 "'jobs_lost_innocent_count' AND point = 'timeout=" +
                     timeout + "; slow=2'");
  };
  CHECK(std::stoi(lost("50 ms")) > std::stoi(lost("1 s")));
  CHECK(lost("5 s") == "0\n");
}

TEST_CASE("parts of a campaign that are merged are the campaign", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("draws.json", draws(kSweep));
  CHECK(run_fencelab(run_of(file, folder.path("whole"), "1..3")).exit_code == 0);
  Arguments merge{"merge", "--out", folder.path("merged")};
  for (const char* const part : {"1/3", "2/3", "3/3"}) {
    const std::string out = folder.path(std::string("part") + part[0]);
    CHECK(run_fencelab(run_of(file, out, "1..3", {"--shard", part})).exit_code == 0);
    CHECK(query(out + "/results.sqlite", "SELECT count(*) FROM runs") == "10\n");
    merge.push_back(out);
  }
  const Outcome merged = run_fencelab(merge);
  INFO(merged.err);
  CHECK(merged.exit_code == 0);
  CHECK(content_of(folder.path("merged")) == content_of(folder.path("whole")));
  for (const char* const table : {"compare.csv", "dependencies.csv", "clients.csv"})
    CHECK(read_file(folder.path("merged/") + table) == read_file(folder.path("whole/") + table));
  CHECK(columns_of(read_file(folder.path("merged/runs.csv")), 10) ==
        columns_of(read_file(folder.path("whole/runs.csv")), 10));
  const std::string judgements = "SELECT * FROM judgements ORDER BY scenario, point";
  CHECK(query(folder.path("merged/results.sqlite"), judgements) ==
        query(folder.path("whole/results.sqlite"), judgements));
  CHECK(read_file(folder.path("merged/report.html")).find("<title>") != std::string::npos);
  CHECK(says(run_fencelab(run_of(file, folder.path("merged"), "1..3")), "30 of 30 runs"));
  // A part of something else is none of this, and a missing part is said.
  CHECK(run_fencelab(run_of(file, folder.path("other"), "7")).exit_code == 0);
  const Outcome mixed = run_fencelab(
      {"merge", folder.path("part1"), folder.path("other"), "--out", folder.path("mixed")});
  CHECK(mixed.exit_code == kBadInput);
  CHECK(says(mixed, "this is no part of the same campaign"));
  CHECK(run_fencelab({"merge", folder.path("nowhere"), "--out", folder.path("none")}).exit_code ==
        kBadInput);
  for (const char* const bad : {"0/3", "4/3", "3", "1/", "/3", "a/b", "1/3/5"})
    CHECK(run_fencelab(run_of(file, folder.path("bad"), "1", {"--shard", bad})).exit_code ==
          kBadInput);
}

TEST_CASE("the scripts for a cluster do what the guide says", "[cli]") {
  const TemporaryFolder folder;
  folder.file("scenarios/campaigns/draws.json", draws());
  std::filesystem::create_directory(folder.path("bin"));
  std::filesystem::create_symlink(FENCELAB_PROGRAM, folder.path("bin/fencelab"));
  const std::string scripts = FENCELAB_SOURCE_DIR "/docs/guide/cluster";
  const auto shell = [&](const std::string& command) {
    return std::system(("cd " + folder.path() + " && PATH=" + folder.path("bin") + ":$PATH && " +
                        command + " > log 2>&1")
                           .c_str());
  };
  for (int part = 1; part <= 16; ++part)
    CHECK(shell("SLURM_ARRAY_TASK_ID=" + std::to_string(part) + " sh " + scripts +
                "/job-array.sh") == 0);
  CHECK(shell("sh " + scripts + "/merge.sh") == 0);
  CHECK(read_file(folder.path("log")).find("60 of 60 runs are stored already") !=
        std::string::npos);
  CHECK(std::filesystem::exists(folder.path("campaign/whole/compare.csv")));
}

TEST_CASE("seeds are added until intervals are narrow, the same whoever is faster", "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("draws.json", draws(kSweep));
  const auto run = [&](const std::string& out, const Arguments& more) {
    Arguments arguments = run_of(file, folder.path(out), "1..2", {"--until-ci", "makespan_ns<3%"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = run_fencelab(arguments);
    INFO(outcome.err);
    CHECK(outcome.exit_code == 0);
    return outcome;
  };
  CHECK(says(run("one", {}), " more runs for seeds of points whose intervals are too wide\n"));
  run("two", {"-j", "3"});
  CHECK(content_of(folder.path("one")) == content_of(folder.path("two")));
  CHECK(read_file(folder.path("one/compare.csv")) == read_file(folder.path("two/compare.csv")));
  // Every interval is narrow, all stacks of a point have its seeds, points have as many as they
  // need.
  const std::string rows =
      query(folder.path("one/results.sqlite"),
            "SELECT point, stack, count(*), avg(value), sum(value * value) FROM metrics "
            "WHERE metric = 'makespan_ns' GROUP BY point, stack");
  std::istringstream lines(rows);
  std::map<std::string, std::set<std::string>> seeds;
  std::set<std::string> all;
  for (std::string line; std::getline(lines, line);) {
    std::replace(line.begin(), line.end(), '|', '\t');
    std::istringstream cells(line);
    std::string point, stack, count, mean, squares;
    for (std::string* const cell : {&point, &stack, &count, &mean, &squares})
      std::getline(cells, *cell, '\t');
    const double n = std::stod(count), average = std::stod(mean);
    const double variance = (std::stod(squares) - n * average * average) / (n - 1);
    // Student's t at 97.5 % is 2.78 with 5 values and less with more, above 1.96.
    INFO(line);
    CHECK(n >= 5);
    CHECK(1.96 * std::sqrt(variance / n) <= 0.03 * average);
    seeds[point].insert(count);
    all.insert(count);
  }
  CHECK(seeds.size() == 5);
  for (const auto& [point, counts] : seeds) CHECK(counts.size() == 1);
  CHECK(all.size() > 1);
  // Stored ones are not made again, and a bound on seeds is said.
  CHECK_FALSE(says(run("one", {}), "/"));
  const Outcome most = run_fencelab(run_of(
      file, folder.path("most"), "1..2", {"--until-ci", "makespan_ns<0.01%", "--max-seeds", "6"}));
  CHECK(most.exit_code == 0);
  CHECK(says(most, "an interval is still too wide with 6 seeds"));
  CHECK(query(folder.path("most/results.sqlite"), "SELECT max(seed) FROM runs") == "6\n");
  for (const char* const bad :
       {"makespan<5%", "makespan_ns<5", "makespan_ns<0%", "makespan_ns", "<5%", "fingerprint<5%"})
    CHECK(run_fencelab(run_of(file, folder.path("bad"), "1", {"--until-ci", bad})).exit_code ==
          kBadInput);
}
