// A schedule in a file, with the scenario and the stack that it was found in.
#pragma once

#include <string>
#include <string_view>

#include "scenarios/diagnostics.hpp"

namespace fencelab::campaign {

inline constexpr int kReplayVersion = 1;

struct ReplayFile {
  std::string scenario;  ///< file, as it was named to `check`
  std::string stack;
  std::string token;
};

std::string replay_text(const ReplayFile& replay);

/// Reads one; every mistake of the file is an error with its place. The token is not looked into.
scenarios::Loaded<ReplayFile> parse_replay(std::string_view text, const std::string& file);
scenarios::Loaded<ReplayFile> load_replay(const std::string& file);

}  // namespace fencelab::campaign
