// Deadlocks of spinlocks around fences, as scripts: the simulator's fences have no locks of their
// own.
#include <catch2/catch.hpp>

#include "tests/analysis/lockdep/script.hpp"

using namespace fencelab::analysis;
using namespace fencelab::analysis::test;

namespace {

using Rules = std::set<std::string>;

// Classes are first letters: x is the entity's xa_lock, f a fence's lock, a that of an array.
Rules reported(const std::vector<std::string>& scripts) {
  return rules(in_processes(scripts).reports);
}

}  // namespace

TEST_CASE("An entity's lock held with interrupts on, and taken by a fence callback in one [D15]") {
  CHECK(reported({"m:x -m:x", "!m:f m:x -m:x -m:f"}).contains("irq-lock-state"));
  CHECK(reported({"i m:x -m:x -i", "!m:f m:x -m:x -m:f"}).empty());
}

TEST_CASE("A callback on a signalling fence that adds one to another fence [D16]") {
  CHECK(reported({"m:f1 m:f2 -m:f2 -m:f1"}) == Rules{"lock-recursion"});
}

TEST_CASE(
    "An array that is signaled under its member's lock, and looks at members under its own [D17]") {
  CHECK(reported({"m:f m:a -m:a -m:f", "m:a m:f -m:f -m:a"}) == Rules{"lock-order"});
}
