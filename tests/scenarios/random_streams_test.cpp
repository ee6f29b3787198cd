// Who draws which numbers: by what is drawn, whatever it is called and wherever it is declared.
#include <catch2/catch.hpp>
#include <string>

#include "scenarios/loader.hpp"

using namespace fencelab::scenarios;

namespace {

std::string draws(const std::string& low, const std::string& high) {
  return R"({"think": {"uniform": [")" + low + R"(", ")" + high + R"("]}})";
}

std::string process(const std::string& name, const std::string& program) {
  return R"({"name": ")" + name + R"(", "threads": [{"name": "t", "program": [)" + program + "]}]}";
}

Scenario load(const std::string& processes) {
  const auto loaded =
      load_scenario(R"({"format": 1, "name": "s", "platform": {}, "processes": [)" + processes +
                        R"(], "stacks": [{"name": "a", "preset": "linux-implicit"}]})",
                    "test.json", {});
  INFO(format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded.ok());
  return *loaded;
}

const ThreadSpec& thread(const Scenario& scenario, std::size_t process) {
  return scenario.processes[process].threads[0];
}

}  // namespace

TEST_CASE("Neither names nor places nor who is idle tell a stream") {
  const std::string a = draws("1 ms", "2 ms"), b = draws("1 ms", "3 ms"),
                    idle = R"({"think": "1 ms"})";
  const Scenario plain = load(process("p", a) + "," + process("q", b));
  const Scenario retold =
      load(process("idle", idle) + "," + process("x", b) + "," + process("y", a));
  CHECK(thread(plain, 0).stream == thread(retold, 2).stream);
  CHECK(thread(plain, 1).stream == thread(retold, 1).stream);
  CHECK(thread(plain, 0).stream != thread(plain, 1).stream);
}

TEST_CASE("Threads that are alike have streams of their own") {
  const std::string a = draws("1 ms", "2 ms");
  const Scenario twins = load(process("p", a) + "," + process("q", a));
  CHECK(thread(twins, 0).stream != thread(twins, 1).stream);
}

TEST_CASE("What draws nothing changes neither stream nor count of what does") {
  const std::string a = draws("1 ms", "2 ms"), idle = R"({"think": "1 ms"})";
  const Scenario plain = load(process("p", a + "," + a));
  const Scenario more = load(process("p", idle + "," + a + "," + idle + "," + a));
  CHECK(thread(plain, 0).stream == thread(more, 0).stream);
  CHECK(thread(plain, 0).program[0].draw == 1);
  CHECK(thread(plain, 0).program[1].draw == 2);
  CHECK(thread(more, 0).program[0].draw == 0);
  CHECK(thread(more, 0).program[1].draw == 1);
  CHECK(thread(more, 0).program[3].draw == 2);
}

TEST_CASE("Operations in a loop count on from those before it") {
  const std::string a = draws("1 ms", "2 ms");
  const Scenario looped =
      load(process("p", a + R"(, {"loop": {"times": 2, "body": [)" + a + "," + a + "]}}," + a));
  const Program& program = thread(looped, 0).program;
  const auto& loop = std::get<LoopOp>(program[1].what);
  CHECK(program[0].draw == 1);
  CHECK(loop.body[0].draw == 2);
  CHECK(loop.body[1].draw == 3);
  CHECK(program[2].draw == 4);
}
