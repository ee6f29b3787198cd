#include "campaign/schedule_hash.hpp"

#include <fmt/format.h>

#include "core/stable_hash.hpp"

namespace fencelab::campaign {

namespace {

using Choices = std::map<std::string, scenarios::ResolvedStack::Choice>;

std::string words_of(const scenarios::ResolvedStack::Choice& choice) {
  std::string words = choice.policy->name;
  for (const auto& parameter : choice.policy->parameters)
    words += fmt::format(" {}={}", parameter.name, choice.values.get(parameter.name));
  if (!choice.policy->plugin.empty()) words += " of plug-in " + choice.policy->plugin;
  return words;
}

std::string words_of(const Choices& choices) {
  std::string words;
  for (const auto& [axis, choice] : choices) words += fmt::format("{}={};", axis, words_of(choice));
  return words;
}

}  // namespace

std::string scenario_hash(const scenarios::Scenario& scenario) {
  return fmt::format("{:016x}", scenario.digest);
}

std::map<std::string, std::string> policies_of(const scenarios::ResolvedStack& stack) {
  std::map<std::string, std::string> policies;
  for (const auto& [axis, choice] : stack.system) policies[axis] = words_of(choice);
  for (const auto& [gpu, choices] : stack.by_gpu)
    for (const auto& [axis, choice] : choices) {
      const auto everywhere = policies.find(axis);
      if (everywhere == policies.end() || everywhere->second != words_of(choice))
        policies[gpu + "." + axis] = words_of(choice);
    }
  return policies;
}

std::string schedule_hash(const scenarios::Scenario& scenario,
                          const scenarios::ResolvedStack& stack, std::uint64_t seed) {
  std::string words = fmt::format("{:016x} {} ", scenario.digest, seed) + words_of(stack.system);
  for (const auto& [gpu, choices] : stack.by_gpu) words += gpu + ": " + words_of(choices);
  const std::uint64_t hash = core::stable_hash(words);
  return fmt::format("{:08x}", static_cast<std::uint32_t>(hash ^ (hash >> 32)));
}

}  // namespace fencelab::campaign
