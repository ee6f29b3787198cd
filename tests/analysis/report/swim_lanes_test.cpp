// Swim lanes: a column per process, long runs of one process folded, and never too wide or too
// long.
#include "analysis/report/swim_lanes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "analysis/report/schedule_timeline.hpp"

using namespace fencelab::analysis;

namespace {

std::vector<TakenStep> steps_of(const std::string& process, std::size_t count) {
  std::vector<TakenStep> steps;
  for (std::size_t i = 1; i <= count; ++i)
    steps.push_back({process, fmt::format("op{}", i), "", "", ""});
  return steps;
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("each process has a column, with what it did in order", "[report]") {
  CHECK(render_swim_lanes({{"user0", "submit job0", "", "", ""},
                           {"gpu0", "start", "", "", "needs U0"},
                           {"user0", "choose", "B0", "", "no way out from here"},
                           {"gpu0", "wait U0", "", "", "blocked"}}) ==
        "#  user0        gpu0\n"
        "1  submit job0\n"
        "2               start    # needs U0\n"
        "3  choose = B0           # no way out from here\n"
        "4               wait U0  # blocked\n");
  CHECK(render_swim_lanes({}).empty());
}

TEST_CASE("places are added when they are asked for", "[report]") {
  CHECK(render_swim_lanes({{"p", "lock", "", "a.json:3", ""}, {"p", "wait", "", "a.json:4", "x"}},
                          {.places = true}) ==
        "#  p\n"
        "1  lock  (a.json:3)\n"
        "2  wait  # x  (a.json:4)\n");
}

TEST_CASE("a long run of plain steps of one process is one line", "[report]") {
  auto steps = steps_of("p", 7);
  steps.push_back({"q", "lock", "", "", ""});
  CHECK(render_swim_lanes(steps) ==
        "  #  p            q\n"
        "1-7  op1 ... op7        (7 steps)\n"
        "  8               lock\n");
  // Three in a row are shown, and so is whatever has a choice or a note.
  CHECK(lines(render_swim_lanes(steps_of("p", 3))) == 4);
  steps = steps_of("p", 7);
  steps[3].choice = "B0";
  CHECK(lines(render_swim_lanes(steps)) == 8);
  steps[3].choice.clear();
  steps[3].note = "blocked";
  CHECK(lines(render_swim_lanes(steps)) == 8);
}

TEST_CASE("a table is never longer or wider than asked, and says what is missing", "[report]") {
  std::vector<TakenStep> steps;
  for (std::size_t i = 0; i < 1000; ++i)
    steps.push_back({i % 2 ? "a" : "b", std::string(500, 'x'), "", "", ""});
  const std::string text = render_swim_lanes(steps, {.rows_max = 11, .lane_width_max = 12});
  CHECK(lines(text) == 12);
  CHECK(text.find("(990 rows left out)") != std::string::npos);
  CHECK(text.find("xxxxxxxxx...") != std::string::npos);
  CHECK(text.find("\n1000  ") != std::string::npos);
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
    CHECK(text.find('\n', at) - at <= 4 + 2 * (2 + 12));
}

TEST_CASE("processes beyond the last column share it, with their names", "[report]") {
  std::vector<TakenStep> steps;
  for (const char* const process : {"a", "b", "c", "d"})
    steps.push_back({process, "lock", "", "", ""});
  CHECK(render_swim_lanes(steps, {.lanes_max = 2}) ==
        "#  a     3 others\n"
        "1  lock\n"
        "2        b: lock\n"
        "3        c: lock\n"
        "4        d: lock\n");
}

TEST_CASE("names of any bytes cannot upset a terminal, and characters are not cut in two",
          "[report]") {
  const std::string text =
      render_swim_lanes({{"p\n", "\x1b[31mred", "", "", "\a"}, {"p\n", "ééééééééé", "", "", ""}},
                        {.lane_width_max = 8});
  CHECK(text ==
        "#  p?\n"
        "1  ?[31mred  # ?\n"
        "2  ééééé...\n");
}

TEST_CASE("a timeline has a track per process and an event per step", "[report]") {
  const auto json = schedule_timeline({{"a", "lock", "", "s.json:1", ""},
                                       {"b", "choose", "B0", "", "stuck"},
                                       {"a", "x", "", "", ""}},
                                      "t");
  const auto& events = json["traceEvents"];
  REQUIRE(events.size() == 6);
  CHECK(events[0]["args"]["name"] == "t");
  CHECK(events[1]["name"] == "thread_name");
  CHECK(events[2]["name"] == "lock");
  CHECK(events[2]["args"]["place"] == "s.json:1");
  CHECK(events[4]["args"]["choice"] == "B0");
  CHECK(events[4]["tid"] != events[2]["tid"]);
  CHECK(events[5]["tid"] == events[2]["tid"]);
  CHECK(events[5]["ts"] == 2000);
}
