// What a person sees who waits for a campaign.
#include "cli/progress.hpp"

#include <pty.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "tests/cli/program.hpp"

using namespace fencelab;
using namespace fencelab::testing;
using namespace std::chrono_literals;

TEST_CASE("waits are told in units that people wait in", "[cli]") {
  CHECK(cli::waiting_time(250ms) == "0.2 s");
  CHECK(cli::waiting_time(44s) == "44 s");
  CHECK(cli::waiting_time(240s) == "4 min");
  CHECK(cli::waiting_time(3h + 30min) == "3.5 h");
}

TEST_CASE("the pace says how fast it goes and how long it takes", "[cli]") {
  CHECK(cli::pace(0, 10, 1s).empty());
  CHECK(cli::pace(5, 10, 1s) == "5.0/s, 1.0 s left");
  CHECK(cli::pace(400, 1000, 10s) == "40/s, 15 s left");
  CHECK(cli::pace(10, 10, 2s) == "5.0/s");
}

TEST_CASE("on a terminal one line tells of the work, and of a long run how far it has got",
          "[cli]") {
  const TemporaryFolder folder;
  const std::string file = folder.file("endless.json", R"json({
    "format": 1, "name": "endless", "horizon": "1000000 s",
    "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
    "processes": [{"name": "ticker", "threads": [{"name": "main", "program": [
      {"loop": {"body": [{"think": "1 us"}]}}]}]}],
    "stacks": ["linux-implicit"]
  })json");
  winsize size{};
  size.ws_col = 200;
  size.ws_row = 24;
  int terminal = -1;
  const pid_t program = ::forkpty(&terminal, nullptr, nullptr, &size);
  REQUIRE(program >= 0);
  if (program == 0) {
    ::execl(FENCELAB_PROGRAM, FENCELAB_PROGRAM, "run", file.c_str(), "--seeds", "7", "--run-time",
            "8 s", "--out", folder.path("out").c_str(), nullptr);
    ::_exit(127);
  }
  std::string seen;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(terminal, buffer, sizeof buffer)) > 0;)
    seen.append(buffer, static_cast<std::size_t>(got));
  ::waitpid(program, nullptr, 0);
  ::close(terminal);
  INFO(seen);
  const auto has = [&](const char* words) { return seen.find(words) != std::string::npos; };
  CHECK(has("\r\033[K0/1 runs, 0 failed; now endless under linux-implicit (seed 7) for "));
  CHECK(has(" M events/s, "));
  CHECK(has(" pending, 1 live processes"));
  CHECK(has("\r\033[K1/1 runs, 1 failed, 0.1/s; slowest 8"));
}
