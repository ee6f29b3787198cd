// The fair order of a run queue, against sums done by hand. That it gives what was published for
// whole client mixes is seen in scenarios/library/scheduling.
#include "models/gpu/fair_order.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using fencelab::models::FairOrder;
using fencelab::models::FairShare;
using fencelab::models::JobTimeAverage;
using fencelab::models::SchedLevel;

TEST_CASE("The average of job times takes the first as it is, and of each later one a quarter") {
  JobTimeAverage average;
  CHECK(average.microseconds() == 0);
  average.add(100us);
  CHECK(average.microseconds() == 100);
  average.add(200us);
  CHECK(average.microseconds() == 125);
  average.add(1us);
  CHECK(average.microseconds() == 94);
}

TEST_CASE("Time on the GPU counts by priority, once the next job is taken") {
  for (const auto& [level, factor] :
       {std::pair(SchedLevel::kernel, 2), std::pair(SchedLevel::high, 4),
        std::pair(SchedLevel::normal, 16), std::pair(SchedLevel::low, 128)}) {
    FairOrder order;
    FairShare share;
    order.join(share, level);
    CHECK(share.virtual_time() == 0ns);
    order.ran(share, 3us);
    CHECK(share.virtual_time() == 0ns);
    order.taken(share, level);
    CHECK(share.virtual_time() == 3us * factor);
    order.taken(share, level);  // nothing ran since
    CHECK(share.virtual_time() == 3us * factor);
  }
}

TEST_CASE("Who comes back is as far behind the first as when it left") {
  FairOrder order;
  FairShare stays, leaves;
  order.join(stays, SchedLevel::normal);
  order.join(leaves, SchedLevel::normal);
  order.ran(stays, 1us);
  order.taken(stays, SchedLevel::normal);
  order.ran(leaves, 2us);
  order.taken(leaves, SchedLevel::normal);
  const auto behind = leaves.virtual_time() - stays.virtual_time();
  CHECK(behind > 15us);
  order.leave(leaves);
  order.ran(stays, 1s);  // its absence is not made up for
  order.taken(stays, SchedLevel::normal);
  order.join(leaves, SchedLevel::normal);
  CHECK(leaves.virtual_time() == stays.virtual_time() + behind);
}

TEST_CASE("Who left from the head of the queue comes back by its priority, and by its jobs") {
  FairOrder order;
  FairShare first, high, low, shorter, longer;
  order.join(first, SchedLevel::normal);
  order.ran(first, 10us);
  order.taken(first, SchedLevel::normal);
  const auto at = first.virtual_time();
  order.join(high, SchedLevel::high);
  CHECK(high.virtual_time() == at - 1ns);
  order.leave(high);
  order.join(low, SchedLevel::low);
  CHECK(low.virtual_time() == at + 128 * 11us);  // 1 us, and the average of all
  order.leave(low);
  order.ran(longer, 30us);
  order.join(longer, SchedLevel::normal);
  CHECK(longer.virtual_time() == at + 1ns);
  order.join(shorter, SchedLevel::normal);
  CHECK(shorter.virtual_time() == at - 1ns);
}
