// What a valid file turns into.
#include <catch2/catch.hpp>
#include <set>

#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;

namespace {

Scenario loaded(const std::string& text) {
  Loaded<Scenario> result = load(text);
  INFO(format_diagnostics(result.diagnostics()));
  REQUIRE(result.ok());
  return std::move(result).value();
}

template <typename T>
const T& op_at(const Program& program, std::size_t index) {
  REQUIRE(index < program.size());
  REQUIRE(std::holds_alternative<T>(program[index].what));
  return std::get<T>(program[index].what);
}

void collect_kinds(const Program& program, std::set<std::size_t>& kinds) {
  for (const Op& op : program) {
    kinds.insert(op.what.index());
    if (const auto* const loop = std::get_if<LoopOp>(&op.what)) collect_kinds(loop->body, kinds);
  }
}

}  // namespace

TEST_CASE("the base scenario loads without errors and without warnings", "[scenarios]") {
  const Loaded<Scenario> result = load(base_text(), some_names());
  INFO(format_diagnostics(result.diagnostics()));
  CHECK(result.ok());
  CHECK(result.diagnostics().empty());
}

TEST_CASE("header values are converted, absent ones keep their defaults", "[scenarios]") {
  const Scenario scenario = loaded(base_text());
  CHECK(scenario.file == "test.json");
  CHECK(scenario.name == "base");
  CHECK(scenario.horizon == Duration(std::chrono::seconds(1)));
  CHECK(scenario.progress_bound == Duration(std::chrono::seconds(1)));
  CHECK(scenario.seeds == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(loaded(patched("\"1..8\"", "[3, 1]")).seeds == std::vector<std::uint64_t>{3, 1});
  CHECK(loaded(patched("\"1..8\"", "42")).seeds == std::vector<std::uint64_t>{42});
  CHECK(loaded(patched("\"1..8\"", "\"7..7\"")).seeds == std::vector<std::uint64_t>{7});
}

TEST_CASE("the platform has engines with classes and drivers with names", "[scenarios]") {
  const PlatformSpec platform = loaded(base_text()).platform;
  CHECK(platform.cpu_cores == 4);
  CHECK(platform.memory_bytes == std::uint64_t{16} << 30);
  CHECK(platform.swap_bytes_per_second == 2000000000);
  REQUIRE(platform.gpus.size() == 1);
  const GpuSpec& gpu = platform.gpus[0];
  CHECK(gpu.driver == "gpu0");
  CHECK(gpu.timeslice == Duration(std::chrono::milliseconds(1)));
  CHECK_FALSE(gpu.credits);
  REQUIRE(gpu.engines.size() == 3);
  CHECK(gpu.engines[0].klass == "rcs");
  CHECK(gpu.engines[1].klass == "vcs");
  CHECK(gpu.engines[2].name == "vcs1");
  REQUIRE(platform.links.size() == 1);
  CHECK(platform.links[0].from == "gpu0");
  CHECK(platform.links[0].to == "memory");
  CHECK(platform.links[0].latency == Duration::zero());
}

TEST_CASE("buffers with a count and swapchain images are expanded", "[scenarios]") {
  const Scenario scenario = loaded(base_text());
  std::vector<std::string> names;
  for (const BufferSpec& buffer : scenario.buffers) names.push_back(buffer.name);
  CHECK(names == std::vector<std::string>{"tex.0", "tex.1", "tex.2", "tex.3", "vbo", "ptr", "win.0",
                                          "win.1", "win.2"});
  CHECK(scenario.buffers[4].bytes == 4096);
  CHECK(scenario.buffers[4].bytes_max == 1048576);
  CHECK(scenario.buffers[5].userptr);
  CHECK(scenario.swapchains[0].images == std::vector<Index>{6, 7, 8});
  CHECK(scenario.swapchains[0].mode == SwapchainSpec::Mode::fifo);
  CHECK(scenario.displays[0].gpu == 0);
}

TEST_CASE("names inside a process hide global ones and belong to that process", "[scenarios]") {
  const Scenario scenario = loaded(
      patched("\"name\": \"client\",",
              "\"name\": \"client\", \"buffers\": [{\"name\": \"vbo\", \"size\": \"64 KiB\"}],"
              "\"locks\": [\"big\"], \"timelines\": [\"user\"],"));
  REQUIRE(scenario.buffers.size() == 10);
  CHECK(scenario.buffers[9].name == "vbo");
  CHECK(scenario.buffers[9].process == 0);
  const Program& main = scenario.processes[0].threads[0].program;
  const auto& draw = op_at<SubmitOp>(op_at<LoopOp>(main, 3).body, 2);
  CHECK(draw.accesses[3].buffer == 9);
  CHECK(draw.wait_values[0].timeline == 2);
  const auto& lock = op_at<LockOp>(scenario.processes[0].threads[1].program, 0);
  CHECK(lock.locks == std::vector<Index>{2, 1});
}

TEST_CASE("a resource listed globally may name the process that owns it", "[scenarios]") {
  const Scenario scenario = loaded(patched("\"8 KiB\", \"userptr\": true",
                                           "\"8 KiB\", \"process\": \"client\""
                                           ", \"userptr\": true"));
  CHECK(scenario.buffers[5].process == 0);
}

TEST_CASE("contexts get their engines by name, by class, or all of them", "[scenarios]") {
  const Scenario scenario = loaded(base_text());
  const std::vector<ContextSpec>& contexts = scenario.processes[0].contexts;
  CHECK(contexts[0].engines == std::vector<Index>{0});
  CHECK(contexts[0].preemption_period == Duration(std::chrono::microseconds(500)));
  CHECK(contexts[1].engines == std::vector<Index>{1, 2});
  CHECK(contexts[1].balanced);
  CHECK_FALSE(contexts[1].preemption_period);
  REQUIRE(contexts[1].bonds.size() == 1);
  CHECK(contexts[1].bonds[0].engines == std::vector<Index>{2});
  CHECK(contexts[1].bonds[0].master == 0);
  CHECK(scenario.processes[1].contexts[0].engines == std::vector<Index>{0, 1, 2});
  const Scenario never = loaded(patched("\"500 us\"", "\"never\""));
  CHECK(never.processes[0].contexts[0].preemption_period == Duration::zero());
}

TEST_CASE("a submit keeps its accesses, waits and signals", "[scenarios]") {
  const Scenario scenario = loaded(base_text());
  const ProcessSpec& client = scenario.processes[0];
  CHECK(client.labels == std::vector<std::string>{"cpu", "draw", "spin"});
  const auto& loop = op_at<LoopOp>(client.threads[0].program, 3);
  CHECK(loop.times == 9);
  const auto& draw = op_at<SubmitOp>(loop.body, 2);
  CHECK(loop.body[2].label == 1);
  CHECK(draw.duration.parts[0].min == Duration(std::chrono::milliseconds(3)));
  REQUIRE(draw.accesses.size() == 5);
  CHECK(draw.accesses[2].buffer == 2);
  CHECK(draw.accesses[3].offset == 1024);
  CHECK(draw.accesses[3].bytes == 2048);
  CHECK(draw.accesses[4].swapchain == 0);
  CHECK(draw.accesses[4].write);
  CHECK_FALSE(draw.declares);
  CHECK(draw.after[0].label == 0);
  CHECK(draw.signal_values[0].relative);
  const auto& spin = op_at<SubmitOp>(client.threads[1].program, 4);
  CHECK(spin.infinite);
  CHECK(spin.engine == 1);
}

TEST_CASE("distributions are read in all their forms", "[scenarios]") {
  const auto think = [](const std::string& text) {
    const Scenario scenario = loaded(patched("{\"uniform\": [\"1 ms\", \"2 ms\"]}", text));
    return op_at<ThinkOp>(op_at<LoopOp>(scenario.processes[0].threads[0].program, 3).body, 1)
        .duration;
  };
  CHECK(think("\"4 us\"").kind == Distribution::Kind::fixed);
  const Distribution uniform = think(R"({"uniform": ["0 ms", "2 ms"], "step": "1 us"})");
  CHECK(uniform.kind == Distribution::Kind::uniform);
  CHECK(uniform.step == Duration(1000));
  CHECK(uniform.parts[0].max == Duration(2000000));
  CHECK(think(R"({"values": ["1 ms", "3 ms"]})").parts.size() == 2);
  const Distribution quantiles = think(R"({"quantiles": ["1 ms", "1 ms", "2 ms", "9 ms"]})");
  CHECK(quantiles.kind == Distribution::Kind::quantiles);
  REQUIRE(quantiles.parts.size() == 3);
  CHECK(quantiles.parts[0].max == Duration(std::chrono::milliseconds(1)));
  CHECK(quantiles.parts[2].min == Duration(std::chrono::milliseconds(2)));
  CHECK(quantiles.parts[2].max == Duration(std::chrono::milliseconds(9)));
  CHECK(quantiles.parts[2].weight == 1);
  const Distribution mix =
      think(R"({"mix": [{"weight": 9, "uniform": ["1 ms", "2 ms"]}, {"fixed": "50 ms"}]})");
  CHECK(mix.kind == Distribution::Kind::mix);
  CHECK(mix.parts[0].weight == 9);
  CHECK(mix.parts[1].weight == 1);
  CHECK(mix.parts[1].min == mix.parts[1].max);
}

TEST_CASE("every part of a scenario knows its place in the file", "[scenarios]") {
  const Scenario scenario = loaded(base_text());
  const auto check = [](const Place& place, const std::string& pointer, std::string_view at) {
    const TextPlace expected = place_in(base_text(), at);
    INFO(pointer);
    CHECK(place.pointer == pointer);
    CHECK(place.line == expected.line);
    CHECK(place.column == expected.column);
  };
  check(scenario.platform.gpus[0].place, "/platform/gpus/0", "{\"name\": \"gpu0\"");
  check(scenario.platform.gpus[0].engines[0].place, "/platform/gpus/0/engines/0", "\"rcs0\", {");
  check(scenario.buffers[2].place, "/buffers/0", "{\"name\": \"tex\"");
  check(scenario.buffers[7].place, "/swapchains/0", "{\"name\": \"win\"");
  check(scenario.timelines[1].place, "/timelines/1", "{\"name\": \"frame\"");
  check(scenario.locks[1].place, "/locks/1", "\"small\"],\n  \"channels\"");
  check(scenario.displays[0].place, "/displays/0", "{\"name\": \"panel\"");
  check(scenario.processes[0].contexts[1].bonds[0].place, "/processes/0/contexts/1/bonds/0",
        "{\"engines\": [\"vcs1\"]");
  check(scenario.processes[0].threads[1].place, "/processes/0/threads/1", "{\"name\": \"helper\"");
  check(scenario.processes[0].threads[0].program[2].place, "/processes/0/threads/0/program/2",
        "{\"throttle\"");
  check(scenario.faults[0].place, "/faults/0", "{\"kind\"");
  check(scenario.stacks[1].axes.at("hang").place, "/stacks/1/axes/hang", "{\"policy\"");
  check(scenario.expect.at("linux-implicit").place, "/expect/linux-implicit", "{\"verdict\"");
}

TEST_CASE("faults, stacks and expectations are read", "[scenarios]") {
  const Scenario scenario =
      loaded(patched("\"process\": \"client\", \"op\": \"draw\", \"at\": 5",
                     "\"process\": \"compositor.1\", \"count\": \"forever\""));
  CHECK(scenario.faults[0].process == 1);
  CHECK(scenario.faults[0].clone == 1);
  CHECK(scenario.faults[0].count == 0);
  CHECK(scenario.faults[0].label == kNone);
  CHECK(scenario.stacks[0].name == "linux-implicit");
  CHECK(scenario.stacks[1].preset == "linux-implicit");
  CHECK(scenario.stacks[1].axes.at("hang").parameters.at("timeout") == "2 s");
  const ExpectSpec& expect = scenario.expect.at("linux-implicit");
  CHECK(expect.verdicts == std::vector<std::string>{"masked"});
  CHECK(expect.metrics.at("deadlocks").min == 0.0);
  CHECK(expect.metrics.at("deadlocks").max == 0.0);
}

TEST_CASE("numbers and switches among policy parameters travel as text", "[scenarios]") {
  const Scenario scenario =
      loaded(patched("\"timeout\": \"2 s\"", "\"a\": 3, \"b\": 0.5, \"c\": false"));
  const auto& parameters = scenario.stacks[1].axes.at("hang").parameters;
  CHECK(parameters.at("a") == "3");
  CHECK(parameters.at("b") == "0.5");
  CHECK(parameters.at("c") == "false");
}

TEST_CASE("every operation of the format is understood", "[scenarios]") {
  const std::string all = R"("program": [{"fork": "helper"}, {"join": "helper"},
    {"submit": {"context": "render", "duration": "1 ms", "declares": {"writes": ["tex.*"]}}, "id": "s"},
    {"wait": {"ops": ["s"], "mode": {"at_least": 1}}}, {"think": "1 ms"}, {"compute": "1 ms"},
    {"signal": {"timeline": "user", "value": 5}}, {"alloc": "vbo"}, {"free": "vbo"},
    {"bind": {"context": "render", "buffer": "vbo", "after": ["s"]}, "id": "b"},
    {"unbind": {"context": "render", "buffer": "vbo", "after": ["b"]}}, {"lock": "big"}, {"unlock": "big"},
    {"read_lock": "big"}, {"read_lock": "big"}, {"read_unlock": "big"}, {"read_unlock": "big"},
    {"write_lock": "big"}, {"write_unlock": "big"},
    {"ww_lock": ["big"]}, {"ww_unlock": ["big"]}, {"send": {"channel": "pipe", "buffers": ["vbo"]}},
    {"receive": "pipe"}, {"acquire": "win"}, {"present": "win"}, {"latch": {"swapchain": "win", "wait": true}},
    {"flip": {"displays": ["panel"], "planes": ["@win"], "blocking": true}}, {"vblank": "panel"},
    {"sw_fence": {}, "id": "f"}, {"sw_signal": "f"}, {"throttle": 1}, {"queue_depth": 2},
    {"priority": {"context": "render", "level": -5}}, {"preemption": {"context": "render", "period": "never"}},
    {"flush": "render"}, {"invalidate": "ptr"}, {"compact": {}}, {"import": {"buffer": "vbo", "gpu": "gpu0"}}, {"annotate": {"phase": "one"}}, {"poll": {"buffer": "vbo", "for": "read"}}, {"access": {"reads": ["vbo"]}}, {"memalloc_save": "nofs"}, {"memalloc_restore": "nofs"}, {"madvise": {"buffer": "vbo", "advice": "dontneed"}}, {"loop": {"times": 2, "body": [{"pace": "1 ms"}]}},)";
  const Scenario scenario =
      loaded(patched("\"name\": \"main\", \"program\": [\n         {\"fork\": \"helper\"},",
                     "\"name\": \"main\", " + all));
  std::set<std::size_t> kinds;
  for (const ThreadSpec& thread : scenario.processes[0].threads) {
    collect_kinds(thread.program, kinds);
  }
  CHECK(kinds.size() == std::variant_size_v<decltype(Op::what)>);
}

TEST_CASE("a lock may be declared to let readers pass queued writers", "[scenarios]") {
  const Scenario scenario =
      loaded(patched("\"locks\": [\"big\", \"small\"]",
                     "\"locks\": [\"big\", {\"name\": \"small\", \"readers_first\": true}]"));
  CHECK_FALSE(scenario.locks[0].readers_first);
  CHECK(scenario.locks[1].readers_first);
}

TEST_CASE("a thread that reads a lock twice leaves it twice and no more", "[scenarios]") {
  const auto with = [](const std::string& ops) {
    return load(patched("{\"throttle\": 2}", ops)).diagnostics();
  };
  CHECK(with(R"({"read_lock": "big"}, {"read_lock": "big"}, {"read_unlock": "big"},
                {"read_unlock": "big"})")
            .empty());
  const auto once_too_often =
      with(R"({"read_lock": "big"}, {"read_unlock": "big"}, {"read_unlock": "big"})");
  REQUIRE(once_too_often.size() == 1);
  CHECK(once_too_often[0].code == "lock-not-held");
  const auto as_writer = with(R"({"read_lock": "big"}, {"write_unlock": "big"})");
  REQUIRE(as_writer.size() == 1);
  CHECK(as_writer[0].code == "lock-not-held");
}

TEST_CASE("things that nothing uses give warnings", "[scenarios]") {
  const Loaded<Scenario> result = load(
      patched("\"locks\": [\"big\", \"small\"]", "\"locks\": [\"big\", \"small\", \"spare\"]"));
  REQUIRE(result.ok());
  REQUIRE(result.diagnostics().size() == 1);
  CHECK(result.diagnostics()[0].severity == Severity::warning);
  CHECK(result.diagnostics()[0].code == "unused");
  CHECK(result.diagnostics()[0].pointer == "/locks/2");
}

TEST_CASE("operations behind an endless loop give a warning", "[scenarios]") {
  const Loaded<Scenario> result =
      load(patched("{\"loop\": {\"times\": 9, \"body\": [", "{\"loop\": {\"body\": ["));
  CHECK(result.diagnostics().empty());
  const Loaded<Scenario> dead =
      load(patched("{\"receive\": \"pipe\"},",
                   "{\"loop\": {\"body\": [{\"think\": \"1 s\"}]}}, {\"receive\": \"pipe\"},"));
  REQUIRE(dead.ok());
  REQUIRE(dead.diagnostics().size() == 1);
  CHECK(dead.diagnostics()[0].code == "unreachable");
}
