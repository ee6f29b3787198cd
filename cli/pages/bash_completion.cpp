#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/pages/completion.hpp"

namespace fencelab::cli {

namespace {

using Kind = ValueText::Kind;

constexpr const char* kHead =
    R"sh(# bash completion for fencelab; written by `fencelab completion bash`
_fencelab_names() {
  local what
  for what in "$@"; do
    "${COMP_WORDS[0]}" list "$what" 2>/dev/null | sed -n 's/^ *\([^ :]*\).*/\1/p'
  done
}

_fencelab_complete() {
  local kind=$1
  shift
  case $kind in
    word) mapfile -t COMPREPLY < <(compgen -W "$*" -- "$current") ;;
    name) mapfile -t COMPREPLY < <(compgen -W "$(_fencelab_names "$@")" -- "$current") ;;
    file)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
    folder)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      ;;
    scenarios)
      compopt -o filenames
      mapfile -t COMPREPLY < <(
        compgen -d -- "$current"
        compgen -f -X '!*.json' -- "$current"
      )
      ;;
  esac
}

_fencelab() {
  local current=${COMP_WORDS[COMP_CWORD]} command='' option='' word i
  COMPREPLY=()
  # The subcommand, and the option whose value this may be.
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case $word in
      -*) option=$word ;;
      =) ;;
      *)
        if [[ -z $option ]] && _fencelab_is_command "${command:+$command }$word"; then
          command="${command:+$command }$word"
        elif [[ -n $option ]] && ! _fencelab_repeats "$command" "$option"; then
          option=''
        fi
        ;;
    esac
  done
  [[ $current == = ]] && current=''
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_fencelab_options "$command")" -- "$current")
  elif [[ -z $option ]] || ! _fencelab_values "$command $option"; then
    _fencelab_values "$command"
  fi
}
)sh";

std::string in_quotes(std::string_view text) { return fmt::format("'{}'", text); }

const char* word_of(Kind kind) {
  switch (kind) {
    case Kind::word: return "word";
    case Kind::name: return "name";
    case Kind::file: return "file";
    case Kind::folder: return "folder";
    case Kind::scenarios: return "scenarios";
    case Kind::none:
    case Kind::other: break;
  }
  return "nothing";
}

std::string values_case(const std::vector<std::string>& places, const ValueText& value) {
  return fmt::format("    {}) _fencelab_complete {} {} ;;\n", fmt::join(places, " | "),
                     word_of(value.kind), fmt::join(value.words, " "));
}

/// What each place of the command and those below it takes, as cases of a shell.
struct Cases {
  std::string commands, options, repeats, values;

  void add(const CommandText& command) {
    if (!command.path.empty())
      commands += (commands.empty() ? "" : " | ") + in_quotes(command.path);
    std::vector<std::string> names;
    for (const OptionText& option : command.options) {
      names.insert(names.end(), option.names.begin(), option.names.end());
      if (option.value.kind != Kind::none) add_value(command, option);
    }
    options += fmt::format("    {}) echo {} ;;\n", in_quotes(command.path),
                           in_quotes(fmt::format("{}", fmt::join(names, " "))));
    std::vector<std::string> below;
    for (const CommandText& each : command.commands) below.emplace_back(each.name());
    if (!below.empty())
      values += values_case({in_quotes(command.path)}, {.kind = Kind::word, .words = below});
    else if (!command.arguments.empty())
      values += values_case({in_quotes(command.path)}, command.arguments[0].value);
    for (const CommandText& each : command.commands) add(each);
  }

 private:
  void add_value(const CommandText& command, const OptionText& option) {
    std::vector<std::string> places;
    for (const std::string& name : option.names)
      places.push_back(in_quotes(command.path + " " + name));
    values += values_case(places, option.value);
    if (!option.value.repeats) return;
    for (const std::string& place : places) repeats += (repeats.empty() ? "" : " | ") + place;
  }
};

}  // namespace

std::string bash_completion(const CommandText& program) {
  Cases cases;
  cases.add(program);
  return fmt::format(
      "{}\n_fencelab_is_command() {{\n  case $1 in\n    {}) return 0 ;;\n  esac\n  return "
      "1\n}}\n\n"
      "# Options after which more than one value may stand.\n"
      "_fencelab_repeats() {{\n  case \"$1 $2\" in\n    {}) return 0 ;;\n  esac\n  return "
      "1\n}}\n\n"
      "_fencelab_options() {{\n  case $1 in\n{}  esac\n}}\n\n"
      "# Of an option of a subcommand, or of the subcommand itself; false: it takes none.\n"
      "_fencelab_values() {{\n  case $1 in\n{}    *) return 1 ;;\n  esac\n}}\n\n"
      "complete -F _fencelab fencelab\n",
      kHead, cases.commands, cases.repeats, cases.options, cases.values);
}

}  // namespace fencelab::cli
