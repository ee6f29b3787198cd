// Rows T78 to T95c: chains, arrays, unwrap (drivers/dma-buf/st-dma-fence-chain.c, -unwrap.c).
#include <algorithm>

#include "tests/conformance/rows.hpp"

using namespace fencelab::rows;

namespace {

/// A chain over fences that can signal in any order.
struct Chain {
  /// Node i has point (i + 1) * step.
  Chain(Rig& rig, std::size_t length, std::uint64_t step = 1) {
    FencePtr previous;
    for (std::size_t i = 0; i < length; ++i) {
      fences.push_back(
          make_intrusive<DmaFence>(rig.simulation, nullptr, new_fence_context(rig.simulation), 1));
      nodes.push_back(FenceChain::make(rig.simulation, previous, fences.back(), (i + 1) * step));
      previous = nodes.back();
    }
  }
  FencePtr tail() const { return nodes.back(); }
  std::vector<FencePtr> fences, nodes;
};

constexpr std::size_t kLength = 64, kLong = 4096;

/// The indices below `count`: in order, reversed, or shuffled.
std::vector<std::size_t> indices(std::size_t count, int order) {
  std::vector<std::size_t> all(count);
  for (std::size_t i = 0; i < count; ++i) all[i] = i;
  if (order == 1) std::reverse(all.begin(), all.end());
  const Random random(86);
  for (std::uint64_t i = 1; order == 2 && i < count; ++i)
    std::swap(
        all[i],
        all[static_cast<std::size_t>(random.uniform({1, 1, i}, 0, static_cast<std::int64_t>(i)))]);
  return all;
}

Task<int> wait_for(FencePtr fence) {
  co_await fence->wait();
  co_return 1;
}

}  // namespace

TEST_CASE("T78: looking for point 0 finds the node one starts from") {
  Rig rig;
  const Chain chain(rig, kLength);
  CHECK(find_point(chain.tail(), 0) == chain.tail());
}

TEST_CASE("T79: looking for a point finds its node") {
  Rig rig;
  const Chain chain(rig, kLength);
  for (std::size_t i = 0; i < kLength; ++i)
    CHECK(find_point(chain.tail(), i + 1) == chain.nodes[i]);
}

TEST_CASE("T80: a node knows its own point and those before it, not the next") {
  Rig rig;
  const Chain chain(rig, kLength);
  for (std::size_t i = 1; i < kLength; ++i) {
    CHECK(find_point(chain.nodes[i], i + 1) == chain.nodes[i]);
    CHECK(find_point(chain.nodes[i], i + 2) == std::nullopt);
    CHECK(find_point(chain.nodes[i], i) == chain.nodes[i - 1]);
  }
}

TEST_CASE("T81: a point that is done is found as nothing, or as its node") {
  Rig rig;
  const Chain chain(rig, 2);
  chain.fences[0]->signal();
  const auto found = find_point(chain.tail(), 1);
  REQUIRE(found);
  CHECK((!*found || *found == chain.nodes[0]));
}

TEST_CASE("T82: a node that is done in the middle is found as the earlier one that is pending") {
  Rig rig;
  const Chain chain(rig, 3);
  chain.fences[1]->signal();
  CHECK(find_point(chain.tail(), 2) == chain.nodes[0]);
}

TEST_CASE("T83: a point in a gap is found as the next higher one") {
  Rig rig;
  const Chain chain(rig, kLength, 2);
  for (std::size_t i = 0; i < kLength; ++i) {
    CHECK(find_point(chain.tail(), 2 * i + 1) == chain.nodes[i]);
    CHECK(find_point(chain.tail(), 2 * i + 2) == chain.nodes[i]);
  }
}

TEST_CASE("T84: nodes signal one by one with fences that signal in order") {
  Rig rig;
  const Chain chain(rig, kLength);
  for (std::size_t i = 0; i < kLength; ++i) {
    chain.fences[i]->signal();
    CHECK(chain.nodes[i]->is_signaled());
    if (i + 1 < kLength) CHECK_FALSE(chain.nodes[i + 1]->is_signaled());
  }
}

TEST_CASE("T85: no node signals before the first, however many later fences have") {
  Rig rig;
  const Chain chain(rig, kLength);
  for (std::size_t i = kLength; i-- > 1;) {
    chain.fences[i]->signal();
    CHECK_FALSE(chain.nodes[i]->is_signaled());
  }
  chain.fences[0]->signal();
  for (const FencePtr& node : chain.nodes) CHECK(node->is_signaled());
}

TEST_CASE("T86: who waits for the tail of a long chain is woken whatever the order of signals") {
  for (int order = 0; order < 3; ++order) {
    Rig rig;
    const Chain chain(rig, kLong);
    const auto signal_all = [](std::vector<FencePtr> fences, std::vector<std::size_t> in_order,
                               Simulation& simulation) -> Task<> {
      for (const std::size_t i : in_order) {
        co_await sleep_for(simulation, 1us);
        fences[i]->signal();
      }
    };
    rig.simulation.spawn({"signals"},
                         signal_all(chain.fences, indices(kLong, order), rig.simulation));
    CHECK(rig.run(wait_for(chain.tail())) == 1);
    CHECK(rig.simulation.now() == Time(std::chrono::microseconds(kLong)));
  }
}

TEST_CASE("T87: points are found while fences signal at random, and an exact node finds itself") {
  Rig rig;
  const Chain chain(rig, kLong);
  const Random random(87);
  for (std::uint64_t i = 0; i < kLong; ++i) {
    const auto pick = [&](std::uint64_t which) {
      return static_cast<std::size_t>(random.uniform({1, which, i}, 0, kLong - 2));
    };
    chain.fences[pick(1)]->signal();  // never that of the tail
    const std::uint64_t point = pick(2) + 1;
    const auto found = find_point(chain.tail(), point);
    REQUIRE(found);
    if (*found && (*found)->seqno() == point) CHECK(find_point(*found, point) == *found);
  }
}

TEST_CASE("T88: unwrapping an array gives its members") {
  Rig rig;
  const FencePtr f = rig.a.fence_at(1), g = rig.b.fence_at(1);
  CHECK(leaves_of(rig.array({f, g})) == std::vector{f, g});
}

TEST_CASE("T89: unwrapping a chain gives its fences, and those of an array in it") {
  Rig rig;
  const FencePtr f = rig.a.fence_at(1), g = rig.b.fence_at(1);
  const FencePtr first = FenceChain::make(rig.simulation, nullptr, f, 1);
  CHECK(leaves_of(FenceChain::make(rig.simulation, first, g, 2)) == std::vector{g, f});
  CHECK(leaves_of(FenceChain::make(rig.simulation, nullptr, rig.array({f, g}), 1)) ==
        std::vector{f, g});
}

TEST_CASE("T90: merging two fences gives a container with both") {
  Rig rig;
  const FencePtr f = rig.a.fence_at(1), g = rig.b.fence_at(1);
  const FencePtr merged = rig.merge({f, g});
  CHECK(merged->is_container());
  CHECK(leaves_of(merged) == std::vector{f, g});
}

TEST_CASE("T91: merging a fence with itself gives that fence") {
  Rig rig;
  const FencePtr f = rig.a.fence_at(1);
  CHECK(rig.merge({f, f}) == f);
}

TEST_CASE("T92: a merge keeps the latest of each context, the oldest context first") {
  Rig rig;
  const FencePtr b1 = rig.b.fence_at(1), b2 = rig.b.fence_at(2), a1 = rig.a.fence_at(1);
  CHECK(leaves_of(rig.merge({b1, b2, a1})) == std::vector{a1, b2});
}

TEST_CASE("T93: a merge of an array and a chain of the same fences has each once") {
  Rig rig;
  const FencePtr f = rig.a.fence_at(1), g = rig.b.fence_at(1);
  const FencePtr chain =
      FenceChain::make(rig.simulation, FenceChain::make(rig.simulation, nullptr, f, 1), g, 2);
  CHECK(leaves_of(rig.merge({rig.array({f, g}), chain})) == std::vector{f, g});
}

TEST_CASE("T94: a merge leaves stubs out") {
  Rig rig;
  const FencePtr f = rig.a.fence_at(1), g = rig.b.fence_at(1);
  const FencePtr both = rig.merge({f, g});
  CHECK(leaves_of(rig.merge({both, rig.array({g, f}), make_signaled_fence(rig.simulation)})) ==
        std::vector{f, g});
}

TEST_CASE("T95: a merge of arrays keeps the latest of each context") {
  Rig rig;
  const FencePtr a1 = rig.a.fence_at(1), a2 = rig.a.fence_at(2), b1 = rig.b.fence_at(1),
                 b2 = rig.b.fence_at(2);
  CHECK(leaves_of(rig.merge({rig.array({a2, b1}), rig.array({a1, b2})})) == std::vector{a2, b2});
}

TEST_CASE("T95a: an array that is waited for passes the first error of its members on") {
  Rig rig;
  const FencePtr array = rig.array({rig.a.fence_at(1), rig.b.fence_at(1)});
  array->arm();
  rig.a.advance_to(1, -5);
  CHECK(array->status() == 0);
  rig.b.advance_to(1, -125);
  CHECK(array->status() == -5);
}

TEST_CASE("T95a: an array that nobody listened to has no error") {
  Rig rig;
  const FencePtr array = rig.array({rig.a.fence_at(1), rig.b.fence_at(1)});
  rig.a.advance_to(1, -5);
  rig.b.advance_to(1);
  CHECK(array->status() == 1);
}

TEST_CASE("T95b: a chain does not pass errors on") {
  Rig rig;
  const FencePtr first = FenceChain::make(rig.simulation, nullptr, rig.a.fence_at(1), 1);
  const FencePtr second = FenceChain::make(rig.simulation, first, rig.b.fence_at(1), 2);
  second->arm();
  rig.a.advance_to(1, -5);
  rig.b.advance_to(1);
  CHECK(second->status() == 1);
}

TEST_CASE("T95c: a merge of what is done is a signaled stub") {
  Rig rig;
  const FencePtr f = rig.a.fence_at(1);
  rig.a.advance_to(1, -5);
  const FencePtr merged = rig.merge({f, f});
  CHECK_FALSE(merged == f);
  CHECK(merged->status() == 1);
}
