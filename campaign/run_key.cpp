#include "campaign/run_key.hpp"

#include <fmt/format.h>

#include "campaign/plugins/plugins.hpp"
#include "campaign/tables.hpp"
#include "core/stable_hash.hpp"

namespace fencelab::campaign {

namespace {

/// Every part behind its length, so that no two lists of parts are one text.
class Parts {
 public:
  void add(const std::string& part) { text_ += fmt::format("{}:{};", part.size(), part); }
  std::string hash() const {
    const std::uint64_t first = core::stable_hash(text_);
    return fmt::format("{:016x}{:016x}", first, core::stable_hash(text_, ~first));
  }

 private:
  std::string text_;
};

using Choices = std::map<std::string, scenarios::ResolvedStack::Choice>;

void add_choices(const std::string& of, const Choices& choices, Parts& parts) {
  for (const auto& [axis, choice] : choices) {
    parts.add(of);
    parts.add(axis);
    parts.add(choice.policy->name);
    if (!choice.policy->plugin.empty()) parts.add(choice.policy->plugin);
    for (const policies::Parameter& parameter : choice.policy->parameters)
      parts.add(fmt::format("{}={}", parameter.name, choice.values.get(parameter.name)));
  }
}

}  // namespace

std::string run_key(const scenarios::Scenario& scenario, const std::string& point,
                    const scenarios::ResolvedStack& stack, std::uint64_t seed) {
  static const std::string kEngine = BuildInfo::program().engine;
  Parts parts;
  parts.add(kEngine);
  parts.add(scenario.name);
  parts.add(point);
  parts.add(fmt::format("{:016x}", scenario.digest));
  parts.add(stack.name);
  add_choices("", stack.system, parts);
  for (const auto& [gpu, choices] : stack.by_gpu) add_choices(gpu, choices, parts);
  parts.add(std::to_string(seed));
  if (const std::string metrics = metric_identity(); !metrics.empty()) parts.add(metrics);
  return parts.hash();
}

std::string shell_word(const std::string& text) {
  const bool plain = !text.empty() && text.find_first_not_of(
                                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789_-./=,:@+%") == std::string::npos;
  if (plain) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string reproduce_command(const std::string& file, const RunOrigin& origin,
                              const std::string& stack, std::uint64_t seed) {
  std::string command = "fencelab run " + shell_word(file);
  for (const std::string& set : origin.sets) command += " --set " + shell_word(set);
  if (!origin.rounds.empty()) command += " --rounds " + shell_word(origin.rounds);
  if (!origin.point.empty()) command += " --point " + shell_word(origin.point);
  const bool oracle = is_oracle_variant(stack);
  const std::string plain =
      stack.substr(0, stack.size() - (oracle ? oracle_variant("").size() : 0));
  command += fmt::format(" --stack {} --seeds {}", shell_word(plain), seed);
  if (oracle) command += " --oracle";
  command += origin.limits;
  return command + plugin_arguments();
}

}  // namespace fencelab::campaign
