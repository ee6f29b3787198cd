#include "cli/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "campaign/run_one.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::cli {

namespace {

void unknown_subcommand(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  const std::string hint = scenarios::did_you_mean(word, names);
  fmt::print(stderr, "fencelab: there is no subcommand \"{}\"; {}\n", word,
             hint.empty() ? "there are " + fmt::format("{}", fmt::join(names, ", ")) : hint);
}

}  // namespace

int run_program(int argc, char** argv) {
  CLI::App app{
      "Fencelab: what happens to deadlocks, latency and over-synchronisation if fences and GPU "
      "memory are managed by this policy instead of that one?"};
  app.name("fencelab");
  app.set_version_flag("--version", campaign::build_description());
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 as expected, 1 an expectation failed, 2 unexpected deadlock or livelock, 3 "
      "non-determinism, 4 a run crashed, 63 bad input or usage.");
  Action action;
  add_run(app, action);
  add_validate(app, action);
  add_list(app, action);
  add_describe(app, action);
  add_import(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (app.get_subcommands().empty() && argc > 1 && argv[1][0] != '-') {
      unknown_subcommand(app, argv[1]);
      return kExitUsage;
    }
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  try {
    const int code = action();
    if (std::fflush(stdout) == 0) return code;
    fmt::print(stderr, "fencelab: cannot write to standard output: {}\n", std::strerror(errno));
    return kExitUsage;
  } catch (const std::system_error& error) {  // the machine refused: a pipe, a process, a write
    fmt::print(stderr, "fencelab: {}\n", error.what());
    return kExitUsage;
  } catch (const std::exception& error) {
    fmt::print(stderr, "fencelab: internal error: {}\n", error.what());
    return kExitCrash;
  }
}

FoundFiles find_scenarios(const std::vector<std::string>& paths) {
  namespace fs = std::filesystem;
  FoundFiles found;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      if (fs::exists(path, error))
        found.files.push_back(path);
      else
        found.errors.push_back(path + ": no such file or folder");
      continue;
    }
    std::vector<std::string> inside;
    for (const auto& entry : fs::recursive_directory_iterator(path, error))
      if (entry.is_regular_file() && entry.path().extension() == ".json")
        inside.push_back(entry.path().string());
    if (error || inside.empty()) {
      found.errors.push_back(path + ": " + (error ? error.message() : "no *.json in this folder"));
      continue;
    }
    std::sort(inside.begin(), inside.end());
    found.files.insert(found.files.end(), inside.begin(), inside.end());
  }
  return found;
}

}  // namespace fencelab::cli
