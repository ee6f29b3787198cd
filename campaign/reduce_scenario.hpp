// Makes a scenario smaller while it still shows something: whole processes first, then threads,
// operations, buffers and whatever else can be left out (delta debugging, after Zeller).
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace fencelab::campaign {

/// Whether the document still shows it; nothing if it is no valid scenario.
using StillShows = std::function<std::optional<bool>(const nlohmann::json& document)>;

struct ReduceLimits {
  std::uint64_t trials_max = 400;       ///< of valid scenarios
  std::uint64_t rejected_max = 20'000;  ///< documents that are no scenarios cost little
};

struct ReducedDocument {
  nlohmann::json document;
  std::uint64_t trials = 0;  ///< valid scenarios that were tried
  bool complete = false;     ///< no single part can be left out any more
};

/// A smaller document that still shows it; the same for the same input, on every machine. Only the
/// stack `stack` stays, expectations and prose go.
ReducedDocument reduce_scenario(const nlohmann::json& document, const std::string& stack,
                                const StillShows& still_shows, const ReduceLimits& limits = {});

/// How many of what a scenario has, e.g. {"processes", 4}; in a fixed order.
std::vector<std::pair<std::string, std::size_t>> parts_of(const nlohmann::json& document);

/// The text of a scenario file, members in the order in which people write them.
std::string scenario_text(const nlohmann::json& document);

}  // namespace fencelab::campaign
