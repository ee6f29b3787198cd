#include "cli/limits.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "campaign/plugins/plugins.hpp"
#include "scenarios/nearest_name.hpp"
#include "scenarios/quantity.hpp"

namespace fencelab::cli {

namespace {

constexpr const char* kUnlimited = "unlimited";

const CLI::Validator kLength(
    [](const std::string& text) {
      const auto length = scenarios::parse_duration(text);
      if (text == kUnlimited || (length && *length.value > core::Duration{})) return std::string();
      return scenarios::quote(text) +
             " is no length of time; expected one such as 60 s, or unlimited";
    },
    "");

const CLI::Validator kSize(
    [](const std::string& text) {
      const auto size = scenarios::parse_size(text);
      if (text == kUnlimited || (size && *size.value > 0)) return std::string();
      return scenarios::quote(text) + " is no size; expected one such as 2 GiB, or unlimited";
    },
    "");

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

}  // namespace

void add_document_limits(CLI::App& command, scenarios::DocumentLimits& limits) {
  command
      .add_option_function<std::string>(
          "--max-file-size",
          [&limits](const std::string& text) { limits.bytes = *scenarios::parse_size(text).value; },
          "the largest scenario file that is read (default: 64 MiB)")
      ->check(CLI::Validator(
          [](const std::string& text) {
            const auto size = scenarios::parse_size(text);
            if (size && *size.value > 0 && *size.value <= kMostBytes) return std::string();
            return scenarios::quote(text) + " is no such size; expected up to 1 GiB";
          },
          ""));
  command.add_option("--max-values", limits.values, "the most JSON values in a scenario file")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000'000}))
      ->capture_default_str();
  command.add_option("--max-nesting", limits.nesting, "the deepest nesting in a scenario file")
      ->check(CLI::Range(std::size_t{1}, scenarios::kMaxNestingAllowed))
      ->capture_default_str();
  command
      .add_option("--max-threads", limits.threads,
                  "the most threads of a scenario, clones of processes counted")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}))
      ->capture_default_str();
}

void add_run_limits(CLI::App& command, RunLimits& limits) {
  command
      .add_option("--run-time", limits.time,
                  "a run that takes longer on the clock is stopped, such as 60 s, or unlimited "
                  "(default: 60 min; with plug-ins 10 min)")
      ->check(kLength);
  command
      .add_option("--run-events", limits.events,
                  "a run of more events is stopped, at the same one on every machine")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

void add_memory_limit(CLI::App& command, RunLimits& limits) {
  command
      .add_option("--run-memory", limits.memory,
                  "a process of a run that needs more memory fails, such as 2 GiB, or unlimited "
                  "(default: what the machine has; with plug-ins 8 GiB)")
      ->check(kSize);
}

campaign::WorkerLimits worker_limits(const RunLimits& limits) {
  campaign::WorkerLimits worker = campaign::default_limits();
  if (limits.time == kUnlimited)
    worker.time.reset();
  else if (!limits.time.empty())
    worker.time =
        std::chrono::ceil<std::chrono::milliseconds>(*scenarios::parse_duration(limits.time).value);
  if (limits.memory == kUnlimited)
    worker.memory.reset();
  else if (!limits.memory.empty())
    worker.memory = *scenarios::parse_size(limits.memory).value;
  return worker;
}

std::string limit_arguments(const scenarios::DocumentLimits& limits) {
  constexpr scenarios::DocumentLimits kDefault;
  std::string words;
  if (limits.bytes != kDefault.bytes) words += fmt::format(" --max-file-size {}B", limits.bytes);
  if (limits.values != kDefault.values) words += fmt::format(" --max-values {}", limits.values);
  if (limits.nesting != kDefault.nesting) words += fmt::format(" --max-nesting {}", limits.nesting);
  if (limits.threads != kDefault.threads) words += fmt::format(" --max-threads {}", limits.threads);
  return words;
}

}  // namespace fencelab::cli
