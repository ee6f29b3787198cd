#include "cli/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "campaign/run_one.hpp"

namespace fencelab::cli {

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
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  try {
    return action();
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
      if (!fs::exists(path, error)) {
        found.error = fmt::format("{}: no such file or folder", path);
        return found;
      }
      found.files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    for (const auto& entry : fs::recursive_directory_iterator(path, error))
      if (entry.is_regular_file() && entry.path().extension() == ".json")
        inside.push_back(entry.path().string());
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

}  // namespace fencelab::cli
