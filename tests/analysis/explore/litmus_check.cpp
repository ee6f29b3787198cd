#include "tests/analysis/explore/litmus_check.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/state_search.hpp"
#include "tests/analysis/explore/naive.hpp"

namespace fencelab::testing {

namespace {

constexpr std::size_t kObjects = 8;

}  // namespace

void check_litmus(const std::string& name, analysis::Subject& subject, const LitmusAnswer& answer,
                  const LitmusEffort& effort) {
  const analysis::Exploration a = analysis::explore_dpor(subject, {}, {});
  INFO(name << ": " << a.executions << " executions, " << a.blocked << " blocked, "
            << a.dead_executions << " dead in " << a.dead.size() << " states");
  CHECK(a.exhausted);
  CHECK(a.executions == answer.traces + answer.again);
  CHECK(a.dead_executions == answer.dead);
  CHECK(a.dead.size() == answer.states);
  CHECK(a.blocked == answer.blocked);
  if (effort.states) {
    const analysis::Exploration b = analysis::explore_states(subject, {}, {});
    CHECK(b.exhausted);
    CHECK(keys(b) == keys(a));
  }
  if (effort.naive == 0) return;
  const NaiveResult naive = explore_naively(subject, core::TimerMode::never, effort.naive);
  if (!naive.complete) return;
  CHECK(naive.traces == answer.traces);
  CHECK(naive.dead == keys(a));
}

void check_litmus(std::span<const LitmusRow> rows, const LitmusEffort& effort) {
  for (const LitmusRow& row : rows) {
    LitmusSubject subject(row.program, kObjects);
    check_litmus(row.name, subject, row.answer, effort);
  }
}

void check_litmus(std::span<const LitmusCode> rows, const LitmusEffort& effort) {
  for (const LitmusCode& row : rows) {
    CodeSubject subject(row.body, kObjects);
    check_litmus(row.name, subject, row.answer, effort);
  }
}

}  // namespace fencelab::testing
