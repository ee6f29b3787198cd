#include "campaign/plugins/read_handshake.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "fencelab/version.hpp"
#include "policies/plugin/abi.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::campaign {

namespace {

using plugin::Handshake;

/// Ends the reading; what() is what is wrong.
struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class... Arguments>
[[noreturn]] void refuse(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw Refusal(fmt::format(format, std::forward<Arguments>(arguments)...));
}

constexpr std::size_t kTextMost = 4096, kNameMost = 64;
constexpr std::uint32_t kEntriesMost = 4096;

/// One line that can be printed.
std::string text_at(const char* text, const char* what) {
  if (!text) refuse("it has no {}", what);
  const std::size_t length = ::strnlen(text, kTextMost + 1);
  if (length > kTextMost) refuse("its {} is longer than {} bytes", what, kTextMost);
  const std::string copy(text, length);
  const bool has_control = std::any_of(copy.begin(), copy.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (has_control || !simdjson::validate_utf8(copy))
    refuse("its {} has characters that cannot be printed", what);
  return copy;
}

/// A name as those of the tree: letters, digits, and dashes or underscores.
std::string name_at(const char* text, const char* what) {
  std::string name = text_at(text, what);
  const bool plain =
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos;
  if (name.empty() || name.size() > kNameMost || !plain || name[0] < 'a' || name[0] > 'z')
    refuse(
        "its {} {} is no name; expected a lower-case letter, then lower-case letters, digits, - "
        "and _, {} at most",
        what, scenarios::quote(name), kNameMost);
  return name;
}

/// The entry number `i` of a list whose entries have the size that the first one says: they may
/// have grown at their ends since.
template <class Entry>
const Entry& entry_at(const Entry* entries, std::uint32_t i, const char* what) {
  if (!entries) refuse("it has no list of {}", what);
  const std::uint32_t size = entries->size;
  if (size < sizeof(Entry) || size > 16 * sizeof(Entry) || size % alignof(Entry) != 0)
    refuse("an entry of its {} has {} bytes, and this program knows {}", what, size, sizeof(Entry));
  const char* const at = reinterpret_cast<const char*>(entries) + std::size_t{size} * i;
  return *reinterpret_cast<const Entry*>(at);
}

void check_count(std::uint32_t count, const char* what) {
  if (count > kEntriesMost) refuse("it has {} {}, and {} are the most", count, what, kEntriesMost);
}

// ---------------------------------------------------------------- who it is

std::string words_of_program() { return fmt::format("this program (fencelab {})", kVersion); }

void check_version(const Handshake& of) {
  if (of.magic != plugin::kMagic)
    refuse("it is no plug-in of Fencelab: its handshake begins with {:#010x}, not with {:#010x}",
           of.magic, plugin::kMagic);
  if (of.size < sizeof(Handshake))
    refuse("its handshake has {} bytes, and {} expects {}; rebuild the plug-in", of.size,
           words_of_program(), sizeof(Handshake));
  if (of.abi_version != plugin::kAbiVersion)
    refuse(
        "it speaks version {} of the plug-in interface, and {} version {}; rebuild the plug-in "
        "with the headers of this program",
        of.abi_version, words_of_program(), plugin::kAbiVersion);
  if (const std::uint32_t unknown = of.features & ~std::uint32_t{plugin::kFeaturesKnown})
    refuse("it needs features {:#x} that {} does not have", unknown, words_of_program());
}

void check_binary(const Handshake& of) {
  const std::string library = text_at(of.library_abi, "library ABI");
  if (library != plugin::kLibraryAbi)
    refuse("it was built for {}, and {} for {}; rebuild the plug-in with that library", library,
           words_of_program(), plugin::kLibraryAbi);
  if (of.layout != plugin::kLayout)
    refuse(
        "it was built with other headers (fencelab {}, layout {:016x}) than {}, layout {:016x}; "
        "rebuild the plug-in with the headers of this program",
        text_at(of.built_against, "version of Fencelab"), of.layout, words_of_program(),
        plugin::kLayout);
}

// ---------------------------------------------------------------- what is in it

policies::Parameter parameter_of(const plugin::ParameterEntry& entry, const std::string& policy) {
  policies::Parameter parameter;
  parameter.name = name_at(entry.name, "parameter");
  constexpr auto kLast = static_cast<std::uint32_t>(policies::ParameterKind::word);
  if (entry.kind > kLast)
    refuse("parameter {} of its policy {} has the unknown kind {}", parameter.name, policy,
           entry.kind);
  parameter.kind = static_cast<policies::ParameterKind>(entry.kind);
  parameter.default_value = entry.default_value;
  parameter.min = entry.min;
  parameter.max = entry.max;
  parameter.meaning = text_at(entry.meaning, "meaning of a parameter");
  parameter.source = text_at(entry.source, "source of a parameter");
  check_count(entry.word_count, "words of a parameter");
  for (std::uint32_t i = 0; i < entry.word_count; ++i)
    parameter.words.push_back(
        name_at(entry.words ? entry.words[i] : nullptr, "word of a parameter"));
  const bool has_range = parameter.min != parameter.max;
  const bool in_range =
      parameter.default_value >= parameter.min && parameter.default_value <= parameter.max;
  const bool is_word = parameter.kind == policies::ParameterKind::word;
  const auto words = static_cast<std::int64_t>(parameter.words.size());
  const bool is_flag = parameter.kind == policies::ParameterKind::flag;
  if ((has_range && !in_range) || parameter.min > parameter.max ||
      (is_word && (parameter.default_value < 0 || parameter.default_value >= words)) ||
      (is_flag && parameter.default_value != 0 && parameter.default_value != 1))
    refuse("the default {} of parameter {} of its policy {} is no value that it may have",
           parameter.default_value, parameter.name, policy);
  return parameter;
}

bool has_made(const models::DriverPolicies& set, const std::string& axis) {
  const std::pair<std::string_view, bool> places[] = {{"sync", set.sync != nullptr},
                                                      {"submission", set.submission != nullptr},
                                                      {"residency", set.residency != nullptr},
                                                      {"userptr", set.userptr != nullptr},
                                                      {"bind", set.bind != nullptr},
                                                      {"reclaim", set.reclaim != nullptr},
                                                      {"hang", set.hang != nullptr},
                                                      {"semaphore", set.semaphore != nullptr},
                                                      {"flip", set.flip != nullptr}};
  return std::any_of(std::begin(places), std::end(places),
                     [&](const auto& place) { return place.first == axis && place.second; });
}

policies::Factory factory_of(const plugin::PolicyEntry& entry, const std::string& axis,
                             const std::string& name, const std::string& of) {
  return [make = entry.make, context = entry.context, axis, name, of](
             models::DriverPolicies& set, const policies::ParameterValues& values,
             policies::RunState& run) {
    make(context, set, values, run);
    if (!has_made(set, axis))
      throw std::runtime_error(
          fmt::format("plug-in {}: policy {} made nothing for axis {}", of, name, axis));
  };
}

/// Coroutines cannot cross: their frames are laid out otherwise.
void check_compiler(const Handshake& of, const policies::AxisInfo& axis, const std::string& name) {
  const std::string compiler = text_at(of.compiler_abi, "compiler ABI");
  if (!axis.has_coroutines || compiler == plugin::kCompilerAbi) return;
  refuse(
      "its policy {} is of axis {}, whose coroutines do not cross compilers: it was built by {}, "
      "and {} by {}; rebuild the plug-in with {}",
      name, axis.name, compiler, words_of_program(), plugin::kCompilerAbi, plugin::kCompilerAbi);
}

policies::PolicyInfo policy_of(const Handshake& of, const plugin::PolicyEntry& entry,
                               const std::string& plugin) {
  policies::PolicyInfo policy;
  policy.axis = name_at(entry.axis, "axis");
  policy.name = name_at(entry.name, "policy");
  const auto axis = std::find_if(policies::axes().begin(), policies::axes().end(),
                                 [&](const auto& known) { return known.name == policy.axis; });
  if (axis == policies::axes().end())
    refuse("its policy {} is of axis {}, which {} does not have", policy.name,
           scenarios::quote(policy.axis), words_of_program());
  check_compiler(of, *axis, policy.name);
  policy.summary = text_at(entry.summary, "summary of a policy");
  policy.source = text_at(entry.source, "source of a policy");
  if (!entry.make) refuse("its policy {} has nothing that makes it", policy.name);
  check_count(entry.parameter_count, "parameters");
  for (std::uint32_t i = 0; i < entry.parameter_count; ++i)
    policy.parameters.push_back(
        parameter_of(entry_at(entry.parameters, i, "parameters"), policy.name));
  policy.make = factory_of(entry, policy.axis, policy.name, plugin);
  return policy;
}

plugin::MetricInfo metric_of(const plugin::MetricEntry& entry) {
  plugin::MetricInfo metric;
  check_count(entry.column_count, "columns");
  for (std::uint32_t i = 0; i < entry.column_count; ++i) {
    const auto& from = entry_at(entry.columns, i, "columns");
    plugin::MetricColumn column;
    column.name = name_at(from.name, "column");
    column.unit = text_at(from.unit, "unit of a column");
    column.meaning = text_at(from.meaning, "meaning of a column");
    if (column.unit.empty() || column.unit == "text")
      refuse("its column {} is no number: unit {}", column.name, scenarios::quote(column.unit));
    if (from.better > static_cast<std::uint32_t>(plugin::Direction::more))
      refuse("its column {} gets better in the unknown direction {}", column.name, from.better);
    column.better = static_cast<plugin::Direction>(from.better);
    metric.columns.push_back(std::move(column));
  }
  if (!entry.make) refuse("one of its metrics has nothing that makes it");
  metric.make = [make = entry.make, context = entry.context](core::Simulation& run) {
    return make(context, run);
  };
  return metric;
}

void read(const Handshake& of, PluginContents& contents) {
  check_version(of);
  contents.name = name_at(of.name, "name");
  contents.version = text_at(of.version, "version");
  check_binary(of);
  check_count(of.policy_count, "policies");
  check_count(of.metric_count, "metrics");
  if (of.policy_count + of.metric_count == 0) refuse("it has neither policies nor metrics");
  for (std::uint32_t i = 0; i < of.policy_count; ++i)
    contents.policies.push_back(policy_of(of, entry_at(of.policies, i, "policies"), contents.name));
  for (std::uint32_t i = 0; i < of.metric_count; ++i)
    contents.metrics.push_back(metric_of(entry_at(of.metrics, i, "metrics")));
}

}  // namespace

PluginContents read_handshake(const plugin::Handshake* handshake) {
  PluginContents contents;
  try {
    if (!handshake) refuse("it gave no handshake");
    read(*handshake, contents);
  } catch (const Refusal& refusal) {
    contents.error = contents.name.empty() ? std::string(refusal.what())
                                           : fmt::format("plug-in {} {}: {}", contents.name,
                                                         contents.version, refusal.what());
  }
  return contents;
}

}  // namespace fencelab::campaign
