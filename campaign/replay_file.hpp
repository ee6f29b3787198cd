// A schedule in a file, with the scenario and the stack that it was found in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/diagnostics.hpp"

namespace fencelab::campaign {

inline constexpr int kReplayVersion = 1;

struct ReplayFile {
  std::string scenario;  ///< file, as it was named to `check`
  std::string stack;
  std::string token;
  // What was not said in files of the first days; then it is not compared.
  std::optional<std::uint64_t> seed;
  std::vector<std::string> sets;                ///< --set of `check`
  std::string timers;                           ///< when recovery timers could fire
  std::string program;                          ///< build that wrote it
  std::string scenario_hash;                    ///< see schedule_hash.hpp
  std::map<std::string, std::string> policies;  ///< by axis
  std::string fault;                            ///< class of the finding
  std::vector<std::string> core;                ///< its members
};

std::string replay_text(const ReplayFile& replay);

/// Reads one; every mistake of the file is an error with its place. The token is not looked into.
scenarios::Loaded<ReplayFile> parse_replay(std::string_view text, const std::string& file);
scenarios::Loaded<ReplayFile> load_replay(const std::string& file);

}  // namespace fencelab::campaign
