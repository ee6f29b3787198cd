// Servers and their queues: what competes with what, and what does not.
#include <catch2/catch.hpp>
#include <functional>

#include "analysis/explore/dependency.hpp"
#include "analysis/explore/dpor.hpp"
#include "analysis/explore/state_search.hpp"
#include "core/fifo.hpp"
#include "core/timeline.hpp"
#include "tests/analysis/explore/litmus.hpp"
#include "tests/analysis/explore/naive.hpp"

using namespace fencelab;
using analysis::is_dependent;
using analysis::Sequence;
using core::Access;
using core::Touch;

namespace {

struct Shop final : analysis::SubjectRun {
  explicit Shop(core::Simulation& sim) : simulation(sim), queue(sim), timeline(sim, "t") {}
  core::Simulation& simulation;
  core::Fifo<int> queue;
  core::ValueTimeline timeline;
  std::vector<int> served;
};

core::Task<> push(Shop& shop, int first, int count) {
  for (int i = 0; i < count; ++i) {
    co_await core::point(shop.simulation);
    shop.queue.push(first + i);
  }
}

core::Task<> serve(Shop& shop) {
  for (;;) {
    co_await shop.queue.arrival();
    shop.served.push_back(shop.queue.front());
    shop.queue.pop();
  }
}

core::Task<> look(Shop& shop) {
  co_await core::point(shop.simulation);
  (void)shop.queue.items().size();
}

core::Task<> count_up(Shop& shop, std::uint64_t to) {
  for (std::uint64_t value = 1; value <= to; ++value) {
    co_await core::point(shop.simulation);
    shop.timeline.advance(value);
  }
}

core::Task<> ask(Shop& shop, std::uint64_t value) {
  co_await core::point(shop.simulation);
  (void)shop.timeline.at_least(value);
}

core::Task<> read(Shop& shop) {
  co_await core::point(shop.simulation);
  (void)shop.timeline.value();
}

class ShopSubject final : public analysis::Subject {
 public:
  explicit ShopSubject(std::function<void(Shop&)> open) : open_(std::move(open)) {}
  std::unique_ptr<analysis::SubjectRun> start(core::Simulation& simulation) override {
    auto shop = std::make_unique<Shop>(simulation);
    open_(*shop);
    return shop;
  }

 private:
  std::function<void(Shop&)> open_;
};

/// Classes of schedules; both provers must finish and find no dead state.
std::uint64_t classes(const std::function<void(Shop&)>& open) {
  ShopSubject subject(open);
  const auto a = analysis::explore_dpor(subject, {}, {});
  const auto b = analysis::explore_states(subject, {}, {});
  CHECK(a.exhausted);
  CHECK(b.exhausted);
  CHECK(a.dead.empty());
  CHECK(b.dead.empty());
  CHECK(a.blocked == 0);
  return a.executions;
}

void add_server(Shop& shop) {
  shop.simulation.spawn({"server", core::ProcessRole::queue, true}, serve(shop));
}

bool depends(const Touch& a, const Touch& b) {
  const bool forward = is_dependent(a, b, Sequence::alternative);
  CHECK(forward == is_dependent(b, a, Sequence::alternative));
  CHECK(forward == is_dependent(a, b, Sequence::consecutive));
  return forward;
}

}  // namespace

TEST_CASE("A server that waits for its next item competes with nobody") {
  CHECK(classes([](Shop& shop) {
          add_server(shop);
          shop.simulation.spawn({"client"}, push(shop, 0, 6));
        }) == 1);
}

TEST_CASE("Two clients of one server: only the order of their items counts") {
  // 2 and 2 items in every order: 4 over 2.
  CHECK(classes([](Shop& shop) {
          add_server(shop);
          shop.simulation.spawn({"one"}, push(shop, 0, 2));
          shop.simulation.spawn({"two"}, push(shop, 10, 2));
        }) == 6);
}

TEST_CASE("Who looks into a queue competes with both ends of it") {
  // The look falls before, between and after putting and taking one item.
  CHECK(classes([](Shop& shop) {
          add_server(shop);
          shop.simulation.spawn({"client"}, push(shop, 0, 1));
          shop.simulation.spawn({"observer"}, look(shop));
        }) == 3);
}

TEST_CASE("Who asks whether a value is reached competes with the advance that reaches it") {
  CHECK(classes([](Shop& shop) {
          shop.simulation.spawn({"counter"}, count_up(shop, 5));
          shop.simulation.spawn({"asker"}, ask(shop, 3));
        }) == 2);
  // Whoever reads the value itself learns of each: six answers.
  CHECK(classes([](Shop& shop) {
          shop.simulation.spawn({"counter"}, count_up(shop, 5));
          shop.simulation.spawn({"reader"}, read(shop));
        }) == 6);
}

TEST_CASE("An item taken competes with the one put right after it") {
  const auto put = [](std::uint64_t n) { return Touch{.access = Access::put, .result = n}; };
  const auto get = [](std::uint64_t n) { return Touch{.access = Access::get, .result = n}; };
  CHECK(depends(put(4), get(3)));  // was the ring empty when item 4 came?
  CHECK_FALSE(depends(put(5), get(3)));
  CHECK_FALSE(depends(put(3), get(3)));  // a gate keeps them in order
  CHECK(depends(put(3), put(4)));
}

TEST_CASE("A pick competes with offers that would have been picked instead") {
  const auto offer = [](std::uint64_t r) { return Touch{.access = Access::offer, .result = r}; };
  const auto pick = [](std::uint64_t r) { return Touch{.access = Access::pick, .result = r}; };
  CHECK(depends(offer(3), pick(2)));
  CHECK_FALSE(depends(offer(2), pick(2)));  // behind its equals
  CHECK_FALSE(depends(offer(1), pick(2)));
  CHECK(depends(offer(1), offer(1)));
}

// 2 has the credit and gives it back, 0 asks, then 1, who outranks 0. If it comes back before both
// 0 has it at once; 1 would have overtaken him only if it had come back after both.
TEST_CASE("Who could have been overtaken while he waited is, though he did not wait") {
  using K = testing::LitmusOp::Kind;
  const testing::LitmusOp high{K::claim, {0, 1}, 2};
  testing::LitmusSubject subject(
      {{{K::claim, {0, 1}, 0}, {K::wait, {0}}}, {high, {K::wait, {1}}}, {high, {K::give, {0}}}}, 2);
  const auto naive = testing::explore_naively(subject, core::TimerMode::never, 1000);
  REQUIRE(naive.complete);
  CHECK(naive.traces == 7);
  const analysis::Exploration a = analysis::explore_dpor(subject, {}, {});
  CHECK(a.exhausted);
  CHECK(a.executions == 7);
  CHECK(testing::keys(a) == naive.dead);
}

TEST_CASE("Asking for a credit competes with giving one back only where somebody is overtaken") {
  const auto claim = [](std::uint64_t rank, bool lower_waits) {
    return Touch{.access = Access::claim, .result = rank, .before = lower_waits};
  };
  const Touch give_back{.access = Access::give_back, .result = 1};
  CHECK_FALSE(depends(claim(5, false), give_back));  // whoever is first is so either way
  CHECK(depends(claim(5, true), give_back));
}
