#include "tests/campaign/oracles/random_program.hpp"

#include <fmt/format.h>

#include <random>
#include <vector>

namespace fencelab::tests {

namespace {

class Writer {
 public:
  Writer(std::uint64_t seed, const ProgramMix& mix) : mix_(mix), random_(seed) {}

  std::string processes() {
    std::string list;
    const int count = below(2) + 2;
    processes_ = count;
    for (int number = 0; number < count; ++number)
      list += fmt::format("{}{}", number ? ", " : "", process(number));
    if (mix_.values)
      list += R"(, {"name": "clock", "threads": [{"name": "t", "program": [{"think": "25 us"},)"
              R"({"signal": {"timeline": "u", "value": 1}}, {"think": "40 us"},)"
              R"({"signal": {"timeline": "u", "value": 2}}, {"think": "60 us"},)"
              R"({"signal": {"timeline": "u", "value": 3}}]}]})";
    return list;
  }

 private:
  int below(int limit) { return static_cast<int>(random_() % static_cast<std::uint64_t>(limit)); }
  bool chance(int percent) { return below(100) < percent; }

  std::string process(int number) {
    contexts_ = below(2) + 1;
    std::string contexts, threads;
    const char* engines[] = {"rcs0", "ccs0", "bcs0"};
    for (int context = 0; context < contexts_; ++context)
      contexts +=
          fmt::format(R"({}{{"name": "c{}", "gpu": "gpu{}", "engine": "{}"}})", context ? ", " : "",
                      context, mix_.two_gpus ? below(2) : 0, engines[below(3)]);
    ids_ = 0;
    const int count = below(2) + 1;
    const bool forks = mix_.forks && count == 2;
    number_ = number;
    for (int thread = 0; thread < count; ++thread) {
      thread_ = thread;
      forks_ = forks && thread == 0;
      if (forks && thread == 1) {
        threads += fmt::format(R"(, {{"name": "t1", "forked": true, "program": [{}]}})", program());
        continue;
      }
      threads += fmt::format(R"({}{{"name": "t{}", "start": "{} us", "program": [{}]}})",
                             thread ? ", " : "", thread, below(30), program());
    }
    return fmt::format(R"({{"name": "p{}", "contexts": [{}], "threads": [{}]}})", number, contexts,
                       threads);
  }

  std::string program() {
    std::string operations;
    const int count = below(7) + 2;
    const int fork_at = forks_ ? below(count) : -1;
    const int join_at = forks_ && chance(70) ? fork_at + below(count - fork_at) : -1;
    std::vector<int> own;
    for (int i = 0; i < count; ++i) {
      if (i) operations += ", ";
      if (i == fork_at) operations += R"({"fork": "t1"}, )";
      if (i == join_at) operations += R"({"join": "t1"}, )";
      if (chance(40)) operations += further();
      const int kind = below(10);
      if (kind < 6 || own.empty()) {
        own.push_back(ids_++);
        operations += fmt::format(R"({{"id": "j{}", "submit": {}}})", own.back(), submit(own));
      } else if (kind == 6) {
        operations += fmt::format(R"({{"wait": {{"ops": ["j{}"]}}}})", any_of(own));
      } else if (kind == 7) {
        operations += fmt::format(R"({{"think": "{} us"}})", below(60) + 1);
      } else if (kind == 8) {
        operations +=
            R"({"signal": {"timeline": "u", "value": )" + std::to_string(below(3) + 1) + "}}";
      } else {
        operations += R"({"lock": "m"}, {"think": "3 us"}, {"unlock": "m"})";
      }
    }
    // Whoever waits for the value gets it in the end.
    if (mix_.messages && number_ == 0)
      for (int i = 0; i < 24; ++i)
        operations += R"(, {"send": {"channel": "c", "buffers": ["b0"]}})";
    return operations + R"(, {"signal": {"timeline": "u", "value": 9}})";
  }

  /// Nothing, or operations of the mix, each with a comma behind.
  std::string further() {
    const bool has_image = thread_ == 0 && (number_ == 0 || number_ == processes_ - 1);
    if (mix_.swapchain && has_image && chance(60)) return number_ == 0 ? draw() : compose();
    const int kind = below(4);
    if (kind == 0 && mix_.mappings) {
      std::string text =
          fmt::format(R"({{"access": {{"{}": [{}])", chance(50) ? "reads" : "writes", accesses(1));
      if (chance(60)) text += fmt::format(R"(, "duration": "{} us")", below(20) + 1);
      return text + "}}, ";
    }
    if (kind == 1 && mix_.mappings)
      return fmt::format(R"({{"poll": {{"buffer": "b{}", "for": "{}"}}}}, )", below(3),
                         chance(50) ? "read" : "write");
    // The first process sends, the last receives: nobody waits for himself. More is sent than used.
    if (kind == 2 && mix_.messages)
      return number_ == 0
                 ? fmt::format(R"({{"send": {{"channel": "c", "buffers": ["b{}"]}}}}, )", below(3))
                 : R"({"receive": "c"}, )";
    if (kind == 3 && mix_.flips)
      return fmt::format(R"({{"flip": {{"display": "d", "planes": ["b{}"], "async": {}}}}}, )",
                         below(3), chance(30) ? "true" : "false");
    return "";
  }

  /// A job on the image that this thread holds.
  std::string own_submit(const char* how) {
    return fmt::format(R"({{"submit": {{"context": "c{}", "duration": "{} us", "{}": ["@w"]}}}}, )",
                       below(contexts_), below(40) + 1, how);
  }

  std::string draw() {
    const bool by_cpu = mix_.mappings && chance(20);
    const std::string drawing =
        by_cpu ? R"({"access": {"writes": ["@w"]}}, )" : own_submit("writes");
    return R"({"acquire": "w"}, )" + drawing + R"({"present": "w"}, )";
  }

  std::string compose() {
    std::string text = R"({"latch": "w"}, )";
    if (chance(80)) text += own_submit("reads");
    if (mix_.flips && chance(40))
      text += R"({"flip": {"display": "d", "planes": ["@w"]}}, )";
    else if (mix_.mappings && chance(20))
      text += R"({"access": {"reads": ["@w"]}}, )";
    return text;
  }

  /// A buffer, by number.
  int buffer() { return mix_.pressure ? (number_ * 2 + below(3)) % 6 : below(3); }

  int any_of(const std::vector<int>& own) {
    return own[static_cast<std::size_t>(below(static_cast<int>(own.size())))];
  }

  std::string submit(const std::vector<int>& own) {
    std::string text =
        fmt::format(R"({{"context": "c{}", "duration": "{} us")", below(contexts_), below(40) + 1);
    const int reads = below(3), writes = below(2);
    if (reads) text += fmt::format(R"(, "reads": [{}])", accesses(reads));
    if (writes || !reads) text += fmt::format(R"(, "writes": [{}])", accesses(1));
    if (chance(15)) text += fmt::format(R"(, "declares": {{"writes": [{}]}})", accesses(2));
    if (own.size() > 1 && chance(15))
      text += fmt::format(R"(, "after": ["j{}"])", own[own.size() - 2]);
    if (mix_.values && chance(25))
      text += fmt::format(R"(, "wait_values": [{{"timeline": "u", "value": {}}}])", below(3) + 1);
    if (chance(6)) text += R"(, "signal_values": [{"timeline": "u", "value": 2}])";
    return text + "}";
  }

  std::string accesses(int count) {
    std::string list;
    for (int i = 0; i < count; ++i) {
      if (i) list += ", ";
      if (chance(50)) {
        list += fmt::format(R"("b{}")", buffer());
      } else {
        const int begin = below(15);
        list += fmt::format(R"({{"buffer": "b{}", "offset": "{} KiB", "bytes": "{} KiB"}})",
                            buffer(), begin * 4, (below(16 - begin) + 1) * 4);
      }
    }
    return list;
  }

  ProgramMix mix_;
  std::mt19937_64 random_;
  int contexts_ = 1, ids_ = 0, number_ = 0, thread_ = 0, processes_ = 0;
  bool forks_ = false;
};

std::string buffers(const ProgramMix& mix) {
  std::string list;
  for (int i = 0; i < (mix.pressure ? 6 : 3); ++i)
    list += fmt::format(R"({}{{"name": "b{}", "size": "64 KiB"{}}})", i ? ", " : "", i,
                        mix.pressure ? R"(, "gpu": "gpu0")" : "");
  return list;
}

}  // namespace

std::string random_program(std::uint64_t seed, const std::string& stack, const ProgramMix& mix) {
  const char* const engines = R"("engines": ["rcs0", "ccs0", "bcs0"], "preemption_cost": "5 us")";
  const std::string swapchain =
      mix.swapchain
          ? fmt::format(
                R"("swapchains": [{{"name": "w", "images": 3, "size": "64 KiB", "mode": "{}"{}}}],)",
                mix.swapchain, mix.points ? R"(, "protocol": "syncobj")" : "")
          : "";
  return fmt::format(
      R"({{"format": 1, "name": "random", "horizon": "1 s",
          "platform": {{"gpus": [{{"name": "gpu0", {}{}}}{}]}},{}{}{}
          "buffers": [{}], "timelines": ["u"], "locks": ["m"], "processes": [{}],
          "stacks": [{{"name": "stack", {}}}]}})",
      engines, mix.pressure ? R"(, "vram": "256 KiB")" : "",
      mix.two_gpus ? fmt::format(R"(, {{"name": "gpu1", {}}})", engines) : "",
      mix.messages ? R"("channels": ["c"],)" : "",
      mix.flips ? R"("displays": [{"name": "d", "refresh": "20 kHz", "gpu": "gpu0"}],)" : "",
      swapchain, buffers(mix), Writer(seed, mix).processes(), stack);
}

}  // namespace fencelab::tests
