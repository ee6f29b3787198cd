#include "campaign/database/campaign_reader.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace fencelab::campaign {

namespace {

/// How much a row is worth when several folders have one.
int worth(const PlannedRun& run) { return !run.stored ? 0 : run.status == "ok" ? 2 : 1; }

}  // namespace

CampaignReader::CampaignReader(const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    const std::string file = Database::path_in(folder);
    if (::access(file.c_str(), F_OK) != 0)
      throw DatabaseError(
          fmt::format("{}: there is no such file; expected the folder of a campaign, as `fencelab "
                      "run --out` makes it",
                      file),
          0);
    databases_.push_back(std::make_unique<Database>(folder, Connection::Mode::read));
    add_plan(databases_.size() - 1, folder);
  }
}

void CampaignReader::add_plan(std::size_t folder, const std::string& name) {
  std::vector<Place> merged;
  auto known = plan_.begin();
  for (PlannedRun& run : databases_[folder]->plan()) {
    while (known != plan_.end() && known->run.place < run.place)
      merged.push_back(std::move(*known++));
    Place place{std::move(run), folder};
    if (known != plan_.end() && known->run.place == place.run.place) {
      if (known->run.key != place.run.key)
        throw DatabaseError(
            fmt::format("{}: this is no part of the same campaign: it plans other runs", name), 0);
      if (worth(known->run) >= worth(place.run)) place = std::move(*known);
      ++known;
    }
    merged.push_back(std::move(place));
  }
  std::move(known, plan_.end(), std::back_inserter(merged));
  plan_ = std::move(merged);
}

std::uint64_t CampaignReader::stored() const {
  return static_cast<std::uint64_t>(std::count_if(
      plan_.begin(), plan_.end(), [](const Place& place) { return place.run.stored; }));
}

std::vector<std::string> CampaignReader::stacks() const {
  std::vector<std::string> stacks;
  for (const Place& place : plan_)
    if (place.run.stored &&
        std::find(stacks.rbegin(), stacks.rend(), place.run.stack) == stacks.rend())
      stacks.push_back(place.run.stack);
  return stacks;
}

void CampaignReader::for_each_run(const RunReader& reader) {
  PointByPoint points(reader);
  // One may be made anew by somebody else meanwhile.
  for (const Place& place : plan_)
    if (place.run.stored)
      if (const auto run = databases_[place.folder]->find(place.run.key)) points.pass(*run);
  points.end();
}

void CampaignReader::for_each_run_of(const std::string& scenario, const std::string& point,
                                     const std::function<void(const StoredRun&)>& use) {
  if (places_.empty())
    for (std::size_t i = 0; i < plan_.size(); ++i)
      if (plan_[i].run.stored) places_[{plan_[i].run.scenario, plan_[i].run.point}].push_back(i);
  if (const auto places = places_.find({scenario, point}); places != places_.end())
    for (const std::size_t i : places->second)
      if (const auto run = databases_[plan_[i].folder]->find(plan_[i].run.key)) use(*run);
}

std::string CampaignReader::judgement_of(const std::string& scenario, const std::string& point) {
  for (const auto& database : databases_)
    if (std::string words = database->judgement_of(scenario, point); !words.empty()) return words;
  return {};
}

}  // namespace fencelab::campaign
