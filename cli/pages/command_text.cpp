#include "cli/pages/command_text.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

namespace fencelab::cli {

namespace {

using Kind = ValueText::Kind;

/// Values that CLI11 knows as text only, by option or by command and option.
const std::map<std::string, ValueText, std::less<>>& known_values() {
  static const ValueText kFile{.kind = Kind::file, .placeholder = "FILE"};
  static const ValueText kFolder{.kind = Kind::folder, .placeholder = "FOLDER"};
  static const ValueText kScenarios{.kind = Kind::scenarios, .placeholder = "SCENARIO"};
  const auto name = [](std::vector<std::string> of, std::string placeholder) {
    return ValueText{
        .kind = Kind::name, .words = std::move(of), .placeholder = std::move(placeholder)};
  };
  const auto word = [](std::vector<std::string> words) {
    return ValueText{.kind = Kind::word, .words = std::move(words), .placeholder = "WORD"};
  };
  static const std::map<std::string, ValueText, std::less<>> known = {
      {"scenario", kScenarios},
      {"--scenario", kScenarios},
      {"validate file", kScenarios},
      {"file", kFile},
      {"schedule", kFile},
      {"folder", kFolder},
      {"--folder", kFolder},
      {"--out", kFolder},
      {"import ftrace --out", kFile},
      {"import presentmon --out", kFile},
      {"--against", kFile},
      {"--tolerance", kFile},
      {"--junit", kFile},
      {"--sarif", kFile},
      {"--write-baseline", kFile},
      {"check --baseline", kFile},
      {"--trace", kFile},
      {"--timeline", kFile},
      {"--diagram", kFile},
      {"--stack", name({"stacks"}, "STACK")},
      {"compare --baseline", name({"stacks"}, "STACK")},
      {"--metric", name({"metrics"}, "METRIC")},
      {"describe name",
       name({"stacks", "policies", "axes", "scenarios", "metrics", "rules"}, "NAME")},
      {"what", word({"stacks", "policies", "axes", "scenarios", "metrics", "rules"})},
      {"--strength", word({"observed", "predicted", "explored", "proved"})},
      {"--timers", word({"never", "quiescent", "any"})},
      {"--explain", word({"none", "failures", "all"})},
      {"shell", word({"bash", "zsh", "fish"})},
  };
  return known;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text)
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

std::vector<std::string> names_of(const CLI::Option& option) {
  if (option.get_positional()) return {option.get_name(true)};
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

ValueText value_of(const CLI::Option& option, const std::string& command, const std::string& name) {
  if (option.get_items_expected_max() == 0) return {.kind = Kind::none};
  ValueText value;
  // What follows the colon are validators.
  const std::string type = split(option.get_type_name(), ':').front();
  const auto& known = known_values();
  auto found = known.find(command + " " + name);
  if (found == known.end()) found = known.find(name);
  if (type.find('|') != std::string::npos)
    value = {.kind = Kind::word, .words = split(type, '|'), .placeholder = type};
  else if (found != known.end())
    value = found->second;
  else
    value.placeholder = type == "TEXT"                          ? "VALUE"
                        : type.find("INT") != std::string::npos ? "N"
                                                                : type;
  value.repeats = option.get_items_expected_max() > 1 &&
                  (option.get_positional() || option.get_allow_extra_args());
  return value;
}

OptionText option_text(const CLI::Option& option, const std::string& command) {
  OptionText text;
  text.names = names_of(option);
  text.value = value_of(option, command, text.names.back());
  text.meaning = option.get_description();
  text.required = option.get_required();
  for (const CLI::Option* other : option.get_needs()) text.needs.push_back(names_of(*other).back());
  for (const CLI::Option* other : option.get_excludes())
    text.excludes.push_back(names_of(*other).back());
  std::sort(text.needs.begin(), text.needs.end());  // their sets are ordered by address
  std::sort(text.excludes.begin(), text.excludes.end());
  return text;
}

CommandText command_text(const CLI::App& app, const std::string& path) {
  CommandText text{.path = path, .summary = app.get_description()};
  for (const CLI::Option* option : app.get_options())
    (option->get_positional() ? text.arguments : text.options)
        .push_back(option_text(*option, path));
  for (const CLI::App* command : app.get_subcommands({}))
    text.commands.push_back(command_text(
        *command, path.empty() ? command->get_name() : path + " " + command->get_name()));
  return text;
}

}  // namespace

std::string_view CommandText::name() const {
  return std::string_view(path).substr(path.rfind(' ') + 1);
}

CommandText command_text(const CLI::App& app) { return command_text(app, ""); }

}  // namespace fencelab::cli
