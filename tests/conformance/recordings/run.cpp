#include "tests/conformance/recordings/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <ostream>

#include "core/assert.hpp"
#include "tests/conformance/recordings/handlers.hpp"

namespace fencelab::recordings {

namespace {

/// What a system call takes: longer than no time at all, so that what is due at an instant is over
/// when the next operation looks.
constexpr core::Duration kCallTime = std::chrono::microseconds(10);

core::Task<json> execute_one(World& world, Operation op) {
  const Handlers& handlers = all_handlers();
  const auto plain = handlers.plain.find(op.word);
  const auto waiting = handlers.waiting.find(op.word);
  if (plain == handlers.plain.end() && waiting == handlers.waiting.end())
    throw BadInput(fmt::format("'{}' is no operation", op.text));
  if (!world.defines_all(op)) co_return "undef";
  if (plain != handlers.plain.end()) co_return plain->second(world, op);
  json result = co_await waiting->second(world, std::move(op));
  co_return result;
}

core::Task<> execute_all(World& world, const std::vector<std::string>& ops,
                         std::vector<json>& answers) {
  for (const std::string& text : ops) {
    json result = co_await execute_one(world, Operation::parse(text));
    answers.push_back(std::move(result));
    co_await core::sleep_for(world.simulation(), kCallTime);
  }
}

/// Sorts what is a set of fences: a dump, or the "f" of an info.
json as_set(json answer) {
  if (answer.is_array()) std::sort(answer.begin(), answer.end());
  if (answer.is_object() && answer.contains("f")) answer["f"] = as_set(answer["f"]);
  return answer;
}

}  // namespace

std::vector<json> execute(const Row& row, models::KernelVersion kernel) {
  std::vector<json> answers;
  World world(kernel);
  world.simulation().spawn({"recorder", core::ProcessRole::user_thread},
                           execute_all(world, row.ops, answers));
  try {
    world.simulation().run();
  } catch (const core::InternalError& broken) {
    answers.push_back(std::string("crashed: ") + broken.what());
  }
  // Nothing here waits for ever; if it does, or has crashed, the rest has no answers.
  answers.resize(row.ops.size(), "no answer");
  return answers;
}

bool same_answer(const json& expected, const json& got, Order order) {
  return order == Order::exact ? expected == got : as_set(expected) == as_set(got);
}

std::string Totals::text() const {
  return fmt::format("{} sequences, {} operations, {} mismatches", sequences, operations,
                     mismatches);
}

Totals run_rows(std::istream& input, const std::string& file, models::KernelVersion kernel,
                Order order, std::ostream& report) {
  Totals totals;
  std::size_t number = 0;
  for (std::string line; std::getline(input, line);) try {
      ++number;
      if (line.empty()) continue;
      const std::optional<Row> row = parse_row(line, kernel);
      if (!row) continue;
      const std::vector<json> answers = execute(*row, kernel);
      ++totals.sequences;
      totals.operations += row->ops.size();
      for (std::size_t i = 0; i < answers.size(); ++i) {
        if (same_answer(row->expected[i], answers[i], order)) continue;
        ++totals.mismatches;
        report << fmt::format("{}: sequence {}{}{}, operation {} `{}`: expected {}, got {}\n", file,
                              row->id, row->name.empty() ? "" : " ", row->name, i, row->ops[i],
                              row->expected[i].dump(), answers[i].dump());
      }
    } catch (const BadInput& problem) {
      throw BadInput(fmt::format("{}:{}: {}", file, number, problem.what()));
    }
  return totals;
}

}  // namespace fencelab::recordings
