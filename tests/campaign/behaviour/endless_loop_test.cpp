// Loops that take no time: they end the run, and are no reason for it to go on for ever.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

namespace fencelab::tests {
namespace {

campaign::RunRecord run_loop(const std::string& loop) {
  return run_small({.resources = R"("timelines": ["t"],)",
                    .processes = R"({"name": "p", "threads": [{"name": "main", "program": [
                        {"signal": {"timeline": "t", "value": 1}},
                        {"loop": )" +
                                 loop + "}]}]}",
                    .stack = kFreeIoctls});
}

// It could block, as far as the loader can tell, and does not.
constexpr const char* kWait = R"({"wait": {"values": [{"timeline": "t", "value": 1}]}})";

}  // namespace

TEST_CASE("A loop whose operations never take time ends the run as a livelock") {
  const campaign::RunRecord record = run_loop(std::string("{\"body\": [") + kWait + "]}");
  CHECK(record.verdict == "livelock");
  REQUIRE(record.incidents.size() == 1);
  const std::string& text = record.incidents[0].text;
  CHECK(text.find("operations completed at this instant, and time does not go on") !=
        std::string::npos);
  CHECK(text.find("p/main\n", text.find("going round: ")) != std::string::npos);
}

TEST_CASE("A loop of a million operations that take no time is none") {
  const campaign::RunRecord record =
      run_loop(std::string("{\"times\": 1000000, \"body\": [") + kWait + "]}");
  CHECK(record.verdict == "complete");
  CHECK(number(record, "operations_count") >= 1'000'000);
}

}  // namespace fencelab::tests
