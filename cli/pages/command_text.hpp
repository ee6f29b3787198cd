// CommandText: what the program knows of its subcommands and options, as plain data. Read from the
// CLI11 app that parses the command line, so that manual pages and completions have what the
// program has.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace fencelab::cli {

/// What may stand for a value on a command line.
struct ValueText {
  enum class Kind : unsigned char {
    none,       ///< an option without a value
    other,      ///< a number, a duration, ...: nothing that could be listed
    word,       ///< one of `words`
    name,       ///< the first words of the lines of `fencelab list WHAT`, of each of `words`
    file,       ///< any file
    folder,     ///< any folder
    scenarios,  ///< scenario files or folders of them
  };
  Kind kind = Kind::other;
  std::vector<std::string> words;
  std::string placeholder;  ///< "STACK", "N", "none|failed|all"; empty for none
  bool repeats = false;     ///< several may follow each other
};

/// An option, or an argument that has a place instead of a name.
struct OptionText {
  std::vector<std::string> names;  ///< "-j", "--jobs"; of an argument its one name, "scenario"
  ValueText value;
  std::string meaning;
  std::vector<std::string> needs, excludes;  ///< names of other options
  bool required = false;
};

struct CommandText {
  std::string path;     ///< "", "run", "import wsim"
  std::string summary;  ///< what it does, a phrase
  std::vector<OptionText> options, arguments;
  std::vector<CommandText> commands;

  /// Its last word.
  std::string_view name() const;
};

CommandText command_text(const CLI::App& app);

}  // namespace fencelab::cli
