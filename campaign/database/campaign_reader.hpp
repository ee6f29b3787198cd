// CampaignReader: the folders of a campaign, read as one and changed in nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "campaign/database/database.hpp"

namespace fencelab::campaign {

class CampaignReader {
 public:
  /// Opens results.sqlite of each folder, at least one. A run that several hold counts once, one
  /// that is no failure first. Throws DatabaseError: there is none, it is damaged or of another
  /// format, or two folders plan different runs for the same place, as parts of different
  /// campaigns do.
  /// A database that has another name can be given instead of its folder.
  explicit CampaignReader(const std::vector<std::string>& folders);

  /// Runs of the plan, and those of them that are stored.
  std::uint64_t planned() const { return plan_.size(); }
  std::uint64_t stored() const;
  /// Names of the stacks of stored runs, each once, in the order of the plan.
  std::vector<std::string> stacks() const;
  /// The stored runs. Throws if a row is damaged.
  void for_each_run(const RunReader& reader);
  /// Those of one point.
  void for_each_run_of(const std::string& scenario, const std::string& point,
                       const std::function<void(const StoredRun&)>& use);

  /// What the campaign said of a point: Database::judgement_of() of the first folder that has it.
  std::string judgement_of(const std::string& scenario, const std::string& point);

 private:
  struct Place {
    PlannedRun run;
    std::size_t folder = 0;  ///< whose row it is
  };
  void add_plan(std::size_t folder, const std::string& name);
  std::vector<std::unique_ptr<Database>> databases_;
  std::vector<Place> plan_;  ///< by place
  /// Where in the plan the runs of a point are; made when it is first asked for.
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> places_;
};

}  // namespace fencelab::campaign
