// Judge: tells on the terminal what of a campaign did not come out as expected, and the exit code
// that this makes.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "campaign/expectations.hpp"
#include "campaign/run_record.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::cli {

/// "name", or "name [point]".
std::string words_of(const std::string& scenario, const std::string& point);

class Judge {
 public:
  /// `failures` are those of the run.
  void tell(const scenarios::Scenario& scenario, const campaign::RunRecord& record,
            const std::vector<campaign::Failure>& failures);
  /// Relations between stacks that are not as stated.
  void tell(const std::vector<campaign::Failure>& failures);
  /// The worst counts.
  void worsen(int code);
  int code() const { return code_; }

 private:
  void tell_rules(const scenarios::Scenario& scenario, const campaign::RunRecord& record);
  int code_ = 0;
  std::set<std::string> told_;
};

}  // namespace fencelab::cli
