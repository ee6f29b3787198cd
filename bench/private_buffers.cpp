// Private buffers: a thousand buffers are mapped in an address space whose submissions validate all
// of it; private ones share its reservation, external ones have one each. Prints
// processor time per submission.
//   bench_private_buffers [BUFFERS] [SUBMISSIONS]
#include <fmt/format.h>

#include <cstdlib>

#include "bench/scenario_time.hpp"

namespace {

using fencelab::bench::time_of;

std::string scenario(bool is_private, long buffers, long submissions) {
  std::string binds;
  for (long i = 0; i < buffers; ++i)
    binds += fmt::format(R"({{"bind": {{"context": "c", "buffer": "b.{}"}}}},)", i);
  return fmt::format(
      R"({{"format": 1, "name": "private-buffers", "horizon": "1000 s",
          "platform": {{"gpus": [{{"name": "gpu0", "engines": ["rcs0"]}}]}},
          "processes": [{{"name": "app", "buffers": [{{"name": "b", "size": "64 KiB", "count": {}{}}}],
            "contexts": [{{"name": "c"}}], "threads": [{{"name": "main", "program": [{}
              {{"loop": {{"times": {}, "body": [{{"id": "j", "submit": {{"context": "c", "duration": "10 us", "reads": ["b.0"]}}}},
                {{"wait": {{"ops": ["j"]}}}}]}}}}]}}]}}],
          "stacks": [{{"name": "xe", "preset": "vulkan-explicit", "axes": {{"bind": "sync",
            "submission": {{"policy": "kernel", "working_set": "mapped"}}}}}}]}})",
      buffers, is_private ? R"(, "private": true)" : "", binds, submissions);
}

}  // namespace

int main(int argc, char** argv) {
  const long buffers = argc > 1 ? std::atol(argv[1]) : 1000;
  const long submissions = argc > 2 ? std::atol(argv[2]) : 2000;
  for (const bool is_private : {true, false}) {
    // Mapping them is not what is measured: the same without submissions is taken off.
    const double all = time_of(scenario(is_private, buffers, submissions)).seconds;
    const double binds = time_of(scenario(is_private, buffers, 1)).seconds;
    const double each = (all - binds) / static_cast<double>(submissions - 1);
    fmt::print("private_buffers kind={} buffers={} us_per_submission={:.2f}\n",
               is_private ? "private" : "external", buffers, each * 1e6);
  }
  return 0;
}
