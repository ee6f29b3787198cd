#include "tests/campaign/oracles/random_program.hpp"

#include <fmt/format.h>

#include <random>
#include <vector>

namespace fencelab::tests {

namespace {

class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_(seed) {}

  std::string processes() {
    std::string list;
    const int count = below(2) + 2;
    for (int number = 0; number < count; ++number)
      list += fmt::format("{}{}", number ? ", " : "", process(number));
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
      contexts += fmt::format(R"({}{{"name": "c{}", "engine": "{}"}})", context ? ", " : "",
                              context, engines[below(3)]);
    ids_ = 0;
    const int count = below(2) + 1;
    for (int thread = 0; thread < count; ++thread)
      threads += fmt::format(R"({}{{"name": "t{}", "start": "{} us", "program": [{}]}})",
                             thread ? ", " : "", thread, below(30), program());
    return fmt::format(R"({{"name": "p{}", "contexts": [{}], "threads": [{}]}})", number, contexts,
                       threads);
  }

  std::string program() {
    std::string operations;
    const int count = below(7) + 2;
    std::vector<int> own;
    for (int i = 0; i < count; ++i) {
      if (i) operations += ", ";
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
    return operations + R"(, {"signal": {"timeline": "u", "value": 9}})";
  }

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
    if (chance(6)) text += R"(, "signal_values": [{"timeline": "u", "value": 2}])";
    return text + "}";
  }

  std::string accesses(int count) {
    std::string list;
    for (int i = 0; i < count; ++i) {
      if (i) list += ", ";
      if (chance(50)) {
        list += fmt::format(R"("b{}")", below(3));
      } else {
        const int begin = below(15);
        list += fmt::format(R"({{"buffer": "b{}", "offset": "{} KiB", "bytes": "{} KiB"}})",
                            below(3), begin * 4, (below(16 - begin) + 1) * 4);
      }
    }
    return list;
  }

  std::mt19937_64 random_;
  int contexts_ = 1, ids_ = 0;
};

}  // namespace

std::string random_program(std::uint64_t seed, const std::string& stack) {
  return fmt::format(
      R"({{"format": 1, "name": "random", "horizon": "1 s",
          "platform": {{"gpus": [{{"name": "gpu0", "engines": ["rcs0", "ccs0", "bcs0"]}}]}},
          "buffers": [{{"name": "b0", "size": "64 KiB"}}, {{"name": "b1", "size": "64 KiB"}},
                      {{"name": "b2", "size": "64 KiB"}}],
          "timelines": ["u"], "locks": ["m"], "processes": [{}],
          "stacks": [{{"name": "stack", {}}}]}})",
      Writer(seed).processes(), stack);
}

}  // namespace fencelab::tests
