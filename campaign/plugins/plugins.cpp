#include "campaign/plugins/plugins.hpp"

// Of Boost.DLL the headers are enough then.
#define BOOST_DLL_USE_STD_FS
#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <climits>
#include <cstring>
#include <filesystem>
#include <set>

#include "campaign/columns.hpp"
#include "campaign/files.hpp"
#include "campaign/plugins/metric_columns.hpp"
#include "campaign/run_key.hpp"
#include "campaign/worker_pool.hpp"
#include "core/stable_hash.hpp"
#include "fencelab/version.hpp"

namespace fencelab::campaign {

namespace {

using EntryPoint = const plugin::Handshake*();

/// A library cannot be in one part of a process only.
std::vector<Plugin>& plugins_of_process() {
  static std::vector<Plugin> plugins;
  return plugins;
}

/// What is no shared library for this machine, by its first bytes; empty: it may be one.
std::string complaint_of_file(const std::string& bytes) {
  constexpr bool kIs64 = sizeof(void*) == 8;
  ElfW(Ehdr) header;
  if (bytes.size() < EI_NIDENT || std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0)
    return "this is no shared library (ELF)";
  if (bytes[EI_CLASS] != (kIs64 ? ELFCLASS64 : ELFCLASS32))
    return fmt::format("this is a {}-bit library, and this program has {} bits", kIs64 ? 32 : 64,
                       kIs64 ? 64 : 32);
  if (bytes.size() < sizeof header) return "this shared library is cut short";
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.e_type != ET_DYN) return "this ELF file is no shared library";
  return {};
}

/// They stay until the process ends: nothing would find their code again when it was gone, and what
/// they do then nobody knows.
std::vector<boost::dll::shared_library>& libraries_of_process() {
  static std::vector<boost::dll::shared_library> libraries;
  return libraries;
}

/// Loads the library into this process and reads it.
PluginContents open_here(const std::string& path) {
  PluginContents contents;
  try {
    // A path without a slash would be looked for elsewhere.
    auto& library = libraries_of_process().emplace_back();
    library.load(std::filesystem::absolute(path), boost::dll::load_mode::rtld_now);
    if (library.has(plugin::kEntryPoint))
      return read_handshake(library.get<EntryPoint>(plugin::kEntryPoint)());
    contents.error =
        fmt::format("this is no plug-in of Fencelab, or one for another version: it has no {}()",
                    plugin::kEntryPoint);
  } catch (const std::exception& error) {
    contents.error = fmt::format("it cannot be loaded: {}", error.what());
  }
  return contents;
}

/// Nothing where the system does not say.
std::optional<std::uint64_t> memory_of_machine() {
  const long pages = ::sysconf(_SC_PHYS_PAGES), bytes = ::sysconf(_SC_PAGESIZE);
  if (!kSanitizers.empty() || pages <= 0 || bytes <= 0) return std::nullopt;
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(bytes);
}

constexpr std::chrono::seconds kProbeTime(20);

std::optional<std::uint64_t> memory_limit() {
  return kSanitizers.empty() ? std::optional(std::uint64_t{8} << 30) : std::nullopt;
}

/// Does the same where it harms nobody. Empty: it went well.
std::string complaint_of_probe(const std::string& path) {
  PoolOptions options;
  options.limits.time = kProbeTime;
  options.limits.memory = memory_limit();
  const std::vector<WorkerTask> tasks = {[&] { return open_here(path).error; }};
  const auto results = run_tasks(tasks, options, [](std::size_t, const WorkerResult&) {});
  switch (results[0].status) {
    case WorkerResult::Status::ok: return results[0].text;
    case WorkerResult::Status::crashed:
      return fmt::format("it cannot even be loaded and asked for its contents: {}",
                         results[0].text);
    case WorkerResult::Status::overdue:
      return fmt::format("it was loaded and asked for its contents, and that took longer than {} s",
                         kProbeTime.count());
  }
  return {};
}

std::string hash_of(const std::string& bytes) {
  const std::uint64_t first = core::stable_hash(bytes);
  return fmt::format("{:016x}{:016x}", first, core::stable_hash(bytes, ~first));
}

/// What another already has: of the program, or of a plug-in.
std::string complaint_of_clash(const PluginContents& contents) {
  for (const Plugin& other : loaded_plugins())
    if (other.contents.name == contents.name)
      return fmt::format("plug-in {} {}: {} has brought a plug-in of that name, {} {}",
                         contents.name, contents.version, other.path, other.contents.name,
                         other.contents.version);
  const policies::Registry registry = known_policies();
  std::set<std::pair<std::string, std::string>> own;
  for (const policies::PolicyInfo& policy : contents.policies) {
    const policies::PolicyInfo* const other = registry.find(policy.axis, policy.name);
    if (other)
      return fmt::format("plug-in {} {}: its policy {} of axis {} has the name of one of {}",
                         contents.name, contents.version, policy.name, policy.axis,
                         other->plugin.empty() ? "this program" : "plug-in " + other->plugin);
    if (!own.emplace(policy.axis, policy.name).second)
      return fmt::format("plug-in {} {}: it has two policies {} of axis {}", contents.name,
                         contents.version, policy.name, policy.axis);
  }
  std::set<std::string> columns;
  for (const plugin::MetricInfo& metric : contents.metrics)
    for (const plugin::MetricColumn& column : metric.columns)
      if (!columns.insert(column.name).second)
        return fmt::format("plug-in {} {}: it has two columns {}", contents.name, contents.version,
                           column.name);
  return {};
}

}  // namespace

std::string Plugin::identity() const {
  return fmt::format("{} {} ({})", contents.name, contents.version, hash.substr(0, 16));
}

std::optional<std::string> load_plugin(const std::string& path) {
  const auto failure = [&](const std::string& why) {
    return fmt::format("{}: {}", shell_word(path), why);
  };
  const ReadFile file = read_file(path, std::size_t{1} << 30);
  if (!file.error.empty()) return failure(file.error);
  const std::string hash = hash_of(file.text);
  for (const Plugin& plugin : loaded_plugins())
    if (plugin.hash == hash) return std::nullopt;
  if (auto complaint = complaint_of_file(file.text); !complaint.empty()) return failure(complaint);
  if (auto complaint = complaint_of_probe(path); !complaint.empty()) return failure(complaint);
  PluginContents contents = open_here(path);
  if (!contents.error.empty()) return failure(contents.error);
  if (auto complaint = complaint_of_clash(contents); !complaint.empty()) return failure(complaint);
  Plugin plugin{path, hash, std::move(contents)};
  for (policies::PolicyInfo& policy : plugin.contents.policies) policy.plugin = plugin.identity();
  for (const plugin::MetricInfo& metric : plugin.contents.metrics)
    add_metric(plugin.contents.name, metric);
  plugins_of_process().push_back(std::move(plugin));
  return std::nullopt;
}

bool has_opened_plugins() { return !libraries_of_process().empty(); }

const std::vector<Plugin>& loaded_plugins() { return plugins_of_process(); }

policies::Registry known_policies() {
  policies::Registry registry = policies::Registry::built_in();
  for (const Plugin& plugin : loaded_plugins())
    for (const policies::PolicyInfo& policy : plugin.contents.policies) registry.add(policy);
  return registry;
}

WorkerLimits default_limits() {
  if (!loaded_plugins().empty())
    return {.time = std::chrono::minutes(10), .memory = memory_limit()};
  return {.time = std::chrono::hours(1), .memory = memory_of_machine()};
}

std::string plugin_arguments() {
  std::string arguments;
  for (const Plugin& plugin : loaded_plugins())
    arguments += " --policy-plugin " + shell_word(plugin.path);
  return arguments;
}

std::string metric_identity() {
  std::string identity;
  for (const Plugin& plugin : loaded_plugins())
    if (!plugin.contents.metrics.empty()) identity += plugin.identity() + ";";
  return identity;
}

}  // namespace fencelab::campaign
