// fencelab man, fencelab completion: what shells and manuals want to know of the program.
#include <memory>

#include "campaign/files.hpp"
#include "cli/output.hpp"
#include "cli/pages/completion.hpp"
#include "cli/pages/man_page.hpp"
#include "cli/program.hpp"
#include "fencelab/version.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::cli {

namespace {

std::vector<const CommandText*> pages_of(const CommandText& program) {
  std::vector<const CommandText*> pages{&program};
  for (const CommandText& command : program.commands) pages.push_back(&command);
  return pages;
}

int write_pages(const CommandText& program, const std::string& out) {
  std::vector<campaign::OutputFile> files;
  for (const CommandText* page : pages_of(program))
    files.push_back(
        {out + "/" + man_page_name(*page), man_page(program, *page, std::string(kVersion))});
  auto failure = campaign::make_directory(out);
  if (!failure) failure = campaign::write_files(files);
  if (!failure) return kExitOk;
  complain("fencelab: --out: {}\n", *failure);
  return kExitUsage;
}

int man(const CommandText& program, const std::string& subcommand, const std::string& out) {
  if (!out.empty()) return write_pages(program, out);
  std::vector<std::string> known;
  for (const CommandText* page : pages_of(program)) {
    known.push_back(page->path);
    if (page->path != subcommand) continue;
    write_out(man_page(program, *page, std::string(kVersion)));
    return kExitOk;
  }
  const std::string hint = scenarios::did_you_mean(subcommand, known);
  complain("fencelab: man: there is no subcommand {}{}{}\n", scenarios::quote(subcommand),
           hint.empty() ? "" : "; ", hint);
  return kExitUsage;
}

int completion(const CommandText& program, const std::string& shell) {
  if (shell == "bash") write_out(bash_completion(program));
  if (shell == "zsh") write_out(zsh_completion(program));
  if (shell == "fish") write_out(fish_completion(program));
  return kExitOk;
}

}  // namespace

void add_pages(CLI::App& app, Action& action) {
  struct Options {
    std::string subcommand, out, shell;
  };
  auto options = std::make_shared<Options>();
  CLI::App* pages =
      app.add_subcommand("man", "print the manual page of the program or a subcommand");
  auto* const subcommand = pages->add_option("subcommand", options->subcommand,
                                             "which one (default: the program itself)");
  pages->add_option("--out", options->out, "write all pages into this folder instead")
      ->excludes(subcommand);
  pages->callback([options, &app, &action] {
    action = [options, &app] { return man(command_text(app), options->subcommand, options->out); };
  });
  CLI::App* script =
      app.add_subcommand("completion", "print a script that completes command lines in a shell");
  script->add_option("shell", options->shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  script->callback([options, &app, &action] {
    action = [options, &app] { return completion(command_text(app), options->shell); };
  });
}

}  // namespace fencelab::cli
