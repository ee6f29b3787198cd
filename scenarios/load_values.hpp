// Reading quantities out of nodes (internal to the loader). Each reports what is wrong and returns
// nothing then; an absent node gives nothing without a report.
#pragma once

#include <cstdint>
#include <optional>

#include "scenarios/load_context.hpp"

namespace fencelab::scenarios {

/// Whether zero makes sense for a quantity.
enum class Zero : std::uint8_t { allowed, forbidden };

std::optional<Duration> read_duration(LoadContext& context, const Node& node, Zero zero);
std::optional<std::uint64_t> read_size(LoadContext& context, const Node& node, Zero zero);
std::optional<std::uint64_t> read_bandwidth(LoadContext& context, const Node& node);
std::optional<Duration> read_frequency(LoadContext& context, const Node& node);

/// From -20 (most) to 19, 0 if absent.
int read_nice(const Node& node);

/// A duration above zero, or "never", which reads as zero.
std::optional<Duration> read_period_or_never(LoadContext& context, const Node& node);

/// Whether `node` may be read as a duration where `word` would be allowed as well; reports other
/// words.
bool is_duration_or(LoadContext& context, const Node& node, const std::string& word);

/// A fixed duration or a distribution object, of which some outcome is above zero.
Distribution read_distribution(LoadContext& context, const Node& node);

}  // namespace fencelab::scenarios
