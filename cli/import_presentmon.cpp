// fencelab import presentmon: a game loop from a frame-time log.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>

#include "campaign/files.hpp"
#include "cli/import.hpp"
#include "cli/output.hpp"
#include "scenarios/presentmon/importer.hpp"

namespace fencelab::cli {

namespace {

namespace presentmon = scenarios::presentmon;

struct Arguments {
  std::string file, out, application;
};

int refuse(const std::vector<scenarios::Diagnostic>& diagnostics) {
  complain("{}", scenarios::format_diagnostics(diagnostics));
  return kExitUsage;
}

int import_file(const Arguments& arguments) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(arguments.file, error);
  errno = 0;
  std::ifstream input(arguments.file, std::ios::binary);
  if (is_folder || !input)
    return refuse(
        {campaign::cannot_read(arguments.file, "frame log",
                               std::strerror(is_folder ? EISDIR : errno), "a readable CSV file")});
  const auto log = presentmon::read_frame_log(input, arguments.file);
  if (!log) return refuse(log.diagnostics());
  const std::string& named_after = arguments.out.empty() ? arguments.file : arguments.out;
  const auto imported = presentmon::import_frame_log(
      *log, arguments.file, {scenario_name(named_after, "frames"), arguments.application});
  if (!imported) return refuse(imported.diagnostics());
  for (const std::string& line : imported->summary) complain("{}\n", line);
  return write_scenario(arguments.out, imported->scenario);
}

}  // namespace

void add_import_presentmon(CLI::App& import, Action& action) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      import.add_subcommand("presentmon", "frame-time logs of PresentMon, CapFrameX and OCAT");
  command->add_option("file", arguments->file, "CSV file")->required();
  command->add_option("-o,--out", arguments->out, "file for the scenario (default: stdout)");
  command->add_option("--application", arguments->application,
                      "whose frames (default: of the swap chain with most)");
  command->callback(
      [arguments, &action] { action = [arguments] { return import_file(*arguments); }; });
}

}  // namespace fencelab::cli
