// Relations between the runs of two stacks.
#include <catch2/catch.hpp>

#include "campaign/expectations.hpp"

using namespace fencelab;
using campaign::RunRecord;

namespace {

RunRecord record(const std::string& stack, std::uint64_t seed, const std::string& value) {
  RunRecord record;
  record.scenario = "s";
  record.file = "s.json";
  record.stack = stack;
  record.seed = seed;
  record.values["waits"] = value;
  return record;
}

std::vector<campaign::Failure> failures(std::optional<double> min, std::optional<double> max,
                                        const std::vector<RunRecord>& records) {
  scenarios::Scenario scenario;
  scenario.file = "s.json";
  scenario.relations.push_back({"waits", "new", "old", min, max, "", {}});
  campaign::RelationCheck check(scenario);
  for (const campaign::RunRecord& record : records) check.add(record);
  return check.failures();
}

}  // namespace

TEST_CASE("A relation compares sums over the seeds that both stacks ran with") {
  const std::vector<RunRecord> records = {record("new", 1, "1"), record("new", 2, "4"),
                                          record("new", 3, "1000"), record("old", 1, "6"),
                                          record("old", 2, "4")};
  CHECK(failures(std::nullopt, 0.5, records).empty());  // 5 of 10
  CHECK(failures(0.5, std::nullopt, records).empty());
  CHECK(failures(std::nullopt, 0.49, records).size() == 1);
  CHECK(failures(0.51, std::nullopt, records).size() == 1);
}

TEST_CASE("A relation to nothing fails, and one to a stack that was not run is passed over") {
  const std::vector<RunRecord> nothing = {record("new", 1, "0"), record("old", 1, "0")};
  CHECK(failures(std::nullopt, 0.5, nothing).size() == 1);
  CHECK(failures(std::nullopt, 0.5, {record("new", 1, "9")}).empty());
  const std::vector<RunRecord> apart = {record("new", 1, "1"), record("old", 2, "4")};
  CHECK(failures(std::nullopt, 0.5, apart).size() == 1);
  const std::vector<RunRecord> empty = {record("new", 1, ""), record("old", 1, "4")};
  CHECK(failures(std::nullopt, 0.5, empty).size() == 1);
}

TEST_CASE("Records of other scenarios do not count") {
  std::vector<RunRecord> records = {record("new", 1, "1"), record("old", 1, "4")};
  records.push_back(record("new", 1, "100"));
  records.back().file = "other.json";
  CHECK(failures(std::nullopt, 0.5, records).empty());
}
