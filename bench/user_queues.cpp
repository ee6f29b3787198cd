// User queues: many of them on 64 slots of the firmware, each with pairs of jobs of which the
// second waits for a value that the first writes. Prints processor time per event, building the
// machine included, for two sizes and their ratio.
//   bench_user_queues [FEW] [MANY] [PAIRS]
#include <cstdlib>

#include "bench/scenario_time.hpp"

namespace {

std::string scenario(long queues, long pairs) {
  return fmt::format(
      R"({{"format": 1, "name": "user-queues", "horizon": "10000 s", "progress_bound": "10000 s",
          "platform": {{"gpus": [{{"name": "gpu0", "engines": ["ccs0"], "firmware_slots": 64, "firmware_latency": "1 us"}}]}},
          "processes": [{{"name": "p", "count": {}, "timelines": ["t"], "contexts": [{{"name": "c"}}],
            "threads": [{{"name": "main", "program": [{{"loop": {{"times": {}, "body": [
              {{"submit": {{"context": "c", "duration": "1 us", "signal_values": [{{"timeline": "t", "increment": 1}}]}}}},
              {{"id": "b", "submit": {{"context": "c", "duration": "1 us", "wait_values": [{{"timeline": "t", "increment": 1}}]}}}},
              {{"wait": {{"ops": ["b"]}}}}]}}}}]}}]}}],
          "stacks": ["user-queues-preempt-ctx"]}})",
      queues, pairs);
}

}  // namespace

int main(int argc, char** argv) {
  const long few = argc > 1 ? std::atol(argv[1]) : 1000;
  const long many = argc > 2 ? std::atol(argv[2]) : 100'000;
  const long pairs = argc > 3 ? std::atol(argv[3]) : 5;
  double first = 0;
  for (const long queues : {few, many}) {
    const auto time = fencelab::bench::time_of(scenario(queues, pairs));
    const double each = time.seconds / time.events;
    if (first == 0) first = each;
    fmt::print("user_queues queues={} events={:.0f} ns_per_event={:.0f} ratio={:.2f}\n", queues,
               time.events, each * 1e9, each / first);
  }
  return 0;
}
