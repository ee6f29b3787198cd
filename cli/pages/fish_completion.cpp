#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/pages/completion.hpp"

namespace fencelab::cli {

namespace {

using Kind = ValueText::Kind;

constexpr const char* kHead =
    R"(# fish completion for fencelab; written by `fencelab completion fish`
function __fencelab_names
    for what in $argv
        fencelab list $what 2>/dev/null | string match -rg '^ *([^ :]+)'
    end
end

function __fencelab_scenarios
    __fish_complete_directories
    __fish_complete_suffix .json
end

# True if the words of a subcommand, and none but these, have been given.
function __fencelab_at
    set -l given
    for word in (commandline -opc)[2..]
        contains -- $word $__fencelab_commands; and set -a given $word
    end
    test "$given" = "$argv"
end

)";

std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

/// What follows `-a`: words, or a command that prints them; empty if nothing can be listed.
std::string source_of(const ValueText& value) {
  switch (value.kind) {
    case Kind::word: return fmt::format("{}", fmt::join(value.words, " "));
    case Kind::name: return fmt::format("(__fencelab_names {})", fmt::join(value.words, " "));
    case Kind::folder: return "(__fish_complete_directories)";
    case Kind::scenarios: return "(__fencelab_scenarios)";
    case Kind::file:
    case Kind::none:
    case Kind::other: break;
  }
  return {};
}

std::string flags_of(const ValueText& value) {
  if (value.kind == Kind::none) return {};
  if (value.kind == Kind::file) return " -r -F";
  const std::string source = source_of(value);
  return source.empty() ? " -x" : " -x -a " + in_quotes(source);
}

void add_commands(std::string& words, const CommandText& command) {
  for (const CommandText& below : command.commands) {
    words += " " + std::string(below.name());
    add_commands(words, below);
  }
}

void add(std::string& script, const CommandText& command) {
  const std::string here =
      "complete -c fencelab -n " + in_quotes(("__fencelab_at " + command.path));
  for (const CommandText& below : command.commands)
    script += fmt::format("{} -f -a {} -d {}\n", here, below.name(), in_quotes(below.summary));
  if (command.commands.empty() && !command.arguments.empty()) {
    const ValueText& value = command.arguments[0].value;
    const std::string source = source_of(value);
    if (!source.empty())
      script += fmt::format("{} -f -a {}\n", here, in_quotes(source));
    else if (value.kind != Kind::file)
      script += here + " -f\n";
  }
  for (const OptionText& option : command.options) {
    std::string names;
    for (const std::string& name : option.names)
      names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    script += fmt::format("{}{}{} -d {}\n", here, names, flags_of(option.value),
                          in_quotes(option.meaning));
  }
  for (const CommandText& below : command.commands) add(script, below);
}

}  // namespace

std::string fish_completion(const CommandText& program) {
  std::string words, script;
  add_commands(words, program);
  add(script, program);
  return fmt::format("{}set -g __fencelab_commands{}\n\n{}", kHead, words, script);
}

}  // namespace fencelab::cli
