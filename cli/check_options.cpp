#include "cli/check_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "campaign/files.hpp"
#include "cli/output.hpp"
#include "cli/plugins.hpp"
#include "scenarios/nearest_name.hpp"
#include "scenarios/quantity.hpp"

namespace fencelab::cli {

namespace {

const std::vector<std::string>& timer_words() {
  static const std::vector<std::string> kWords = {"never", "quiescent", "any"};
  return kWords;
}

const std::vector<std::string>& explain_words() {
  static const std::vector<std::string> kWords = {"none", "failures", "all"};
  return kWords;
}

/// As CLI::IsMember, with a suggestion.
CLI::Validator one_of_words(const std::vector<std::string>& words) {
  const auto check = [&words](const std::string& word) -> std::string {
    if (std::find(words.begin(), words.end(), word) != words.end()) return {};
    const std::string hint = scenarios::did_you_mean(word, words);
    return fmt::format("{} is unknown; expected {}{}{}", scenarios::quote(word),
                       scenarios::one_of(words), hint.empty() ? "" : "; ", hint);
  };
  return CLI::Validator(check, "");
}

void add_files(CLI::App& app, CheckCommand& command) {
  app.add_option("--junit", command.junit, "write JUnit XML to this file");
  app.add_option("--sarif", command.sarif, "write SARIF 2.1.0 to this file");
  app.add_option("--baseline", command.baseline, "findings accepted in this file are no failures");
  app.add_option("--write-baseline", command.write_baseline,
                 "accept what is found now: write the baseline to this file");
}

void add_explanations(CLI::App& app, CheckCommand& command) {
  app.add_option("--explain", command.explain,
                 "for which findings fixes are tried and, with --out, a smaller scenario is made: "
                 "none, failures or all (default: failures)")
      ->check(one_of_words(explain_words()));
  app.add_option("--fixes", command.fixes,
                 "list at most so many fix candidates of a finding; 0: try none (default: 4)")
      ->check(CLI::Range(0, 100));
}

/// The folder that a file of results lies in.
std::string folder_of(const std::string& file) {
  const std::string parent = std::filesystem::path(file).parent_path().string();
  return parent.empty() ? "." : parent;
}

bool is_same_file(const std::string& a, const std::string& b) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  return fs::weakly_canonical(a, ignored) == fs::weakly_canonical(b, ignored);
}

}  // namespace

CLI::App* add_check_options(CLI::App& app, CheckCommand& command) {
  CLI::App* check =
      app.add_subcommand("check", "check what scenarios claim, at a stated strength, for CI");
  add_plugin_options(*check);
  check->add_option("scenario", command.paths, "scenario files, or folders of them")->required();
  check->add_option("--stack", command.stacks,
                    "only these stacks (names of the scenario, or presets)");
  check
      ->add_option("--strength", command.strength,
                   "observed, predicted, explored or proved (default: what the scenario asks for)")
      ->check(one_of_words(campaign::strength_names()));
  check->add_option("--budget", command.budget,
                    "wall time for each seed of each check (default: 60 s)");
  check
      ->add_option("--max-steps", command.steps_max,
                   "at most so many steps of exploration for each seed of each check; unlike a "
                   "budget of time it ends at the same point on every machine")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 62));
  check
      ->add_option("--timers", command.timers,
                   "when recovery timers fire in explored schedules: never, quiescent or any "
                   "(default: never)")
      ->check(one_of_words(timer_words()));
  check->add_flag("--paranoid", command.paranoid,
                  "also sample whether steps commute that should, and equal states go on alike");
  check->add_flag("--one-fence-class", command.one_fence_class,
                  "predict as if all dma_fences were of one class, as lockdep in the kernel does");
  check->add_option("--preemptions", command.preemptions,
                    "explore schedules with at most so many preemptions (default: all)");
  check->add_option("--seeds", command.seeds,
                    "a seed or a range such as 1..8, instead of the scenario's");
  check->add_option("--set", command.sets, "change the scenario first: /json/pointer=value")
      ->allow_extra_args(false);
  add_rounds_option(*check, command);
  add_point_option(*check, command);
  add_document_limits(*check, command.document);
  add_memory_limit(*check, command.limits);
  check
      ->add_option(
          "-j,--jobs", command.jobs,
          "processes at the same time: a check each, and those that are left over help the last "
          "checks with their schedules (default: 1)")
      ->check(CLI::Range(1, 1024));
  check->add_option("--out", command.out, "folder for check.json and deadlocks/ (default: none)");
  add_explanations(*check, command);
  add_files(*check, command);
  check->add_flag("--quiet", command.quiet, "no progress line");
  check->add_flag("--check-determinism", command.repeat, "check everything twice and compare");
  return check;
}

std::optional<campaign::CheckOptions> limits_of(const CheckCommand& command) {
  constexpr auto kLongest = std::chrono::hours(24);
  const auto budget = scenarios::parse_duration(command.budget);
  const auto complain_of = [&](const std::string& message, const std::string& expected) {
    complain("--budget {}: error: {}\n  expected {}\n", command.budget, message, expected);
    return std::nullopt;
  };
  if (!budget) return complain_of(budget.error.message, budget.error.expected);
  if (*budget.value < std::chrono::milliseconds(1) || *budget.value > kLongest)
    return complain_of("out of range", "1 ms to 1440 min");
  campaign::CheckOptions options;
  options.budget = std::chrono::duration_cast<std::chrono::milliseconds>(*budget.value);
  const auto word = std::find(timer_words().begin(), timer_words().end(), command.timers);
  options.timers = static_cast<campaign::TimerPolicy>(word - timer_words().begin());
  options.preemptions = command.preemptions;
  options.steps_max = command.steps_max;
  options.paranoid = command.paranoid;
  if (command.one_fence_class) options.fences = analysis::FenceClasses::one;
  return options;
}

bool prepare_outputs(const CheckCommand& command) {
  const auto refuse = [](const std::string& option, const std::string& why) {
    complain("fencelab: {}: {}\n", option, why);
    return false;
  };
  if (command.has_out)
    if (const auto failure = campaign::make_directory(command.out))
      return refuse("--out", *failure);
  std::vector<std::pair<std::string, std::string>> files = {
      {"--junit", command.junit},
      {"--sarif", command.sarif},
      {"--write-baseline", command.write_baseline}};
  std::erase_if(files, [](const auto& file) { return file.second.empty(); });
  for (const auto& [option, file] : files) {
    if (const auto failure = campaign::make_directory(folder_of(file)))
      return refuse(option, *failure);
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored))
      return refuse(option, fmt::format("cannot create {}: Is a directory", file));
    for (const auto& [other_option, other] : files)
      if (option < other_option && is_same_file(file, other))
        return refuse(option, fmt::format("{} is the file of {}, too", file, other_option));
    if (option != "--write-baseline" && !command.baseline.empty() &&
        is_same_file(file, command.baseline))
      return refuse(option, fmt::format("{} is the baseline", file));
  }
  return true;
}

}  // namespace fencelab::cli
