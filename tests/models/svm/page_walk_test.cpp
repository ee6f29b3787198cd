// The order of touches, and when they are due.
#include "models/svm/page_walk.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <set>

#include "core/simulation.hpp"
#include "models/memory/buffer.hpp"

using namespace fencelab;
using namespace fencelab::models;
using namespace std::chrono_literals;

namespace {

/// A buffer of 1024 pages.
struct Rig {
  core::Simulation simulation;
  Buffer buffer{simulation, 0, Buffer::Spec{"b", 1024 * kPageBytes}};
  ManagedRange range{simulation, buffer, 0};

  PageWalk walk(PagePattern pattern, core::Duration duration = 1ms) {
    return PageWalk(simulation.random(), {{&range, {0, 1024}, pattern, {1, 2, 3}}}, duration);
  }
  /// First pages of all touches, in order.
  static std::vector<std::uint32_t> all(PageWalk walk) {
    std::vector<std::uint32_t> pages;
    for (; !walk.over(); walk.pass())
      for (const auto& touch : walk.touches())
        for (std::uint32_t i = 0; i < touch.run.count; ++i) pages.push_back(touch.run.first + i);
    return pages;
  }
};

}  // namespace

TEST_CASE("Sequential touches are runs, and begin anew at the end") {
  Rig rig;
  const auto pages = Rig::all(rig.walk({.touches = 1030, .in_flight = 100}));
  REQUIRE(pages.size() == 1030);
  CHECK(pages[1023] == 1023);
  CHECK(pages[1024] == 0);
  PageWalk walk = rig.walk({.in_flight = 256});
  CHECK(walk.touches().size() == 1);
  CHECK(walk.touches().front().run.count == 256);
}

TEST_CASE("Windows are spread over the time of the job") {
  Rig rig;
  PageWalk walk = rig.walk({.in_flight = 256}, 4ms);
  CHECK(walk.next_at() == 0ns);
  walk.pass();
  CHECK(walk.next_at() == 1ms);
  walk.over_the_link = 5us;  // what was slower before moves all that comes
  CHECK(walk.next_at() == 1ms + 5us);
}

TEST_CASE("Strided touches go column after column, and reach every page once") {
  Rig rig;
  const auto pages =
      Rig::all(rig.walk({.kind = PagePattern::Kind::strided, .stride = 16 * kPageBytes}));
  REQUIRE(pages.size() == 1024);
  CHECK(pages[1] == 16);
  CHECK(pages[64] == 1);
  CHECK(std::set<std::uint32_t>(pages.begin(), pages.end()).size() == 1024);
}

TEST_CASE("Random touches are the same for equal keys, whatever is in flight") {
  Rig rig;
  const PagePattern few{.kind = PagePattern::Kind::random, .touches = 500, .in_flight = 7};
  PagePattern many = few;
  many.in_flight = 100;
  const auto pages = Rig::all(rig.walk(few));
  CHECK(pages == Rig::all(rig.walk(many)));
  CHECK(std::set<std::uint32_t>(pages.begin(), pages.end()).size() > 350);
}
