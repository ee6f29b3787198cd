// A check as JUnit XML, which the dashboards of CI systems read.
#pragma once

#include <string>
#include <vector>

#include "campaign/check_record.hpp"
#include "campaign/judgement.hpp"

namespace fencelab::campaign {

/// One suite per scenario, one case per stack; failures carry their rule and the report. Attributes
/// follow the common subset that Jenkins, GitLab and GitHub actions read
/// (https://github.com/testmoapp/junitxml). Valid XML whatever bytes names and reports have.
std::string junit_xml(const std::vector<CheckRecord>& records,
                      const std::vector<Judgement>& judgements);

}  // namespace fencelab::campaign
