// Findings as plain text for a terminal: the core first, what is blocked behind it folded.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/deadlock/findings.hpp"

namespace fencelab::analysis {

/// Words for a source place of a wait, e.g. "two_clients.json:12:5 /processes/0/program/3".
using DescribePlace = std::function<std::string(std::uint32_t)>;

struct TextOptions {
  std::size_t members_max = 9;
  std::size_t behind_max = 5;
  DescribePlace describe_place;  ///< without it no places are printed
};

/// One finding, at most about 40 lines. The first line stands alone: verdict, time, counts.
std::string render_text(const Finding& finding, const TextOptions& options = {});

/// All findings, separated by empty lines; "no deadlock" if there are none.
std::string render_text(const std::vector<Finding>& findings, const TextOptions& options = {});

/// "12.345 ms"; as many decimals as the time needs: three or six.
std::string format_time(core::Time at);

}  // namespace fencelab::analysis
