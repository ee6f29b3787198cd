// What every proof rests on, tried by sampling; and the tests of that test.
#include "analysis/explore/paranoid.hpp"

#include <catch2/catch.hpp>

#include "tests/analysis/explore/random_programs.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::testing;

namespace {

std::string first_violation(const ParanoidReport& report) {
  return report.ok() ? "none" : report.violations.front();
}

constexpr ParanoidLimits kSmall{.walks = 6, .states = 4, .pairs = 6, .continuation = 60};

}  // namespace

TEST_CASE("Random programs pass the paranoid check") {
  std::uint64_t diamonds = 0, matches = 0;
  for (std::uint64_t seed = 1; seed <= tests::sample(1500); ++seed) {
    LitmusSubject subject(ProgramGenerator(seed).program(), 3);
    const ParanoidReport report = check_paranoid(subject, {}, kSmall);
    INFO("seed " << seed << ": " << first_violation(report));
    CHECK(report.ok());
    diamonds += report.diamonds;
    matches += report.hash_matches;
  }
  CHECK(diamonds > tests::sample(10'000));
  CHECK(matches > tests::sample(1'000));
}

// Few of the programs above have them.
TEST_CASE("Random ww transactions pass the paranoid check") {
  std::uint64_t diamonds = 0;
  for (std::uint64_t seed = 1; seed <= tests::sample(500); ++seed)
    for (const bool signals : {false, true}) {
      LitmusSubject subject(ProgramGenerator(seed).transactions(signals), 3);
      const ParanoidReport report = check_paranoid(subject, {}, kSmall);
      INFO("seed " << seed << ": " << first_violation(report));
      CHECK(report.ok());
      diamonds += report.diamonds;
    }
  CHECK(diamonds > tests::sample(4'000));
}

// ---------------------------------------------------------------- what it must catch

namespace {

using core::Task;

constexpr ParanoidLimits kThorough{.walks = 30, .states = 6, .pairs = 6, .continuation = 60};

/// Processes that each take a step, then do `body`.
CodeSubject subject_of(std::size_t processes,
                       std::function<Task<>(LitmusWorld&, std::size_t)> body) {
  return CodeSubject([processes, body](LitmusWorld& world) {
    for (std::size_t p = 0; p < processes; ++p)
      world.sim.spawn({"p" + std::to_string(p)}, body(world, p));
  });
}

bool mentions(const ParanoidReport& report, const std::string& text) {
  for (const std::string& violation : report.violations)
    if (violation.find(text) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("A variable that bypasses the footprints is caught") {
  auto shared = std::make_shared<int>(0);
  CodeSubject subject([shared](LitmusWorld& world) {
    *shared = 0;
    const auto body = [](LitmusWorld& w, int& value) -> Task<> {
      co_await core::point(w.sim);
      const int before = value;  // everybody reads and writes it, and says nothing
      value = before + 1;
      co_await core::point(w.sim);
      if (before == 0) w.fence(0).signal();
    };
    for (int p = 0; p < 3; ++p) world.sim.spawn({"p" + std::to_string(p)}, body(world, *shared));
  });
  const ParanoidReport report = check_paranoid(subject, {}, kThorough);
  INFO(first_violation(report));
  CHECK(mentions(report, "count as independent but do not commute"));
  CHECK(mentions(report, "signal"));  // the first thing that differs
}

TEST_CASE("State that outlives an execution is caught") {
  auto lives = std::make_shared<int>(0);
  CodeSubject subject([lives](LitmusWorld& world) {
    const bool odd = ++*lives % 2 != 0;
    const auto body = [](LitmusWorld& w, bool signals) -> Task<> {
      co_await core::point(w.sim);
      if (signals) w.fence(0).signal();
    };
    world.sim.spawn({"p"}, body(world, odd));
  });
  const ParanoidReport report = check_paranoid(subject, {}, kThorough);
  INFO(first_violation(report));
  CHECK(mentions(report, "not repeatable"));
}

TEST_CASE("A promise to depend on a tag only that is not kept is caught") {
  const auto run = [](bool honest) {
    CodeSubject subject = subject_of(2, [honest](LitmusWorld& world, std::size_t p) -> Task<> {
      int rounds = 0;
      while (p == 0 && rounds < 4) {
        world.sim.forget(honest ? static_cast<std::uint64_t>(rounds) : 0);
        co_await core::point(world.sim);
        world.variable(0).write() = 7;
        ++rounds;
      }
      co_await core::point(world.sim);
      if (p == 0) world.fence(0).signal();
    });
    return check_paranoid(subject, {}, kThorough);
  };
  CHECK(run(true).ok());
  const ParanoidReport report = run(false);
  INFO(first_violation(report));
  CHECK(mentions(report, "states of equal key"));
}

TEST_CASE("Threads that share a cell and say so pass") {
  CodeSubject subject = subject_of(3, [](LitmusWorld& world, std::size_t p) -> Task<> {
    co_await core::point(world.sim);
    const std::uint64_t before = world.variable(0).read();
    world.variable(0).write() = before + p;
    co_await core::point(world.sim);
    if (before == 1) world.fence(0).signal();
  });
  const ParanoidReport report = check_paranoid(subject, {}, kThorough);
  INFO(first_violation(report));
  CHECK(report.ok());
  CHECK(report.diamonds > 100);
}
