#include "tests/trace/timeline_model.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

namespace fencelab::tests {

namespace {

/// Catch counts assertions one by one: too slow for each of a million events.
void require(bool holds, const std::string& what) {
  if (!holds) FAIL(what);
}

}  // namespace

void TimelineModel::declare(std::uint64_t track, const std::string& name, std::uint64_t group) {
  require(track != 0, "a track has no number");
  require(tracks.emplace(track, name).second, "track declared twice: " + name);
  groups[track] = group;
}

void TimelineModel::pass(std::uint64_t track, std::int64_t at) {
  require(tracks.contains(track), "unknown track " + std::to_string(track));
  require(at >= now_, "time goes back to " + std::to_string(at));
  now_ = at;
}

void TimelineModel::begin(std::uint64_t track, std::int64_t at, const std::string& name,
                          std::map<std::string, std::string> arguments) {
  pass(track, at);
  require(!name.empty(), "a slice without a name");
  auto& open = open_[track];
  open.push_back({track, name, at, at, std::move(arguments), static_cast<unsigned>(open.size())});
}

void TimelineModel::end(std::uint64_t track, std::int64_t at) {
  pass(track, at);
  auto& open = open_[track];
  require(!open.empty(), "an end without a beginning on " + tracks[track]);
  slices.push_back(std::move(open.back()));
  slices.back().to_ns = at;
  open.pop_back();
}

void TimelineModel::instant(std::uint64_t track, std::int64_t at, const std::string& name) {
  pass(track, at);
  instants.push_back(name);
}

void TimelineModel::count(std::uint64_t track, std::int64_t at, std::int64_t value) {
  pass(track, at);
  require(value >= 0, "a negative count of " + tracks[track]);
  counters[track].push_back(value);
}

void TimelineModel::leave(std::uint64_t flow, std::int64_t at) {
  require(flows_.emplace(flow, at).second, "two arrows with one number");
}

void TimelineModel::arrive(std::uint64_t flow, std::int64_t at) {
  const auto from = flows_.find(flow);
  require(from != flows_.end() && from->second <= at, "an arrow from nowhere, or from later");
  flows_.erase(from);
  ++arrows;
}

void TimelineModel::finish(bool whole) {
  if (!whole) return;
  for (const auto& [track, open] : open_)
    require(open.empty(), "a slice of " + tracks[track] + " never ends");
}

std::vector<Slice> TimelineModel::named(const std::string& name, const std::string& track) const {
  std::vector<Slice> found;
  for (const Slice& slice : slices)
    if (slice.name == name && tracks.at(slice.track).starts_with(track)) found.push_back(slice);
  return found;
}

const std::vector<std::int64_t>& TimelineModel::counter(const std::string& name) const {
  for (const auto& [track, values] : counters)
    if (tracks.at(track) == name) return values;
  throw std::runtime_error("no counter " + name);
}

}  // namespace fencelab::tests
