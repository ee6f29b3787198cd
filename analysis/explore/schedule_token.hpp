// A schedule as one word that survives a shell, a bug report and a rename of something else:
//
//   v1:<hash>:process.operation[=choice],process.operation,...
//
// The hash (8 hex digits) says which scenario and stack it was made for. The last "." before "="
// parts process and operation, so "." is escaped in operations only. Every byte but letters,
// digits and _ - / ( ) + @ # is written as %XX (RFC 3986).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/explore/schedule.hpp"

namespace fencelab::analysis {

struct ScheduleToken {
  std::string hash;  ///< 8 lower-case hex digits
  std::vector<ScheduleStep> steps;
};

/// The token's text. Names must not be empty.
std::string token_text(const ScheduleToken& token);

/// One step: "process.operation[=choice]", escaped.
std::string step_text(const ScheduleStep& step);

/// A token, or what is wrong with the text and where.
struct ParsedToken {
  ScheduleToken token;
  std::string error;  ///< e.g. "step 3 (\"user0\"): expected process.operation"; empty: none
  explicit operator bool() const { return error.empty(); }
};
ParsedToken parse_token(std::string_view text);

/// One step, or what is wrong with it.
struct ParsedStep {
  ScheduleStep step;
  std::string error;
  explicit operator bool() const { return error.empty(); }
};
ParsedStep parse_step(std::string_view text);

}  // namespace fencelab::analysis
