// The operations of a timeline have the words of the scenario format.
#include <nlohmann/json.hpp>
#include <set>

#include "tests/trace/readers.hpp"
#include "tests/trace/traced_runs.hpp"

using namespace fencelab::tests;

namespace {

/// Members of the operations of a program, those of loops included.
void collect(const nlohmann::json& program, std::set<std::string>& words) {
  for (const nlohmann::json& operation : program)
    for (const auto& [member, value] : operation.items()) {
      if (member == "id") continue;
      words.insert(member);
      if (member == "loop") collect(value.at("body"), words);
    }
}

}  // namespace

TEST_CASE("Operations of a timeline are called what scenarios call them", "[trace]") {
  const char* const subjects[] = {"fork-and-userptr",   "partial-unbind",      "poll-driven-client",
                                  "prime-sharing",      "buffer-abba",         "hybrid-laptop",
                                  "screen-capture",     "indefinite-fence",    "journal-gfp-nofs",
                                  "nested-compositors", "infinite-batch-slow", "two-monitors"};
  std::set<std::string> all;
  for (const char* const scenario : subjects) {
    const nlohmann::json json =
        nlohmann::json::parse(fencelab::testing::read_file(library(scenario)));
    std::set<std::string> words;
    for (const auto& process : json.at("processes"))
      for (const auto& thread : process.at("threads")) collect(thread.at("program"), words);
    const auto& stack = json.at("stacks").at(0);
    TracedRun run(library(scenario), stack.is_string() ? stack : stack.at("name"));
    const TimelineModel timeline =
        read_chrome(run.trace("run.json", {"--trace-window", "..200ms"}));
    std::set<std::string> shown;
    for (const Slice& slice : timeline.slices) {
      const bool client =
          timeline.tracks.at(timeline.groups.at(slice.track)).starts_with("client ");
      if (client && slice.name != "ioctl" && !slice.name.starts_with("wait: "))
        shown.insert(slice.name);
    }
    INFO(scenario);
    for (const std::string& word : shown) CHECK(words.contains(word));
    all.insert(shown.begin(), shown.end());
  }
  CHECK(all.size() >= 20);
}
