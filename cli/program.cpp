#include "cli/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "campaign/run_one.hpp"
#include "cli/output.hpp"
#include "cli/reference.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::cli {

namespace {

/// Names of the options or subcommands that `app` understands at this place.
std::vector<std::string> known_words(const CLI::App& app, bool options) {
  std::vector<std::string> words;
  if (!options)
    for (const CLI::App* command : app.get_subcommands({})) words.push_back(command->get_name());
  else
    for (const CLI::Option* option : app.get_options())
      for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  return words;
}

int complain_of_usage(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* deepest = &app;
  while (!deepest->get_subcommands().empty()) deepest = deepest->get_subcommands().front();
  const auto left = deepest->remaining();
  std::string message = error.what(), name = deepest == &app ? "" : deepest->get_name() + ": ";
  if (!left.empty()) {
    const bool is_option = left[0].starts_with("-");
    const auto known = known_words(*deepest, is_option);
    message = fmt::format("unexpected argument {}", scenarios::quote(left[0]));
    if (!known.empty()) {
      message = fmt::format("unknown {} {}; expected {}", is_option ? "option" : "subcommand",
                            scenarios::quote(left[0]), scenarios::one_of(known));
      const std::string hint = scenarios::did_you_mean(left[0].substr(0, left[0].find('=')), known);
      if (!hint.empty()) message += "; " + hint;
    }
  }
  complain("fencelab: {}{}\nRun with --help for more information.\n", name, message);
  return kExitUsage;
}

std::string exit_code_line() {
  std::string line = "Exit codes:";
  for (const Word& code : exit_code_words())
    line += fmt::format("{} {} {}", line.back() == ':' ? "" : ",", code.word, code.meaning);
  return line + ".";
}

}  // namespace

int run_program(int argc, char** argv) {
  open_output();
  std::unique_ptr<campaign::Ranks> joined;
  try {
    joined = campaign::Ranks::join();
  } catch (const std::exception& error) {
    complain("fencelab: {}\n", error.what());
    return kExitCrash;
  }
  campaign::Ranks* const ranks = joined.get();
  const bool is_first = !ranks || ranks->rank() == 0;
  if (!is_first) mute_output();
  CLI::App app{
      "Fencelab: what happens to deadlocks, latency and over-synchronisation if fences and GPU "
      "memory are managed by this policy instead of that one?"};
  app.name("fencelab");
  app.set_version_flag("--version", [] { return "fencelab " + campaign::build_description(); });
  app.require_subcommand(1);
  app.footer(exit_code_line());
  Action action;
  add_run(app, action, ranks);
  add_merge(app, action);
  add_compare(app, action);
  add_check(app, action, ranks);
  add_replay(app, action);
  add_validate(app, action);
  add_list(app, action);
  add_describe(app, action);
  add_import(app, action);
  add_new(app, action);
  add_vet(app, action);
  add_pages(app, action);
  try {
    app.parse(argc, argv);
    if (!is_first && !app.got_subcommand("check") && !app.got_subcommand("run")) return kExitOk;
    return close_output(action());
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return close_output(app.exit(error));  // --help, --version
    return complain_of_usage(app, error);
  } catch (const std::system_error& error) {
    complain("fencelab: {}\n", error.what());
    return kExitCrash;
  } catch (const std::exception& error) {
    complain("fencelab: internal error: {}\n", error.what());
    return kExitCrash;
  }
}

FoundFiles find_scenarios(const std::vector<std::string>& paths) {
  namespace fs = std::filesystem;
  FoundFiles found;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      if (!fs::exists(path, error)) {
        found.error = fmt::format("{}: no such file or folder", path);
        return found;
      }
      found.files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    for (fs::recursive_directory_iterator each(path, error), end; !error && each != end;
         each.increment(error))
      if (each->path().extension() == ".json" && !each->is_directory(error))
        inside.push_back(each->path().string());
    if (error || inside.empty()) {
      found.error =
          fmt::format("{}: {}", path, error ? error.message() : "no *.json in this folder");
      return found;
    }
    std::sort(inside.begin(), inside.end());
    found.files.insert(found.files.end(), inside.begin(), inside.end());
  }
  return found;
}

std::string library_folder() {
  namespace fs = std::filesystem;
  std::string here = "scenarios/library";
  std::error_code error;
  if (fs::is_directory(here, error)) return here;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path installed = program.parent_path().parent_path() / "share/fencelab" / here;
  return !error && fs::is_directory(installed, error) ? installed.string() : here;
}

}  // namespace fencelab::cli
