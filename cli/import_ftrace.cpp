// fencelab import ftrace: a scenario from a recording of the kernel's tracepoints.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <memory>
#include <optional>

#include "cli/import.hpp"
#include "cli/output.hpp"
#include "scenarios/ftrace/importer.hpp"

namespace fencelab::cli {

namespace {

namespace ftrace = scenarios::ftrace;

struct Arguments {
  std::string file, out, window;
};

// Seconds of a recording's clock.
std::optional<std::int64_t> read_seconds(const std::string& text) {
  double seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, status] = std::from_chars(text.data(), end, seconds);
  constexpr double kMost = 4e9;  // whose nanoseconds fit
  if (text.empty() || status != std::errc() || stop != end || !(seconds >= 0 && seconds <= kMost))
    return std::nullopt;
  // A double has 52 bits for a time of up to 32 bits and 30 of nanoseconds: digits decide.
  const std::size_t dot = text.find('.');
  std::int64_t whole = 0, fraction = 0;
  std::from_chars(text.data(), end, whole);
  if (text.find_first_not_of("0123456789.") != std::string::npos) return std::nullopt;
  if (dot != std::string::npos) {
    const std::string digits = (text.substr(dot + 1) + "000000000").substr(0, 9);
    std::from_chars(digits.data(), digits.data() + digits.size(), fraction);
  }
  return whole * 1'000'000'000 + fraction;
}

/// "FROM..TO", where either may be left out; an error message, or none.
std::string check_window(const std::string& text, ftrace::Window& window) {
  constexpr const char* kExpected = "expected FROM..TO in seconds of the recording's clock";
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) return kExpected;
  const std::string from = text.substr(0, dots), to = text.substr(dots + 2);
  const auto begin = read_seconds(from), end = read_seconds(to);
  if ((!begin && !from.empty()) || (!end && !to.empty()) || (from.empty() && to.empty()))
    return kExpected;
  if (begin) window.from_ns = *begin;
  if (end) window.to_ns = *end;
  return window.from_ns < window.to_ns ? "" : "expected FROM before TO";
}

int import_file(const Arguments& arguments) {
  ftrace::ImportOptions options{
      scenario_name(arguments.out.empty() ? arguments.file : arguments.out, "ftrace"), {}};
  if (!arguments.window.empty()) check_window(arguments.window, options.window);
  const auto recording = ftrace::read_recording(arguments.file, options.window);
  if (!recording) {
    complain("{}", scenarios::format_diagnostics(recording.diagnostics()));
    return kExitUsage;
  }
  const auto imported = ftrace::import_recording(*recording, arguments.file, options);
  if (!imported) {
    complain("{}", scenarios::format_diagnostics(imported.diagnostics()));
    return kExitUsage;
  }
  for (const std::string& line : imported->summary) complain("{}\n", line);
  return write_scenario(arguments.out, imported->scenario);
}

}  // namespace

void add_import_ftrace(CLI::App& import, Action& action) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      import.add_subcommand("ftrace", "recordings of GPU tracepoints: ftrace text, or trace.dat");
  command
      ->add_option("file", arguments->file, "text of tracefs or trace-cmd report, or a trace.dat")
      ->required();
  command->add_option("-o,--out", arguments->out, "file for the scenario (default: stdout)");
  command
      ->add_option("--window", arguments->window, "FROM..TO: a part of it, in seconds of its clock")
      ->check([](const std::string& text) {
        ftrace::Window window;
        return check_window(text, window);
      });
  command->callback(
      [arguments, &action] { action = [arguments] { return import_file(*arguments); }; });
}

}  // namespace fencelab::cli
