// Links share their bandwidth fairly, and only among the transfers that are on them. The
// predictions are those of processor sharing, worked out by hand or by the exact reference below.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <utility>
#include <vector>

#include "core/probe.hpp"
#include "tests/models/platform/rig.hpp"

namespace fencelab::models::platform::test {

TEST_CASE("a copy that has a link to itself takes bytes over bandwidth", "[platform]") {
  CHECK(log_of(one_link(), [](Rig& rig) { rig.spawn("a", copy(rig, "a", 0, kMegabyte)); }) ==
        "a 1000000 1000000\n");
}

TEST_CASE("two equal copies over one link each take twice as long", "[platform]") {
  CHECK(log_of(one_link(), [](Rig& rig) {
          rig.spawn("a", copy(rig, "a", 0, kMegabyte));
          rig.spawn("b", copy(rig, "b", 0, kMegabyte));
        }) == "a 2000000 2000000\nb 2000000 2000000\n");
}

TEST_CASE("a large copy speeds up when the small one it shared with is over", "[platform]") {
  // Half speed until the small one's 1 MB is over at 2 ms; the other 2 MB of the large one alone.
  CHECK(log_of(one_link(), [](Rig& rig) {
          rig.spawn("large", copy(rig, "large", 0, 3 * kMegabyte));
          rig.spawn("small", copy(rig, "small", 0, kMegabyte));
        }) == "small 2000000 2000000\nlarge 4000000 4000000\n");
}

TEST_CASE("a copy slows down when another one begins in its middle", "[platform]") {
  // Alone for 1 ms, shared until b's 1 MB is over at 3 ms, then a's last 2 MB alone.
  CHECK(log_of(one_link(), [](Rig& rig) {
          rig.spawn("a", copy(rig, "a", 0, 4 * kMegabyte));
          rig.spawn("b", copy(rig, "b", 0, kMegabyte, 1ms));
        }) == "b 3000000 2000000\na 5000000 5000000\n");
}

TEST_CASE("copies over different links do not disturb each other", "[platform]") {
  const HardwareDescription hardware{
      .links = {{"h2d", kGigabytePerSecond, 0ns}, {"d2h", 4 * kGigabytePerSecond, 0ns}}};
  CHECK(log_of(hardware, [](Rig& rig) {
          rig.spawn("a", copy(rig, "a", 0, kMegabyte));
          rig.spawn("b", copy(rig, "b", 1, kMegabyte));
        }) == "b 250000 250000\na 1000000 1000000\n");
}

TEST_CASE("each transfer pays the latency first, without taking a share", "[platform]") {
  // a is alone for 10 us while b, which begins at 5 us, still pays its 10 us; both share from 15
  // us. a has 95000 bytes left then: until 205 us; b's last 5000 bytes alone: until 210 us.
  const HardwareDescription hardware{.links = {{"pcie0", kGigabytePerSecond, 10us}}};
  CHECK(log_of(hardware, [](Rig& rig) {
          rig.spawn("a", copy(rig, "a", 0, 100'000));
          rig.spawn("b", copy(rig, "b", 0, 100'000, 5us));
        }) == "a 205000 205000\nb 210000 205000\n");
}

TEST_CASE("a latency of one nanosecond is one nanosecond", "[platform]") {
  const HardwareDescription hardware{.links = {{"noc", kGigabytePerSecond, 1ns}}};
  CHECK(log_of(hardware, [](Rig& rig) { rig.spawn("a", copy(rig, "a", 0, 1000)); }) ==
        "a 1001 1001\n");
}

TEST_CASE("no bytes take the latency and need no engine", "[platform]") {
  const HardwareDescription hardware{.links = {{"pcie0", kGigabytePerSecond, 700ns}}};
  Rig rig(hardware);
  rig.spawn("a", copy(rig, "a", 0, 0));
  rig.run();
  CHECK(rig.log == "a 700 700\n");
  CHECK_FALSE(rig.hardware.engine_created());

  Rig without_latency(one_link());
  without_latency.spawn("a", copy(without_latency, "a", 0, 0));
  without_latency.run();
  CHECK(without_latency.log == "a 0 0\n");
}

TEST_CASE("transfers shorter than a nanosecond add up", "[platform]") {
  // 6400 transfers of one byte at 64 GB/s, one after the other: 100 ns in all.
  const HardwareDescription hardware{.links = {{"hbm", 64 * kGigabytePerSecond, 0ns}}};
  const auto body = [](Rig& rig) -> Task<void> {
    for (int i = 0; i < 6400; ++i) (void)co_await rig.hardware.transfer(0, 1);
    rig.note("all", 0ns);
  };
  CHECK(log_of(hardware, [&](Rig& rig) { rig.spawn("a", body(rig)); }) == "all 100 0\n");
}

TEST_CASE("a transfer of decades ends at its time", "[platform]") {
  // 2^60 bytes at 1 GB/s: 36 years. A double of seconds is good to a quarter of a microsecond then.
  const std::string log = log_of(one_link(), [](Rig& rig) {
    rig.spawn("a", copy(rig, "a", 0, std::uint64_t{1} << 60));
    rig.spawn("b", copy(rig, "b", 0, kMegabyte));
  });
  long long ended = 0;
  REQUIRE(std::sscanf(log.c_str(), "b 2000000 2000000\na %lld", &ended) == 1);
  CHECK(std::llabs(ended - ((1LL << 60) + 1'000'000)) < 1000);
}

namespace {

/// splitmix64: numbers with nothing regular about them.
struct Draws {
  std::uint64_t state;
  std::uint64_t operator()() {
    std::uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
};

}  // namespace

TEST_CASE("no transfer is lost where SimGrid's clock is coarser than its precision", "[platform]") {
  // Sixty links, busy for nanoseconds to decades, each ending at a date that a double rounds in its
  // own way. With SimGrid's precision left alone 22 of these transfers never end.
  Draws draw{122};
  HardwareDescription hardware;
  for (int i = 0; i < 60; ++i)
    hardware.links.push_back({"link", kGigabytePerSecond + draw() % kGigabytePerSecond, 0ns});
  const auto set_up = [&](Rig& rig) {
    for (std::size_t i = 0; i < 60; ++i) {
      const std::uint64_t bytes = draw() >> (4 + i % 24);
      rig.spawn("p", copy(rig, "p", i, bytes, Duration(draw() % 1'000'000'007)));
    }
  };
  const std::string log = log_of(hardware, set_up);
  CHECK(std::count(log.begin(), log.end(), '\n') == 60);
}

TEST_CASE("transfers that end less than a nanosecond apart are not lumped together", "[platform]") {
  // At 1000.0 and 1000.9 ns. SimGrid would end both at the first date if its precision were 1 ns.
  const HardwareDescription hardware{
      .links = {{"slow", kGigabytePerSecond, 0ns}, {"fast", 10 * kGigabytePerSecond, 0ns}}};
  CHECK(log_of(hardware, [](Rig& rig) {
          rig.spawn("a", copy(rig, "a", 0, 1000));
          rig.spawn("b", copy(rig, "b", 1, 10'009));
        }) == "a 1000 1000\nb 1001 1001\n");
}

TEST_CASE("a link may be faster than any window of TCP would allow", "[platform]") {
  const HardwareDescription hardware{.links = {{"hbm", 8000 * kGigabytePerSecond, 0ns}}};
  const auto set_up = [](Rig& rig) { rig.spawn("a", copy(rig, "a", 0, 8000 * kMegabyte)); };
  CHECK(log_of(hardware, set_up) == "a 1000000 1000000\n");
}

TEST_CASE("a transfer that outlasts simulated time just never ends", "[platform]") {
  const HardwareDescription hardware{.links = {{"morse", 1, 0ns}}};
  CHECK(in_child([&] {
          Rig rig(hardware);
          core::Process& a = rig.spawn("a", copy(rig, "a", 0, ~std::uint64_t{0}));
          rig.spawn("t", tick(rig, "t", 1s, 1));
          rig.run();
          return rig.log + (a.state == core::ProcessState::blocked ? "a waits" : "a does not wait");
        }) == "t 1000000000 0\na waits");
}

TEST_CASE("requests of one instant that end at one instant end in the order they were made",
          "[platform]") {
  std::string expected;
  for (int i = 0; i < 50; ++i) expected += fmt::format("p{} 50000 50000\n", i);
  const auto set_up = [](Rig& rig) {
    for (int i = 0; i < 50; ++i) rig.spawn("p", copy(rig, fmt::format("p{}", i), 0, 1000));
  };
  CHECK(log_of(one_link(), set_up) == expected);
}

TEST_CASE("reads and writes share the disk, and no activity elsewhere disturbs them",
          "[platform]") {
  // SimGrid 3.32's own disk model rounds progress to whole bytes at each step of its clock: with a
  // step per 3 ns, at 100 MB/s, nothing would be read at all.
  HardwareDescription hardware = one_link();
  hardware.disk_bytes_per_second = 100'000'000;
  const auto chatter = [](Rig& rig) -> Task<void> {
    for (int i = 0; i < 1000; ++i) (void)co_await rig.hardware.transfer(0, 3);
  };
  CHECK(log_of(hardware, [&](Rig& rig) {
          rig.spawn("r", access_disk(rig, "read", 1000, false));
          rig.spawn("w", access_disk(rig, "write", 2000, true));
          rig.spawn("c", chatter(rig));
        }) == "read 20000 20000\nwrite 30000 30000\n");
}

namespace {

struct Moved : core::ProbeSink {
  std::string log;
  void on_event(const core::ProbeEvent& event) override {
    log += fmt::format("{} {} {};", raw(event.object), event.a, event.b);
  }
};

}  // namespace

TEST_CASE("what was moved is published and added up per link", "[platform]") {
  HardwareDescription hardware = one_link();
  hardware.links.push_back({"pcie1", kGigabytePerSecond, 0ns});
  hardware.disk_bytes_per_second = kGigabytePerSecond;
  CHECK(in_child([&] {
          Rig rig(hardware);
          Moved moved;
          rig.simulation.probe().subscribe(moved, core::Probe::bit(core::ProbeKind::bytes_moved));
          rig.spawn("a", copy(rig, "a", 1, 500));
          rig.spawn("b", copy(rig, "b", 1, 500));
          rig.spawn("d", access_disk(rig, "d", 2000, true));
          rig.run();
          const SharedHardware& done = rig.hardware;
          return moved.log + fmt::format(" ids {} {} {}, bytes {} {} {}", raw(done.link_id(0)),
                                         raw(done.link_id(1)), raw(done.disk_id()),
                                         done.link_bytes_moved(0), done.link_bytes_moved(1),
                                         done.disk_bytes_moved());
        }) == "2 500 1000;2 500 1000;3 2000 2000; ids 1 2 3, bytes 0 1000 2000");
}

namespace {

struct Job {
  long double start;
  long double left;
  long double end = -1;
};

/// Processor sharing of one link at one byte per nanosecond, event by event.
void share_exactly(std::vector<Job>& jobs) {
  long double now = 0;
  for (;;) {
    std::vector<Job*> active;
    long double next = -1;
    for (Job& job : jobs) {
      if (job.end >= 0) continue;
      if (job.start <= now)
        active.push_back(&job);
      else if (next < 0 || job.start < next)
        next = job.start;
    }
    if (active.empty() && next < 0) return;
    for (const Job* job : active) {
      const long double end = now + job->left * static_cast<long double>(active.size());
      if (next < 0 || end < next) next = end;
    }
    for (Job* job : active) {
      job->left -= (next - now) / static_cast<long double>(active.size());
      if (job->left <= 1e-9L) job->end = next;
    }
    now = next;
  }
}

}  // namespace

TEST_CASE("thirty copies of many sizes end at the nearest nanosecond to exact sharing",
          "[platform]") {
  std::vector<Job> jobs;
  jobs.reserve(30);
  for (std::uint64_t i = 0; i < 30; ++i)
    jobs.push_back({static_cast<long double>(i * i * 977 % 40'000),
                    static_cast<long double>(1 + i * 7919 % 10'007)});
  std::vector<std::pair<std::uint64_t, std::int64_t>> wanted;
  wanted.reserve(jobs.size());
  for (const Job& job : jobs)
    wanted.emplace_back(static_cast<std::uint64_t>(job.left), static_cast<std::int64_t>(job.start));
  const std::string log = log_of(one_link(), [&](Rig& rig) {
    for (std::size_t i = 0; i < wanted.size(); ++i)
      rig.spawn("p",
                copy(rig, fmt::format("{}", i), 0, wanted[i].first, Duration(wanted[i].second)));
  });
  share_exactly(jobs);
  std::istringstream lines(log);
  std::size_t job = 0, seen = 0;
  long double end = 0, took = 0;
  while (lines >> job >> end >> took) {
    ++seen;
    INFO("job " << job << " ended at " << end << ", should at " << jobs[job].end);
    CHECK(std::fabs(end - jobs[job].end) <= 0.51L);
    CHECK(took == end - jobs[job].start);
  }
  CHECK(seen == jobs.size());
}

}  // namespace fencelab::models::platform::test
