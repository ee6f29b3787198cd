#include "campaign/instant_watch.hpp"

namespace fencelab::campaign {

InstantWatch::InstantWatch(core::Simulation& simulation, std::function<std::uint64_t()> progress)
    : simulation_(simulation), progress_(std::move(progress)) {
  simulation_.limit_instant(kLookEvery);
}

bool InstantWatch::is_endless() {
  const std::uint64_t done = progress_();
  if (simulation_.now() != at_) {
    at_ = simulation_.now();
    first_ = done_ = done;
    since_ = simulation_.events();
  } else if (done != done_) {
    done_ = done;
    since_ = simulation_.events();
  }
  return events() > kEndless || this->done() > kEndlessOperations;
}

// Who waits for a fence or an empty queue does not keep the instant going. Those that do may be
// waiting for each other's wake-up right now: services that are idle are left out, workers are not.
std::vector<std::string> InstantWatch::who() const {
  std::vector<std::string> names;
  for (const core::Process& process : simulation_.processes()) {
    const bool acts = process.state == core::ProcessState::ready ||
                      process.state == core::ProcessState::running ||
                      (process.state == core::ProcessState::sleeping &&
                       process.wait.deadline == simulation_.now()) ||
                      (process.state != core::ProcessState::done &&
                       process.wait.since == simulation_.now() && process.spec.daemon);
    if (acts) names.push_back(process.spec.name);
  }
  return names;
}

}  // namespace fencelab::campaign
