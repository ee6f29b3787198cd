// fencelab import: scenarios from what others recorded or described.
#include "cli/import.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "campaign/files.hpp"
#include "cli/output.hpp"
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

/// The file's text, or nothing after a complaint.
std::optional<std::string> read_text(const std::string& file) {
  campaign::ReadFile read = campaign::read_file(file);
  if (read.error.empty()) return std::move(read.text);
  complain("{}", scenarios::format_diagnostics(std::vector{campaign::cannot_read(
                     file, "the workload", read.error, "a readable .wsim file")}));
  return std::nullopt;
}

/// The scenario made from a file, or nothing after every mistake has been printed.
std::optional<campaign::OutputFile> import_file(const std::string& file,
                                                const ImportArguments& arguments) {
  const auto text = read_text(file);
  if (!text) return std::nullopt;
  const auto workload = scenarios::wsim::parse_workload(*text, file);
  if (!workload) {
    complain("{}", scenarios::format_diagnostics(workload.diagnostics()));
    return std::nullopt;
  }
  const std::string name = scenario_name(file, "wsim");
  return campaign::OutputFile{
      arguments.out + "/" + name + ".json",
      import_workload(*workload, {name, arguments.clients, arguments.repeat})};
}

/// All files or none: a folder with half of the scenarios looks like a whole one.
int import_all(const ImportArguments& arguments) {
  bool ok = true;
  std::vector<campaign::OutputFile> made;
  std::map<std::string, std::string> made_from;
  for (const std::string& file : arguments.files) {
    auto scenario = import_file(file, arguments);
    ok = ok && scenario;
    if (!scenario) continue;
    const auto [first, is_new] = made_from.emplace(scenario->path, file);
    if (!is_new)
      complain("{}: error: {} is made from {} already\n  expected files with different names\n",
               file, scenario->path, first->second),
          ok = false;
    made.push_back(std::move(*scenario));
  }
  if (!ok) return kExitUsage;
  auto failure = campaign::make_directory(arguments.out);
  if (!failure) failure = campaign::write_files(made);
  if (failure) {
    complain("fencelab: --out: {}\n", *failure);
    return kExitUsage;
  }
  for (const campaign::OutputFile& file : made) say("{}\n", file.path);
  return kExitOk;
}

}  // namespace

std::string scenario_name(const std::string& file, const std::string& kind) {
  std::string name = std::filesystem::path(file).stem().string();
  for (char& c : name)
    c = std::isalnum(static_cast<unsigned char>(c))
            ? static_cast<char>(std::tolower(static_cast<unsigned char>(c)))
            : '-';
  return name.empty() || name[0] == '-' ? kind + name : name;
}

int write_scenario(const std::string& out, const std::string& scenario) {
  if (out.empty()) {
    write_out(scenario);
    return kExitOk;
  }
  const auto folder = std::filesystem::path(out).parent_path().string();
  auto failure = folder.empty() ? std::nullopt : campaign::make_directory(folder);
  if (!failure) failure = campaign::write_file(out, scenario);
  if (!failure) return kExitOk;
  complain("fencelab: --out: {}\n", *failure);
  return kExitUsage;
}

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
  add_import_ftrace(*command, action);
  add_import_presentmon(*command, action);
}

}  // namespace fencelab::cli
