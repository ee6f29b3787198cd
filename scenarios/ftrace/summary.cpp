#include "scenarios/ftrace/summary.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/utf8.hpp"

namespace fencelab::scenarios::ftrace {

namespace {

// Texts of the recording may be anything.
std::string listed(const std::map<std::string, std::uint64_t, std::less<>>& counts) {
  constexpr std::size_t kShown = 12;
  std::vector<std::pair<std::string, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (std::size_t i = 0; i < std::min(sorted.size(), kShown); ++i)
    text +=
        fmt::format("{}{} {}", i == 0 ? "" : ", ", printable(sorted[i].first), sorted[i].second);
  if (sorted.size() > kShown) text += fmt::format(", {} more kinds", sorted.size() - kShown);
  return text;
}

class Summary {
 public:
  void say(std::string line) { lines_.push_back(std::move(line)); }
  /// "12 things", unless there are none.
  void count(std::uint64_t number, const char* what) {
    if (number > 0) say(fmt::format("{} {}", number, what));
  }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

void summarise_jobs(const MatchCounts& counts, Summary& summary) {
  summary.count(counts.merged,
                "requests are part of the next one's job: of themselves no end is recorded");
  summary.count(counts.preemptions,
                "preemptions: a job takes the sum of its times on the hardware");
  summary.count(counts.without_submission,
                "jobs without a submission: taken as submitted when they began");
  summary.count(counts.without_begin, "jobs left out: they did not begin");
  summary.count(counts.without_end, "jobs left out: their end is not recorded");
  summary.count(counts.ends_without_begin, "ends left out: the job is not known, or did not begin");
  summary.count(counts.dependencies_unknown,
                "dependencies left out: on fences of no job that is used");
  summary.count(counts.waits_unknown,
                "waits of threads left out: for no job that is used, or without an end");
  summary.count(counts.told_twice,
                "events of amdgpu left out: its scheduler's tell of the same jobs");
}

}  // namespace

std::vector<std::string> summarise(const Recording& recording, const Jobs& jobs, const Plan& plan,
                                   const Screens& screens) {
  Summary summary;
  summary.say(fmt::format("{} jobs from {} lines", jobs.jobs.size(), recording.lines));
  if (!recording.used.empty()) summary.say("read: " + listed(recording.used));
  if (!recording.unused.empty()) summary.say("not read: " + listed(recording.unused));
  summary.count(recording.outside_window, "events outside the window");
  summary.count(recording.out_of_order, "events printed behind later ones of other CPUs: sorted");
  summary.count(recording.losses, "places where events were lost");
  summarise_jobs(jobs.counts, summary);
  summary.count(plan.reordered, "jobs ended before one that began earlier on their ring");
  summary.count(plan.dependencies_left_out,
                "dependencies left out: they ended after the job began");
  summary.count(plan.inferred,
                "dependencies inferred: the job began right after another ring's ended");
  summary.count(plan.held,
                "jobs submitted when they began: why they did not begin earlier is not recorded");
  std::size_t flips = 0;
  for (const Screen& screen : screens.screens) flips += screen.flips.size();
  summary.count(jobs.waits.size(), "waits of threads for jobs");
  summary.count(flips, "page flips");
  summary.count(screens.flips_left_out, "page flips left out: no refresh rate can be told");
  summary.count(screens.without_flips, "screens left out: they show no flip");
  summary.say(fmt::format("jobs of the replay end at most {} us earlier than recorded",
                          plan.early_ns_max / 1000));
  return summary.take();
}

std::string assumptions() {
  return "Assumed, because no recording tells: jobs touch no memory, they depend on each other as "
         "recorded and for no other reason; a ring executes one job at a time, each from when it "
         "came to the hardware or, if the ring was busy, from when the one before it ended; a GPU "
         "takes as many jobs at once as one of its rings was seen with; nobody has a "
         "priority, and CPU time is free. Threads submit when they did or, if what they wait for "
         "ends later than it did, right after that: they do not get faster where the GPU does. "
         "Flips show one of two images that nobody draws, and are asked "
         "for half a refresh before they were shown.";
}

}  // namespace fencelab::scenarios::ftrace
