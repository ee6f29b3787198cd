// fencelab new policy: a project with a policy of one's own, to begin with.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "campaign/files.hpp"
#include "cli/output.hpp"
#include "cli/plugins.hpp"
#include "cli/policy_project.hpp"
#include "cli/program.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::cli {

namespace {

struct NewOptions {
  std::string name, axis, out;
};

/// What `name` cannot be called; empty: it can. The rules are those of plug-ins.
std::string complaint_of_name(const std::string& name) {
  constexpr std::size_t kMost = 64;
  const bool plain =
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (plain && !name.empty() && name.size() <= kMost && name[0] >= 'a' && name[0] <= 'z') return {};
  return fmt::format("{} is no name; expected a lower-case letter, then letters, digits and -",
                     scenarios::quote(name));
}

std::string complaint_of_axis(const std::string& axis) {
  std::vector<std::string> known;
  for (const policies::AxisInfo& each : policies::axes()) known.push_back(each.name);
  if (std::find(known.begin(), known.end(), axis) != known.end()) return {};
  const std::string hint = scenarios::did_you_mean(axis, known);
  return fmt::format("{} is no axis; expected {}{}{}", scenarios::quote(axis),
                     scenarios::one_of(known), hint.empty() ? "" : "; ", hint);
}

int refuse(const std::string& why) {
  complain("fencelab: new policy: {}\n", why);
  return kExitUsage;
}

int new_policy(const NewOptions& options) {
  const policies::Registry registry = policies::Registry::built_in();
  if (registry.find(options.axis, options.name))
    return refuse(
        fmt::format("there is a policy {} of axis {} already", options.name, options.axis));
  const std::string folder = options.out.empty() ? options.name : options.out;
  std::error_code ignored;
  if (std::filesystem::exists(folder, ignored) && !std::filesystem::is_empty(folder, ignored))
    return refuse(fmt::format("--out: {} is there already, and not empty", folder));
  if (const auto failure = campaign::make_directory(folder)) return refuse("--out: " + *failure);
  const auto axis = std::find_if(policies::axes().begin(), policies::axes().end(),
                                 [&](const auto& each) { return each.name == options.axis; });
  for (const ProjectFile& file :
       policy_project(options.name, *find_skeleton(options.axis), axis->question)) {
    const std::string path = folder + "/" + file.name;
    if (const auto failure = campaign::write_file(path, file.text)) return refuse(*failure);
    say("{}\n", path);
  }
  return kExitOk;
}

}  // namespace

void add_new(CLI::App& app, Action& action) {
  auto options = std::make_shared<NewOptions>();
  CLI::App* const command = app.add_subcommand("new", "write a project to begin with: a policy");
  command->require_subcommand(1);
  CLI::App* const policy = command->add_subcommand(
      "policy", "a plug-in with a policy that answers as linux-implicit does, and its test");
  policy->add_option("name", options->name, "what it is called")
      ->required()
      ->check(CLI::Validator(complaint_of_name, ""));
  policy
      ->add_option("--axis", options->axis,
                   "the question that it answers; `fencelab list axes` names them")
      ->required()
      ->check(CLI::Validator(complaint_of_axis, ""));
  policy->add_option("--out", options->out, "folder of the project (default: the name)");
  policy->callback([options, &action] { action = [options] { return new_policy(*options); }; });
}

}  // namespace fencelab::cli
