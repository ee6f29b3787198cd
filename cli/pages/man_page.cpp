#include "cli/pages/man_page.hpp"

#include <fmt/format.h>

#include <cctype>

#include "cli/reference.hpp"

namespace fencelab::cli {

namespace {

constexpr const char* kSummary = "simulator of policies for GPU fences and memory";

/// Text as it is to be read: nothing in it is a request or an escape, and hyphens can be copied.
std::string escaped(std::string_view text) {
  std::string roff;
  for (const char c : text) {
    if (c == '\\')
      roff += "\\(rs";
    else if (c == '-')
      roff += "\\-";
    else
      roff += c;
  }
  return roff.starts_with(".") || roff.starts_with("'") ? "\\&" + roff : roff;
}

std::string bold(std::string_view text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + escaped(text) + "\\fR"; }

std::string dashed(std::string_view path) {
  std::string name = "fencelab";
  if (!path.empty()) name += "-" + std::string(path);
  for (char& c : name)
    if (c == ' ') c = '-';
  return name;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

/// A phrase as a sentence; names that begin with a small letter, such as i915, keep it.
std::string sentence(std::string text) {
  if (text.empty()) return text;
  const bool is_name = text.size() > 1 && std::isdigit(static_cast<unsigned char>(text[1])) != 0;
  if (!is_name) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text.ends_with("?") || text.ends_with(".") ? text : text + ".";
}

std::string synopsis(const CommandText& command) {
  std::string text =
      ".B " + escaped(command.path.empty() ? "fencelab" : "fencelab " + command.path);
  text += "\n[" + italic("options") + "]";
  for (const OptionText& option : command.options)
    if (option.required)
      text += " " + bold(option.names.back()) + " " + italic(option.value.placeholder);
  for (const OptionText& argument : command.arguments) {
    const std::string word = italic(argument.names[0]) + (argument.value.repeats ? " ..." : "");
    text += argument.required ? " " + word : " [" + word + "]";
  }
  if (!command.commands.empty()) text += " " + italic("subcommand") + " ...";
  return text + "\n";
}

std::string meaning_of(const OptionText& option) {
  std::string text = escaped(sentence(option.meaning));
  if (option.value.kind == ValueText::Kind::word && option.value.placeholder == "WORD")
    text += escaped(fmt::format(" One of {}.", fmt::join(option.value.words, ", ")));
  if (!option.needs.empty())
    text += escaped(fmt::format(" Needs {}.", fmt::join(option.needs, ", ")));
  if (!option.excludes.empty())
    text += escaped(fmt::format(" Not with {}.", fmt::join(option.excludes, ", ")));
  if (option.required && option.names[0].starts_with("-")) text += " Required.";
  return text;
}

std::string options(const CommandText& command) {
  std::string text;
  for (const OptionText& argument : command.arguments)
    text += ".TP\n" + italic(argument.names[0]) + (argument.value.repeats ? " ..." : "") + "\n" +
            meaning_of(argument) + "\n";
  for (const OptionText& option : command.options) {
    std::string names;
    for (const std::string& name : option.names) names += (names.empty() ? "" : ", ") + bold(name);
    if (option.value.kind != ValueText::Kind::none) names += " " + italic(option.value.placeholder);
    if (option.value.repeats) names += " ...";
    text += ".TP\n" + names + "\n" + meaning_of(option) + "\n";
  }
  return text;
}

std::string commands_of(const CommandText& program) {
  std::string text = ".SH COMMANDS\n";
  for (const CommandText& command : program.commands)
    text += fmt::format(".TP\n{}(1)\n{}\n", bold(dashed(command.path)),
                        escaped(sentence(command.summary)));
  return text;
}

std::string sections_of(const CommandText& command) {
  std::string text;
  for (const CommandText& below : command.commands)
    text += fmt::format(".SH {}\n{}.PP\n{}\n{}", escaped(upper(below.path)), synopsis(below),
                        escaped(sentence(below.summary)), options(below));
  return text;
}

std::string exit_status() {
  std::string text = ".SH EXIT STATUS\n";
  for (const Word& code : exit_code_words())
    text +=
        fmt::format(".TP\n.B {}\n{}\n", code.word, escaped(sentence(std::string(code.meaning))));
  return text;
}

std::string see_also(const CommandText& program, const CommandText& command) {
  std::string pages;
  const auto add = [&](const CommandText& other) {
    if (other.path == command.path) return;
    pages += pages.empty() ? "" : ",\n";
    pages += ".BR " + escaped(dashed(other.path)) + " (1)";
  };
  add(program);
  for (const CommandText& other : program.commands) add(other);
  return ".SH SEE ALSO\n" + pages +
         "\n.PP\nThe guide and the reference are in the folder\n.I share/doc/fencelab/docs\nof the "
         "prefix that the "
         "program is installed in.\n";
}

}  // namespace

std::string man_page_name(const CommandText& command) { return dashed(command.path) + ".1"; }

std::string man_page(const CommandText& program, const CommandText& command,
                     const std::string& version) {
  const std::string title = upper(dashed(command.path));
  std::string page =
      fmt::format(".TH {} 1 \"\" \"fencelab {}\" \"Fencelab\"\n", escaped(title), escaped(version));
  const bool is_program = command.path.empty();
  page += fmt::format(".SH NAME\n{} \\- {}\n", escaped(dashed(command.path)),
                      escaped(is_program ? kSummary : command.summary));
  page += ".SH SYNOPSIS\n" + synopsis(command);
  if (is_program) page += ".SH DESCRIPTION\n" + escaped(sentence(command.summary)) + "\n";
  page += ".SH OPTIONS\n" + options(command);
  page += is_program ? commands_of(command) : sections_of(command);
  page += exit_status();
  if (is_program)
    page +=
        ".SH FILES\n.TP\n.I share/fencelab/scenarios/library\nThe scenario library, in the prefix "
        "that the program is "
        "installed in.\n";
  return page + see_also(program, command);
}

}  // namespace fencelab::cli
