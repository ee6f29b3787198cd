// What a scenario says of implicit sync, of polling, and of stacks beside each other.
#include <catch2/catch.hpp>

#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;
using fencelab::models::Publish;
using fencelab::models::Stall;

namespace {

std::string text_with(const std::string& submit, const std::string& operation,
                      const std::string& relations) {
  return R"({"format": 1, "name": "s", "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
    "buffers": [{"name": "b", "size": "4 KiB"}],
    "processes": [{"name": "p", "contexts": [{"name": "c"}], "threads": [{"name": "main", "program": [
      {"submit": {"context": "c", "duration": "1 ms", "reads": ["b"])" +
         submit + "}}" + operation + R"(]}]}],
    "stacks": ["one", "two"], "relations": [)" +
         relations + "]}";
}

const std::string kRelation = R"({"metric": "m", "stack": "one", "of": "two", "max_ratio": 0.5})";

Scenario loaded(const std::string& text) {
  auto result = load(text);
  INFO(format_diagnostics(result.diagnostics()));
  REQUIRE(result);
  return std::move(result).value();
}

const SubmitOp& submit_of(const Scenario& scenario) {
  return std::get<SubmitOp>(scenario.processes[0].threads[0].program[0].what);
}

SubmitOp declaring(const std::string& declaration) {
  return submit_of(loaded(text_with(", \"declares\": {" + declaration + "}", "", kRelation)));
}

}  // namespace

TEST_CASE(
    "A declared access says what to stall for and what to publish, or leaves it to the access",
    "[scenarios]") {
  const SubmitOp plain = declaring(R"("writes": ["b"])");
  REQUIRE(plain.declared.size() == 1);
  CHECK(plain.declared[0].stall == Stall::by_access);
  CHECK(plain.declared[0].publish == Publish::by_access);
  CHECK_FALSE(plain.declares_to_kernel);

  const std::pair<const char*, Stall> stalls[] = {
      {"none", Stall::none}, {"writers", Stall::writers}, {"all", Stall::all}};
  for (const auto& [word, stall] : stalls)
    CHECK(declaring(R"("reads": [{"buffer": "b", "stall": ")" + std::string(word) + "\"}]")
              .declared[0]
              .stall == stall);
  const std::pair<const char*, Publish> kinds[] = {
      {"none", Publish::none}, {"reader", Publish::reader}, {"writer", Publish::writer}};
  for (const auto& [word, publish] : kinds)
    CHECK(declaring(R"("reads": [{"buffer": "b", "publish": ")" + std::string(word) + "\"}]")
              .declared[0]
              .publish == publish);
  CHECK(declaring(R"("to": "kernel")").declares_to_kernel);
}

TEST_CASE("Only declarations control implicit sync, and in known words", "[scenarios]") {
  CHECK_FALSE(
      load(text_with(", \"writes\": [{\"buffer\": \"b\", \"stall\": \"none\"}]", "", kRelation)));
  CHECK_FALSE(
      load(text_with(", \"declares\": {\"reads\": [{\"buffer\": \"b\", \"stall\": \"readers\"}]}",
                     "", kRelation)));
  CHECK_FALSE(load(text_with(", \"declares\": {\"to\": \"nobody\"}", "", kRelation)));
}

TEST_CASE("A poll is for reading or for writing one buffer", "[scenarios]") {
  const auto poll = [](const std::string& body) {
    return load(text_with("", ", {\"poll\": {" + body + "}}", kRelation));
  };
  const auto good = poll(R"("buffer": "b", "for": "write", "timeout": "2 ms")");
  INFO(format_diagnostics(good.diagnostics()));
  REQUIRE(good);
  const auto& op = std::get<PollOp>(good->processes[0].threads[0].program[1].what);
  REQUIRE(op.buffers.size() == 1);
  CHECK(op.buffers[0].write);
  CHECK(op.timeout == std::chrono::milliseconds(2));
  CHECK_FALSE(poll(R"("buffer": "b")"));
  CHECK_FALSE(poll(R"("buffer": "b", "for": "both")"));
  CHECK_FALSE(poll(R"("buffer": "nothing", "for": "read")"));
}

TEST_CASE("A thread reads and writes bytes of buffers through a mapping", "[scenarios]") {
  const auto access = [](const std::string& body) {
    return load(text_with("", ", {\"access\": {" + body + "}}", kRelation));
  };
  const auto good = access(R"("reads": ["b"], "writes": ["b"], "duration": "2 ms")");
  INFO(format_diagnostics(good.diagnostics()));
  REQUIRE(good);
  const auto& op = std::get<AccessOp>(good->processes[0].threads[0].program[1].what);
  REQUIRE(op.accesses.size() == 2);
  CHECK_FALSE(op.accesses[0].write);
  CHECK(op.accesses[1].write);
  CHECK(op.duration.has_value());
  CHECK(access(R"("reads": ["b"])"));
  CHECK_FALSE(access(R"("duration": "2 ms")"));  // touches nothing
  CHECK_FALSE(access(R"("reads": ["nothing"])"));
  CHECK_FALSE(access(R"("writes": [{"buffer": "b", "offset": "1 TiB"}])"));
}

TEST_CASE("A relation names a metric, two stacks and a bound", "[scenarios]") {
  const Scenario scenario = loaded(text_with("", "", kRelation));
  REQUIRE(scenario.relations.size() == 1);
  CHECK(scenario.relations[0].stack == "one");
  CHECK(scenario.relations[0].of == "two");
  CHECK(scenario.relations[0].max_ratio == 0.5);
  CHECK_FALSE(scenario.relations[0].min_ratio);

  const auto error = [](const std::string& relation, const std::string& code,
                        const std::string& pointer, const std::string& at,
                        const std::string& hint = "", const PolicyNames& names = {}) {
    check_only_error(text_with("", "", relation), {code, pointer, at, hint}, names);
  };
  error(R"({"metric": "m", "stack": "one", "of": "two"})", "missing-member", "/relations/0",
        R"({"metric": "m")");
  error(R"({"metric": "m", "stack": "one", "of": "two", "min_ratio": 2, "max_ratio": 1})",
        "reversed-range", "/relations/0", R"({"metric": "m")");
  error(R"({"metric": "m", "stack": "one", "of": "one", "min_ratio": 2})", "wrong-kind",
        "/relations/0/of", R"("one", "min)");
  error(R"({"metric": "m", "stack": "one", "of": "twoo", "min_ratio": 2})", "unknown-name",
        "/relations/0/of", R"("twoo")", "did you mean \"two\"?");
  PolicyNames names;
  names.metrics = {"jobs", "hazards"};
  error(R"({"metric": "hazard", "stack": "one", "of": "two", "min_ratio": 2})", "unknown-name",
        "/relations/0/metric", R"("hazard")", "did you mean \"hazards\"?", names);
}

TEST_CASE("A metric of one process names that process, of clones one of them", "[scenarios]") {
  PolicyNames names;
  names.metrics = {"jobs", "gpu_time@"};
  const auto text = [](const std::string& metric, int count) {
    return R"({"format": 1, "name": "t", "horizon": "1 s", "platform": {},
      "processes": [{"name": "worker", "count": )" +
           std::to_string(count) +
           R"(, "threads": [{"name": "main", "program": [{"think": "1 ms"}]}]}],
      "stacks": [{"name": "one", "preset": "linux-implicit"}],
      "expect": {"one": {"metrics": {")" +
           metric + R"(": 1}}}})";
  };
  const auto good = load(text("gpu_time@worker", 1), names);
  INFO(format_diagnostics(good.diagnostics()));
  CHECK(good);
  CHECK(load(text("gpu_time@worker.1", 2), names));
  for (const auto& [metric, count] :
       {std::pair("gpu_time@worker", 2), std::pair("gpu_time@worker.2", 2),
        std::pair("gpu_time@worker.0", 1), std::pair("gpu_time@work", 1), std::pair("gpu_time@", 1),
        std::pair("jobs@worker", 1), std::pair("gpu_time", 1)}) {
    const auto read = load(text(metric, count), names);
    INFO(metric << " of " << count);
    REQUIRE_FALSE(read);
    REQUIRE(read.diagnostics().size() == 1);
    CHECK(read.diagnostics().front().code == "unknown-name");
  }
}
