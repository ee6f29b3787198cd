// The workload of whole_engine and analysis_cost: `clients` programs at 60 frames a second with
// `jobs` jobs a frame share buffers with a compositor under implicit sync. The compositor looks for
// frames `late` after the vblank, at which the clients begin theirs: at once all are done
// and nothing waits, a little later jobs of both sides wait for each other.
#pragma once

#include <fmt/format.h>

#include <string>

namespace fencelab::bench {

inline std::string whole_scenario(int clients, int jobs, long frames,
                                  const std::string& late = "") {
  std::string chains, processes, latches, reads;
  for (int client = 0; client < clients; ++client) {
    chains +=
        fmt::format(R"({}{{"name": "win{}", "images": 3, "size": "8 MiB", "mode": "mailbox"}})",
                    client ? "," : "", client);
    std::string body = fmt::format(R"({{"acquire": "win{}"}})", client);
    for (int job = 0; job < jobs; ++job)
      body += fmt::format(
          R"(,{{"submit": {{"context": "c", "duration": "20 us", "reads": ["tex"], "writes": ["@win{}"]}}}})",
          client);
    body += fmt::format(R"(,{{"present": "win{}"}})", client);
    processes += fmt::format(
        R"({{"name": "client{0}", "buffers": [{{"name": "tex", "size": "4 MiB"}}], "contexts": [{{"name": "c", "engine": "rcs{1}"}}],
            "threads": [{{"name": "main", "program": [{{"loop": {{"times": {2}, "period": "16667 us", "body": [{3}]}}}}]}}]}},)",
        client, client % 4, frames, body);
    latches += fmt::format(R"({{"latch": "win{}"}},)", client);
    reads += fmt::format(R"({}"@win{}")", client ? "," : "", client);
  }
  return fmt::format(
      R"({{"format": 1, "name": "whole-engine", "horizon": "100000 s", "progress_bound": "10 s",
          "platform": {{"gpus": [{{"name": "gpu0", "engines": ["rcs0", "rcs1", "rcs2", "rcs3", "rcs4"]}}]}},
          "displays": [{{"name": "d", "refresh": "60 Hz"}}], "swapchains": [{0}], "buffers": [{{"name": "scanout", "size": "8 MiB"}}],
          "processes": [{1}{{"name": "compositor", "contexts": [{{"name": "c", "engine": "rcs4"}}], "threads": [{{"name": "main",
            "program": [{{"loop": {{"times": {2}, "body": [{{"vblank": "d"}},{5}{3}
              {{"submit": {{"context": "c", "duration": "1 ms", "reads": [{4}], "writes": ["scanout"]}}}},
              {{"flip": {{"display": "d", "planes": ["scanout"]}}}}]}}}}]}}]}}],
          "stacks": ["linux-implicit"]}})",
      chains, processes, frames, latches, reads,
      late.empty() ? "" : fmt::format(R"({{"think": "{}"}},)", late));
}

}  // namespace fencelab::bench
