// Rules of the report: the verdict line stands alone, the core comes first, what is behind it
// is folded. JSON keeps its order, DOT escapes names, a missing Graphviz is an error value.
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "analysis/deadlock/dot.hpp"
#include "analysis/deadlock/text.hpp"
#include "analysis/report/deadlock_json.hpp"
#include "analysis/report/deadlock_svg.hpp"
#include "tests/analysis/deadlock/examples.hpp"

namespace fencelab::test {
namespace {

using analysis::find_deadlocks;

std::string describe_place(std::uint32_t place) {
  return "clients.json:" + std::to_string(place) + ":5 /processes/0";
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("two opposite locks read as text", "[deadlock][golden]") {
  analysis::TextOptions options;
  options.describe_place = describe_place;
  CHECK(render_text(find_deadlocks(opposite_locks()), options) ==
        R"(DEADLOCK  at 10.000 ms: 2 members, 1 behind
 copy  waits  dma_resv bo2 [lock]  since 1.000 ms
       holds  dma_resv bo1 (by lock bo1)   provides  dma_resv bo1
       doing  submit copy  at clients.json:3:5 /processes/0
 draw  waits  dma_resv bo1 [lock]  since 0.001500 ms
       holds  dma_resv bo2 (at clients.json:7:5 /processes/0)   provides  dma_resv bo2
       doing  submit draw
cycle: copy -[dma_resv bo2]-> draw -[dma_resv bo1]-> copy
why no way out:
 copy needs dma_resv bo2: only draw could bring it, and waits for dma_resv bo1
 draw needs dma_resv bo1: only copy could bring it, and waits for dma_resv bo2
 no recovery timer applies
behind: 1 blocked: late (dma_resv bo1)
class: deadlock: lock dma_resv bo#
)");
}

TEST_CASE("a full pool reads as arithmetic, with the timer that masks it", "[deadlock][golden]") {
  CHECK(
      render_text(find_deadlocks(full_pool())) ==
      R"(DEADLOCK (masked by a recovery timer)  at 0.000 ms: 2 members, 0 behind
 user0      waits  1 of vram [memory]  since 0.000 ms
            holds  -   provides  value "u" >= 1 (now 0)
            doing  submit, reclaiming
 gfx job 1  waits  value "u" >= 1 (now 0) [value]  since 0.000 ms
            holds  -   provides  1 of vram
)"
      "cycle: user0 -[1 of vram, guarded by dma_fence gfx:1]-> gfx job 1 "
      "-[value \"u\" >= 1 (now 0)]-> user0\n"
      "why no way out:\n"
      " user0 needs 1 of vram: needs 1, free 0, reclaimable 1 (1 guarded by dma_fence gfx:1); "
      "only gfx job 1 could bring it, and waits for value \"u\" >= 1 (now 0)\n"
      R"( gfx job 1 needs value "u" >= 1 (now 0): only user0 could bring it, and waits for 1 of vram
masked: the timer of gfx job 1 fires at 2000.000 ms
class: deadlock: memory # of vram <- value value "u" >= # (now #)
)");
}

TEST_CASE("a deadlock of a thousand still fits a screen", "[deadlock]") {
  GraphMaker maker;
  for (int i = 0; i < 2000; ++i) maker.agent("p" + std::to_string(i));
  for (core::AgentIndex i = 0; i < 1000; ++i)
    maker.blocks(i, maker.end_of((i + 1) % 1000, "fence " + std::to_string(i)));
  for (core::AgentIndex i = 1000; i < 2000; ++i) maker.blocks(i, maker.end_of(0, "fence"));
  for (core::Agent& agent : maker.graph.agents) agent.operation = "something";
  const auto findings = find_deadlocks(maker.graph);
  CHECK(lines(render_text(findings)) <= 40);
  CHECK(lines(render_dot(maker.graph, findings, {.agents_max = 10})) < 50);
}

TEST_CASE("nothing to report is said in a line", "[deadlock]") {
  CHECK(lines(analysis::render_text(std::vector<analysis::Finding>{})) == 1);
}

TEST_CASE("two opposite locks draw as DOT with a red cycle", "[deadlock][golden]") {
  const auto graph = opposite_locks();
  CHECK(render_dot(graph, find_deadlocks(graph)) == R"(digraph G {
rankdir=LR;
node [fontname="sans-serif"];
0 [label="copy\nsubmit copy", shape=box, style=filled, fillcolor="#ffebee", color="#c62828", penwidth=2];
1 [label="draw\nsubmit draw", shape=box, style=filled, fillcolor="#ffebee", color="#c62828", penwidth=2];
2 [label="late", shape=box, color=gray50, fontcolor=gray30];
3 [label="dma_resv bo2", shape=plaintext, fontsize=10];
4 [label="dma_resv bo1", shape=plaintext, fontsize=10];
5 [label="dma_resv bo1\nall of 2", shape=plaintext, fontsize=10];
0->3  [color="#c62828", penwidth=2];
1->4  [color="#c62828", penwidth=2];
2->5 ;
3->1  [color="#c62828", penwidth=2];
4->0  [color="#c62828", penwidth=2];
5->0 ;
5->1 ;
}
)");
}

TEST_CASE("a full pool draws as DOT with the pool and the guard on the cycle",
          "[deadlock][golden]") {
  const auto graph = full_pool();
  CHECK(render_dot(graph, find_deadlocks(graph)) == R"DOT(digraph G {
rankdir=LR;
node [fontname="sans-serif"];
0 [label="user0\nsubmit, reclaiming", shape=box, style=filled, fillcolor="#ffebee", color="#c62828", penwidth=2];
1 [label="gfx job 1", shape=box, style=filled, fillcolor="#ffebee", color="#c62828", penwidth=2];
2 [label="1 of vram", shape=plaintext, fontsize=10];
3 [label="value \"u\" >= 1 (now 0)", shape=plaintext, fontsize=10];
4 [label="vram\nfree 0", shape=box3d];
5 [label="dma_fence gfx:1", shape=plaintext, fontsize=10];
0->2  [color="#c62828", penwidth=2];
1->3  [color="#c62828", penwidth=2];
2->4  [color="#c62828", penwidth=2];
3->0  [color="#c62828", penwidth=2];
4->5  [color="#c62828", penwidth=2];
5->1  [color="#c62828", penwidth=2];
}
)DOT");
}

TEST_CASE("names cannot break out of a DOT string", "[deadlock]") {
  CHECK(analysis::quote_dot("a\"];b\\\nc") == R"("a\"];b\\\nc")");
}

TEST_CASE("findings survive JSON, in a fixed order", "[deadlock]") {
  const auto findings = find_deadlocks(opposite_locks());
  const std::string text = analysis::deadlock_json(findings, describe_place).dump(2);
  CHECK(text == analysis::deadlock_json(find_deadlocks(opposite_locks()), describe_place).dump(2));
  const auto parsed = nlohmann::json::parse(text);
  const auto& finding = parsed.at("findings").at(0);
  CHECK(finding.at("kind") == "deadlock");
  CHECK(finding.at("at_ns") == 10'000'000);
  CHECK(finding.at("class") == "deadlock: lock dma_resv bo#");
  CHECK(finding.at("masked") == false);
  CHECK(finding.at("members").at(0).at("waits").at(0).at("providers") == nlohmann::json{"draw"});
  CHECK(finding.at("members").at(0).at("place") == "clients.json:3:5 /processes/0");
  CHECK_FALSE(finding.at("members").at(1).contains("place"));
  CHECK(finding.at("cycle").at(1).at("to") == "copy");
  CHECK(finding.at("behind").at(0).at("name") == "late");
}

TEST_CASE("JSON says which timer masks a deadlock", "[deadlock]") {
  const auto finding = analysis::deadlock_json(find_deadlocks(full_pool()).at(0));
  CHECK(finding.at("masked") == true);
  CHECK(finding.at("rescue").at("timer_of") == "gfx job 1");
  CHECK(finding.at("rescue").at("at_ns") == 2'000'000'000);
  CHECK(finding.at("cycle").at(0).at("guard") == "dma_fence gfx:1");
}

TEST_CASE("a drawing becomes SVG if Graphviz is installed", "[deadlock]") {
  const auto graph = full_pool();
  const auto result = analysis::render_svg(render_dot(graph, find_deadlocks(graph)));
  if (!result.ok()) {
    WARN(result.error);
    CHECK(result.svg.empty());
    return;
  }
  CHECK(result.svg.find("<svg") != std::string::npos);
  CHECK(result.svg.find("vram") != std::string::npos);
}

TEST_CASE("a missing or failing Graphviz is an error value", "[deadlock]") {
  const auto missing = analysis::render_svg("digraph G {}", "no-such-program-as-dot");
  CHECK_FALSE(missing.ok());
  CHECK(missing.error.find("install graphviz") != std::string::npos);
  CHECK_FALSE(missing.is_installed);
  const auto failing = analysis::render_svg("digraph G {}", "false");
  CHECK_FALSE(failing.ok());
}

TEST_CASE("times print in milliseconds with as many decimals as they need", "[deadlock]") {
  using namespace std::chrono_literals;
  CHECK(analysis::format_time(core::Time{12'345us}) == "12.345 ms");
  CHECK(analysis::format_time(core::Time{7ns}) == "0.000007 ms");
  CHECK(analysis::format_time(core::kNever) == "never");
}

}  // namespace fencelab::test
