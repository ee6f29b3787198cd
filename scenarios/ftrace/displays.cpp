#include "scenarios/ftrace/displays.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace fencelab::scenarios::ftrace {

namespace {

struct Vblank {
  std::int64_t ns = 0;
  std::uint64_t seq = 0;
};

/// What is seen of one CRTC.
struct Seen {
  std::vector<Vblank> vblanks;
  std::vector<Vblank> told;
};

std::int64_t rounded_ratio(std::int64_t a, std::int64_t b) {
  const std::int64_t half = a >= 0 ? b / 2 : -(b / 2);
  return (a + half) / b;
}

std::int64_t median(std::vector<std::int64_t> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Sequence numbers jump when a CRTC is switched off: neighbours give a first guess, by which the
// time between the first and the last is so many periods.
std::int64_t period_of(const std::vector<Vblank>& vblanks) {
  constexpr std::uint64_t kFarApart = 1000;
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i < vblanks.size(); ++i) {
    const std::uint64_t periods = vblanks[i].seq - vblanks[i - 1].seq;
    const std::int64_t ns = vblanks[i].ns - vblanks[i - 1].ns;
    if (periods > 0 && periods < kFarApart && ns > 0)
      steps.push_back(ns / static_cast<std::int64_t>(periods));
  }
  if (steps.empty()) return 0;
  const std::int64_t guess = median(steps);
  if (guess == 0) return 0;
  const std::int64_t span = vblanks.back().ns - vblanks.front().ns;
  const std::int64_t periods = rounded_ratio(span, guess);
  return periods > 0 ? rounded_ratio(span, periods) : guess;
}

// Handlers of vblanks run late rather than early, by more or less: the middle of their delays.
std::int64_t phase_of(const std::vector<Vblank>& vblanks, std::int64_t period) {
  std::vector<std::int64_t> residues;
  const std::int64_t first = vblanks.front().ns;
  for (const Vblank& vblank : vblanks)
    residues.push_back(vblank.ns - first - rounded_ratio(vblank.ns - first, period) * period);
  return first + median(residues);
}

std::map<std::uint64_t, Seen> look(const Recording& recording) {
  std::map<std::uint64_t, Seen> seen;
  std::set<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>> asked;  // crtc, file, sequence
  for (const Event& event : recording.events) {
    if (event.kind == EventKind::vblank_asked)
      asked.emplace(event.number, event.key.a, event.key.b);
    else if (event.kind == EventKind::vblank)
      seen[event.number].vblanks.push_back({event.ns, event.key.b});
    else if (event.kind == EventKind::vblank_told &&
             asked.erase({event.number, event.key.a, event.key.b}) == 0)
      seen[event.number].told.push_back({event.ns, event.key.b});
  }
  return seen;
}

}  // namespace

Screens find_screens(const Recording& recording) {
  Screens result;
  for (const auto& [crtc, seen] : look(recording)) {
    if (seen.told.empty()) {
      ++result.without_flips;
      continue;
    }
    const std::int64_t period = period_of(seen.vblanks);
    constexpr std::int64_t kShortest = 100'000;  // 10 kHz: no screen
    if (period < kShortest) {
      result.flips_left_out += seen.told.size();
      continue;
    }
    Screen screen{crtc, period, phase_of(seen.vblanks, period), {}};
    std::set<std::int64_t> flips;  // each vblank shows one
    for (const Vblank& told : seen.told)
      flips.insert(rounded_ratio(told.ns - screen.vblank_ns, period));
    screen.flips.assign(flips.begin(), flips.end());
    result.screens.push_back(std::move(screen));
  }
  return result;
}

}  // namespace fencelab::scenarios::ftrace
