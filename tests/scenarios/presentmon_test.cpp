// Frame-time logs: versions of one recording say the same, and what cannot be read has its line.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "scenarios/loader.hpp"
#include "scenarios/presentmon/csv.hpp"
#include "scenarios/presentmon/importer.hpp"

using namespace fencelab::scenarios;

namespace {

presentmon::FrameLog log_of(const std::string& name) {
  std::ifstream file(FENCELAB_SOURCE_DIR "/tests/data/presentmon/" + name, std::ios::binary);
  auto log = presentmon::read_frame_log(file, name);
  REQUIRE(log.ok());
  return std::move(log).value();
}

const presentmon::Chain& chain_of(const presentmon::FrameLog& log, const std::string& process) {
  const auto chain = std::find_if(log.chains.begin(), log.chains.end(), [&](const auto& candidate) {
    return candidate.process_id == process;
  });
  REQUIRE(chain != log.chains.end());
  return *chain;
}

Diagnostic refusal_of(const std::string& text) {
  std::istringstream input(text);
  const auto log = presentmon::read_frame_log(input, "log.csv");
  REQUIRE_FALSE(log.ok());
  return log.diagnostics().front();
}

const std::string kHeader = "Application,ProcessID,SwapChainAddress,CPUBusy,GPUBusy\n";

}  // namespace

TEST_CASE("PresentMon 1 and 2 tell the same times of one recording") {
  const auto one = log_of("test_case_4_v1.csv"), two = log_of("test_case_4_v2.csv");
  const auto& old = chain_of(one, "10376");
  const auto& now = chain_of(two, "10376");
  REQUIRE(old.cpu_ns.size() > 100);
  // The logs begin with different frames: the newer one tells the first from events before.
  const auto begin = std::search(now.gpu_ns.begin(), now.gpu_ns.end(), old.gpu_ns.begin(),
                                 old.gpu_ns.begin() + 20);
  REQUIRE(begin != now.gpu_ns.end());
  const auto shift = static_cast<std::size_t>(begin - now.gpu_ns.begin());
  for (std::size_t i = 0; i + shift < now.cpu_ns.size() && i < old.cpu_ns.size(); ++i) {
    INFO(i);
    CHECK(std::abs(old.cpu_ns[i] - now.cpu_ns[i + shift]) <= 1000);
    CHECK(old.gpu_ns[i] == now.gpu_ns[i + shift]);
  }
}

TEST_CASE("Logs without times of the GPU give them from when frames were rendered") {
  const auto log = log_of("farcry_newdawn.csv");
  REQUIRE(log.chains.size() == 1);
  const auto& chain = log.chains[0];
  CHECK(chain.frames == 299);
  CHECK(chain.cpu_ns.size() == 298);
  CHECK(chain.gpu_estimated);
  // 16.497 - 1.334 ms; both frames began when the application came back from Present()
  CHECK(chain.cpu_ns[0] == 15'163'000);
  CHECK(chain.gpu_ns[0] == 15'163'000 + 4'208'000 - (4'919'000 - 1'334'000));
  CHECK(chain.dropped == 0);
}

TEST_CASE("Comments of OCAT and frames that were not shown are understood") {
  const auto log = log_of("re2_rtx2080ti.csv");
  REQUIRE(log.chains.size() == 1);
  CHECK(log.chains[0].dropped > 100);
  CHECK(presentmon::refresh_period(log.chains[0].display_ns) == Approx(8'334'000).margin(20'000));
}

TEST_CASE("Every real log becomes a scenario that loads") {
  for (const char* const name :
       {"test_case_4_v1.csv", "test_case_4_v2.csv", "farcry_newdawn.csv", "re2_rtx2080ti.csv"}) {
    INFO(name);
    const auto imported = presentmon::import_frame_log(log_of(name), name, {"frames", ""});
    REQUIRE(imported.ok());
    const auto scenario = load_scenario(imported->scenario, "frames.json", {});
    INFO(format_diagnostics(scenario.diagnostics()));
    CHECK(scenario.ok());
    CHECK(scenario.diagnostics().empty());
  }
}

TEST_CASE("Quantiles keep the shortest, the longest and as many times between each two") {
  CHECK(presentmon::quantiles_of({3, 1, 2}, 5) == std::vector<std::int64_t>{1, 2, 3});
  std::vector<std::int64_t> times;
  for (int i = 0; i <= 1000; ++i) times.push_back(i * i);
  const auto quantiles = presentmon::quantiles_of(times, 4);
  CHECK(quantiles == std::vector<std::int64_t>{0, 62'500, 250'000, 562'500, 1'000'000});
}

TEST_CASE("An application is chosen by name") {
  const auto log = log_of("test_case_4_v2.csv");
  const auto game = presentmon::import_frame_log(log, "x.csv", {"frames", "Presenter.exe"});
  REQUIRE(game.ok());
  CHECK(game->scenario.find("Frames of Presenter.exe") != std::string::npos);
  const auto none = presentmon::import_frame_log(log, "x.csv", {"frames", "game.exe"});
  REQUIRE_FALSE(none.ok());
  CHECK(none.diagnostics().front().code == "unknown-application");
  CHECK(none.diagnostics().front().expected.find("\"dwm.exe\"") != std::string::npos);
}

TEST_CASE("What is no frame log is refused with its line") {
  CHECK(refusal_of("").code == "no-frames");
  CHECK(refusal_of(kHeader).code == "no-frames");
  CHECK(refusal_of("a,b\n1,2\n").code == "bad-header");
  CHECK(refusal_of(std::string(100'000, 'x')).code == "line-too-long");
  const Diagnostic row = refusal_of(kHeader + "a,1,0x1,1.5,2.5\na,1,0x1,1.5\n");
  CHECK(row.code == "bad-row");
  CHECK(row.line == 3);
  for (const char* const cell : {"fast", "1.5x", "inf", "nan", "1e300"}) {
    const Diagnostic bad = refusal_of(kHeader + "a,1,0x1," + cell + ",2.5\n");
    CHECK(bad.code == "bad-cell");
    CHECK(bad.line == 2);
  }
}

TEST_CASE("Too few frames, or frames that take no time, make no game loop") {
  for (const auto& [row, code] : {std::pair("a,1,0x1,NA,2.5\n", "too-few-frames"),
                                  std::pair("a,1,0x1,1.5,0\n", "no-times")}) {
    std::string text = kHeader;
    for (int i = 0; i < 20; ++i) text += row;
    std::istringstream input(text);
    const auto log = presentmon::read_frame_log(input, "log.csv");
    REQUIRE(log.ok());
    const auto imported = presentmon::import_frame_log(*log, "log.csv", {"frames", ""});
    REQUIRE_FALSE(imported.ok());
    CHECK(imported.diagnostics().front().code == code);
  }
}

TEST_CASE("Cells may be quoted") {
  CHECK(presentmon::split_cells("a,\"b,\"\"c\",,d\r") ==
        std::vector<std::string>{"a", "b,\"c", "", "d"});
}
