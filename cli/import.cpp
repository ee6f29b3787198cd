// fencelab import: scenarios from what others recorded or described.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "campaign/files.hpp"
#include "cli/program.hpp"
#include "scenarios/wsim/importer.hpp"
#include "scenarios/wsim/parser.hpp"

namespace fencelab::cli {

namespace {

struct ImportArguments {
  std::vector<std::string> files;
  std::string out;
  std::uint32_t clients = 1, repeat = 1;
};

/// A name a scenario may have, made from a file's.
std::string scenario_name(const std::string& file) {
  std::string name = std::filesystem::path(file).stem().string();
  for (char& c : name)
    c = std::isalnum(static_cast<unsigned char>(c))
            ? static_cast<char>(std::tolower(static_cast<unsigned char>(c)))
            : '-';
  return name.empty() || name[0] == '-' ? "wsim" + name : name;
}

bool import_file(const std::string& file, const ImportArguments& arguments) {
  std::ifstream input(file, std::ios::binary);
  std::ostringstream text;
  if (!input || !(text << input.rdbuf())) {
    fmt::print(stderr, "{}: cannot be read (or is empty)\n", file);
    return false;
  }
  const auto workload = scenarios::wsim::parse_workload(text.str(), file);
  if (!workload) {
    fmt::print(stderr, "{}", scenarios::format_diagnostics(workload.diagnostics()));
    return false;
  }
  const std::string path = arguments.out + "/" + scenario_name(file) + ".json";
  const auto failure = campaign::write_file(
      path, import_workload(*workload, {scenario_name(file), arguments.clients, arguments.repeat}));
  if (failure)
    fmt::print(stderr, "fencelab: {}\n", *failure);
  else
    fmt::print("{}\n", path);
  return !failure;
}

int import_all(const ImportArguments& arguments) {
  if (const auto failure = campaign::make_directory(arguments.out)) {
    fmt::print(stderr, "fencelab: {}\n", *failure);
    return kExitUsage;
  }
  bool ok = true;
  for (const std::string& file : arguments.files) ok = import_file(file, arguments) && ok;
  return ok ? int{kExitOk} : int{kExitUsage};
}

}  // namespace

void add_import(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("import", "make scenarios from other formats");
  command->require_subcommand(1);
  auto arguments = std::make_shared<ImportArguments>();
  CLI::App* wsim = command->add_subcommand("wsim", "i915 workload descriptors (gem_wsim)");
  wsim->add_option("file", arguments->files, ".wsim files")->required();
  wsim->add_option("-o,--out", arguments->out, "folder for the scenarios")->required();
  wsim->add_option("--clients", arguments->clients, "clones of the workload")
      ->check(CLI::Range(1, 100000));
  wsim->add_option("--repeat", arguments->repeat, "iterations of the workload")
      ->check(CLI::Range(1, 1000000));
  wsim->callback([arguments, &action] { action = [arguments] { return import_all(*arguments); }; });
}

}  // namespace fencelab::cli
