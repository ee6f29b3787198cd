// Helpers are processes of their own: they answer, get lost, and give back what they took. A proof
// with real ones is the proof without, whatever happens to them.
#include "campaign/transport/helpers.hpp"

#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>

#include "analysis/explore/prove.hpp"
#include "campaign/check_explored.hpp"
#include "campaign/scenario_subject.hpp"
#include "policies/registry.hpp"
#include "scenarios/loader.hpp"

using namespace fencelab;
using namespace fencelab::campaign;

namespace {

constexpr std::chrono::duration<double> kLong{60.0};

MakeServe echo() {
  return [] {
    return [](std::string_view text) -> std::string {
      if (text == "throw") throw std::runtime_error("no");
      if (text == "die") ::raise(SIGKILL);
      return std::string(text) + "!";
    };
  };
}

std::string words_of(const analysis::Schedule& schedule) {
  std::string words;
  for (const analysis::ScheduledStep& step : schedule) words += std::to_string(step.actor) + " ";
  return words;
}

/// A helper that dies of its tenth task.
MakeServe short_lived(const MakeServe& make) {
  return [make]() -> Serve {
    return [serve = make(), left = std::make_shared<int>(10)](std::string_view task) {
      if (--*left == 0) ::raise(SIGKILL);
      return serve(task);
    };
  };
}

}  // namespace

TEST_CASE("Who asks for help gets what is spare and one on top, and gives it back") {
  SpareSlots spare;
  spare.give(2);
  {
    Helpers helpers({.here = &spare}, echo());
    CHECK(helpers.count() == 3);
    CHECK(helpers.count() == 3);
    CHECK_FALSE(spare.take());
  }
  CHECK((spare.take() && spare.take()));
  CHECK_FALSE(spare.take());
  Helpers none({.here = &spare}, echo());
  CHECK(none.count() == 0);
}

TEST_CASE("Helpers answer, and whoever dies or throws is lost") {
  SpareSlots spare;
  spare.give(2);
  Helpers helpers({.here = &spare}, echo());
  REQUIRE(helpers.count() == 3);
  const std::string large(3'000'000, 'x');
  helpers.send(0, large);
  const auto answer = helpers.wait(kLong);
  for (std::optional<analysis::Workers::Answer> next = answer;; next = helpers.wait(kLong)) {
    if (!next) continue;
    CHECK(next->bytes == large + "!");
    break;
  }
  for (const auto& [worker, word] : {std::pair<std::size_t, const char*>{1, "die"}, {2, "throw"}}) {
    helpers.send(worker, word);
    const auto lost = helpers.wait(kLong);
    REQUIRE(lost);
    CHECK(lost->worker == worker);
    CHECK(lost->is_lost);
  }
  helpers.send(0, "still here");
  const auto last = helpers.wait(kLong);
  REQUIRE(last);
  CHECK(last->bytes == "still here!");
}

TEST_CASE("A proof with helpers is the proof without, also when they die of it") {
  const auto registry = policies::Registry::built_in();
  const auto scenario = scenarios::load_scenario_file(
      FENCELAB_SOURCE_DIR "/scenarios/library/cross-driver-userptr.json", {}, {});
  REQUIRE(scenario);
  for (const auto& spec : scenario->stacks) {
    const auto stack = scenarios::resolve_stack(*scenario, spec, registry);
    REQUIRE(stack);
    ScenarioSubject subject(*scenario, *stack);
    const analysis::Proof alone = analysis::prove(subject, {});
    const MakeServe service = search_service(*scenario, *stack, 1, {});
    for (const MakeServe& make : {service, short_lived(service)}) {
      SpareSlots spare;
      spare.give(2);
      Helpers helpers({.here = &spare}, make);
      ScenarioSubject again(*scenario, *stack);
      analysis::ProofOptions options;
      options.workers = &helpers;
      options.tuning = {.alone = std::chrono::duration<double>(0), .steps_per_task = 300};
      const analysis::Proof together = analysis::prove(again, options);
      INFO(stack->name);
      CHECK(together.outcome == alone.outcome);
      CHECK(together.exhausted);
      CHECK(together.finished_by == alone.finished_by);
      CHECK(together.executions == alone.executions);
      CHECK(together.blocked == alone.blocked);
      CHECK(together.states == alone.states);
      CHECK(together.steps == alone.steps);
      CHECK(together.depth == alone.depth);
      REQUIRE(together.dead.size() == alone.dead.size());
      for (const auto& [key, dead] : alone.dead) {
        REQUIRE(together.dead.contains(key));
        CHECK(words_of(together.dead.at(key).schedule) == words_of(dead.schedule));
      }
    }
  }
}
