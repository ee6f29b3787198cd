// Manual pages and completions: they have what --help has, tools that read them find nothing wrong,
// and what they list is there.
#include <fmt/format.h>

#include <set>
#include <sstream>

#include "tests/cli/mistakes.hpp"

using namespace fencelab::testing;

namespace {

std::string output_of(const std::vector<std::string>& arguments) {
  const Outcome outcome = run_fencelab(arguments);
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  CHECK(outcome.err.empty());
  return outcome.out;
}

/// What a shell command prints to stdout and stderr; fails the test unless it ends well.
std::string shell(const std::string& command, const std::string& folder) {
  const std::string whole = "cd '" + folder + "' && { " + command + "\n} >output.txt 2>&1";
  const int status = std::system(whole.c_str());
  std::string text = read_file(folder + "/output.txt");
  INFO(command << "\n" << text);
  CHECK(status == 0);
  return text;
}

bool is_installed(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

/// First words of the indented lines that follow a heading of --help.
std::vector<std::string> listed(const std::string& help, const std::string& heading) {
  std::vector<std::string> words;
  std::istringstream lines(help.substr(std::min(help.find("\n" + heading + ":\n"), help.size())));
  std::string line;
  std::getline(lines, line) && std::getline(lines, line);
  while (std::getline(lines, line) && line.starts_with("  "))
    if (line[2] != ' ') words.push_back(line.substr(2, line.find(' ', 2) - 2));
  return words;
}

/// Every subcommand, as words.
std::vector<std::string> subcommands(const std::vector<std::string>& of = {}) {
  std::vector<std::string> arguments = of, all;
  arguments.emplace_back("--help");
  for (const std::string& name : listed(output_of(arguments), "Subcommands")) {
    std::vector<std::string> below = of;
    below.push_back(name);
    std::string words;
    for (const std::string& word : below) words += (words.empty() ? "" : " ") + word;
    all.push_back(words);
    const auto more = subcommands(below);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

/// Text of a page without its escapes of hyphens.
std::string plain(std::string roff) {
  for (std::size_t at; (at = roff.find("\\-")) != std::string::npos;) roff.erase(at, 1);
  return roff;
}

/// What bash offers at the end of a command line, sorted, in a folder.
std::vector<std::string> completions(const std::vector<std::string>& words,
                                     const std::string& folder) {
  std::string line = std::string("'") + FENCELAB_PROGRAM + "'";
  for (const std::string& word : words) line += " '" + word + "'";
  const std::string command =
      "bash -c 'eval \"$(\"$0\" completion bash)\"; compopt() { :; }; COMP_WORDS=(\"$0\" \"$@\"); "
      "COMP_CWORD=$#; _fencelab; printf \"%s\\n\" \"${COMPREPLY[@]}\"' " +
      line;
  auto offered = words_of(shell(command, folder));
  std::sort(offered.begin(), offered.end());
  return offered;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("each subcommand has a manual page or a section in one, with every option of --help",
          "[pages]") {
  const TemporaryFolder folder;
  CHECK(output_of({"man", "--out", folder.path("man")}).empty());
  CHECK(subcommands().size() > 10);
  std::set<std::string> expected{"fencelab.1"};
  for (const std::string& command : subcommands()) {
    const Words words = words_of(command);
    const std::string file = "fencelab-" + words[0] + ".1";
    expected.insert(file);
    const std::string page = plain(read_file(folder.path("man/" + file)));
    Words arguments = words;
    arguments.emplace_back("--help");
    const std::string help = output_of(arguments);
    for (const std::string& names : listed(help, "Options")) {
      const std::string name = names.substr(names.find("--"));
      const std::string bare = name.substr(0, name.find_first_of("{=,"));
      INFO(file << " of " << command << ": " << bare);
      CHECK(page.find("\\fB" + bare + "\\fR") != std::string::npos);
    }
    for (const std::string& name : listed(help, "Positionals"))
      CHECK(page.find("\n\\fI" + name + "\\fR") != std::string::npos);
    CHECK(page.find(".B fencelab " + command + "\n") != std::string::npos);
  }
  CHECK(files_below(folder.path("man")) == Words(expected.begin(), expected.end()));
  const std::string main = plain(read_file(folder.path("man/fencelab.1")));
  for (const std::string& command : listed(output_of({"--help"}), "Subcommands"))
    CHECK(main.find("\\fBfencelab-" + command + "\\fR(1)") != std::string::npos);
  CHECK(plain(output_of({"man"})) == main);
  CHECK(output_of({"man", "run"}) == read_file(folder.path("man/fencelab-run.1")));
}

TEST_CASE("a page that is not there is refused, with the nearest", "[pages]") {
  const Outcome outcome = run_fencelab({"man", "rnu"});
  CHECK(outcome.exit_code == 63);
  CHECK(outcome.err == "fencelab: man: there is no subcommand \"rnu\"; did you mean \"run\"?\n");
  CHECK(run_fencelab({"completion", "csh"}).exit_code == 63);
}

TEST_CASE("man and mandoc find nothing wrong with the pages", "[pages]") {
  const TemporaryFolder folder;
  CHECK(output_of({"man", "--out", folder.path("man")}).empty());
  if (is_installed("man") && is_installed("groff"))
    CHECK(shell("for page in man/*; do man --warnings=w -l -Tutf8 -Z $page >/dev/null; done",
                folder.path())
              .empty());
  else
    WARN("man is not installed");
  // The pages have no date, so that they are the same whenever they are made.
  if (is_installed("mandoc"))
    CHECK(shell("mandoc -T lint -W warning man/* | grep -v 'missing date, using' || true",
                folder.path())
              .empty());
  else
    WARN("mandoc is not installed");
}

TEST_CASE("completions are scripts of their shells", "[pages]") {
  const TemporaryFolder folder;
  for (const std::string name : {"bash", "zsh", "fish"}) {
    const std::string script = folder.file(name, output_of({"completion", name}));
    if (is_installed(name))
      CHECK(shell(fmt::format("{} -n {}", name, script), folder.path()).empty());
    else
      WARN(name << " is not installed");
  }
}

TEST_CASE("bash completes subcommands and options", "[pages]") {
  const TemporaryFolder folder;
  const std::string here = folder.path();
  CHECK(completions({"ru"}, here) == Words{"run"});
  Words commands = listed(output_of({"--help"}), "Subcommands");
  std::sort(commands.begin(), commands.end());
  CHECK(completions({""}, here) == commands);
  CHECK(completions({"import", ""}, here) == Words{"ftrace", "presentmon", "wsim"});
  CHECK(completions({"import", "wsim", "--cl"}, here) == Words{"--clients"});
  CHECK(completions({"run", "--seed"}, here) == Words{"--seeds"});
  CHECK(completions({"run", "--stack", "xe", "--seed"}, here) == Words{"--seeds"});
  CHECK(completions({"check", "--seeds", "3", "--junit", "run", "--sar"}, here) ==
        Words{"--sarif"});
  CHECK(completions({"run", "--no-such"}, here).empty());
}

TEST_CASE("bash completes scenario files, folders and names", "[pages]") {
  const TemporaryFolder folder;
  folder.file("game.json", "{}");
  folder.file("game.txt", "");
  folder.file("games/more.json", "{}");
  const std::string here = folder.path();
  CHECK(completions({"run", "ga"}, here) == Words{"game.json", "games"});
  CHECK(completions({"run", "--stack", "xe", "--quiet", "ga"}, here) ==
        Words{"game.json", "games"});
  CHECK(completions({"run", "--out", "ga"}, here) == Words{"games"});
  CHECK(completions({"check", "--junit", "ga"}, here) == Words{"game.json", "game.txt", "games"});
  CHECK(completions({"run", "--stack", "linux-i"}, here) == Words{"linux-implicit"});
  CHECK(completions({"run", "--stack", "xe", "linux-i"}, here) == Words{"linux-implicit"});
  CHECK(completions({"run", "--stack", "=", "linux-i"}, here) == Words{"linux-implicit"});
  CHECK(completions({"run", "--rerun", "f"}, here) == Words{"failed"});
  CHECK(completions({"check", "--strength", "pr"}, here) == Words{"predicted", "proved"});
  CHECK(completions({"describe", "vulkan-t"}, here) == Words{"vulkan-timeline"});
  CHECK(completions({"compare", "--metric", "makespan"}, here) == Words{"makespan_ns"});
  CHECK(completions({"run", "--seeds", "1"}, here).empty());
}

TEST_CASE("fish completes subcommands, options and names", "[pages]") {
  if (!is_installed("fish")) {
    WARN("fish is not installed");
    return;
  }
  const TemporaryFolder folder;
  folder.file("script", output_of({"completion", "fish"}));
  const std::string bin = std::filesystem::path(FENCELAB_PROGRAM).parent_path().string();
  const auto first = [&](const std::string& line) {
    return words_of(shell("HOME=. PATH='" + bin + "':$PATH fish -c 'source script; complete -C \"" +
                              line + "\"'",
                          folder.path()))
        .at(0);
  };
  CHECK(first("fencelab ru") == "run");
  CHECK(first("fencelab import ws") == "wsim");
  CHECK(first("fencelab import wsim --cl") == "--clients");
  CHECK(first("fencelab run --stack linux-i") == "linux-implicit");
  CHECK(first("fencelab check --strength prov") == "proved");
}
