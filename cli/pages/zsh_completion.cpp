#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/pages/completion.hpp"

namespace fencelab::cli {

namespace {

using Kind = ValueText::Kind;

constexpr const char* kHead = R"sh(#compdef fencelab
# zsh completion for fencelab; written by `fencelab completion zsh`
_fencelab_names() {
  local what
  local -a names
  for what in "$@"; do
    names+=(${(f)"$(_call_program names $service list $what 2>/dev/null | sed -n 's/^ *\([^ :]*\).*/\1/p')"})
  done
  compadd -a names
}

_fencelab_scenarios() { _files -g '*.json' }

)sh";

/// Text inside single quotes, where _arguments takes brackets and colons for its own.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'')
      result += "'\\''";
    else if (c == '[' || c == ']' || c == ':' || c == '\\')
      result += std::string("\\") + c;
    else
      result += c;
  }
  return result;
}

std::string function_of(const CommandText& command) {
  std::string name = "_fencelab";
  for (const char c : " " + command.path) name += c == ' ' || c == '-' ? '_' : c;
  return name;
}

std::string action_of(const ValueText& value) {
  switch (value.kind) {
    case Kind::word: return fmt::format("({})", fmt::join(value.words, " "));
    case Kind::name: return fmt::format("_fencelab_names {}", fmt::join(value.words, " "));
    case Kind::file: return "_files";
    case Kind::folder: return "_files -/";
    case Kind::scenarios: return "_fencelab_scenarios";
    case Kind::none:
    case Kind::other: break;
  }
  return " ";
}

std::string spec_of(const OptionText& option, std::string_view name) {
  std::string spec = fmt::format("    '*{}[{}]", name, escaped(option.meaning));
  if (option.value.kind != Kind::none)
    spec += fmt::format(":{}:{}", escaped(option.value.placeholder), action_of(option.value));
  return spec + "' \\\n";
}

void add(std::string& script, const CommandText& command) {
  script += function_of(command) + "() {\n";
  if (!command.commands.empty()) script += "  local curcontext=\"$curcontext\" state line\n";
  script += "  _arguments -C \\\n";
  for (const OptionText& option : command.options)
    for (const std::string& name : option.names) script += spec_of(option, name);
  if (command.commands.empty()) {
    for (const OptionText& argument : command.arguments)
      script += fmt::format("    '{}:{}:{}' \\\n", argument.value.repeats ? "*" : "",
                            escaped(argument.names[0]), action_of(argument.value));
    script += "    && return\n}\n\n";
    return;
  }
  script +=
      "    '1: :->command' '*:: :->rest' && return\n  case $state in\n    command)\n      local -a "
      "commands=(\n";
  for (const CommandText& below : command.commands)
    script += fmt::format("        '{}:{}'\n", below.name(), escaped(below.summary));
  script +=
      "      )\n      _describe subcommand commands\n      ;;\n    rest)\n      case $line[1] in\n";
  for (const CommandText& below : command.commands)
    script += fmt::format("        {}) {} ;;\n", below.name(), function_of(below));
  script += "      esac\n      ;;\n  esac\n}\n\n";
  for (const CommandText& below : command.commands) add(script, below);
}

}  // namespace

std::string zsh_completion(const CommandText& program) {
  std::string script = kHead;
  add(script, program);
  // Read as a function of an fpath, or as a script.
  return script +
         "if [[ $funcstack[1] == _fencelab ]]; then\n  _fencelab_ \"$@\"\nelse\n  compdef "
         "_fencelab_ fencelab\nfi\n";
}

}  // namespace fencelab::cli
