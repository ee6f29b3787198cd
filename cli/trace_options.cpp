#include "cli/trace_options.hpp"

#include <filesystem>
#include <map>
#include <optional>

#include "campaign/run_key.hpp"
#include "cli/output.hpp"
#include "cli/points.hpp"
#include "scenarios/nearest_name.hpp"
#include "scenarios/quantity.hpp"

namespace fencelab::cli {

namespace {

using analysis::TraceForm;
using analysis::TraceNames;

std::optional<TraceForm> form_of(const std::string& path) {
  static const std::map<std::string, TraceForm> kForms = {{".json", TraceForm::chrome_json},
                                                          {".pftrace", TraceForm::perfetto},
                                                          {".txt", TraceForm::ftrace_text}};
  const auto form = kForms.find(std::filesystem::path(path).extension().string());
  return form == kForms.end() ? std::nullopt : std::optional(form->second);
}

const CLI::Validator kTraceFile(
    [](const std::string& path) {
      if (form_of(path)) return std::string();
      return scenarios::quote(path) +
             " is no file for a trace; expected one that ends in .json (Chrome trace events), "
             ".pftrace (Perfetto) or .txt (ftrace)";
    },
    "");

struct Window {
  core::Time from{}, to = core::kNever;
};

/// "10ms..20ms"; either end may be left out.
std::optional<Window> window_of(const std::string& text) {
  const auto dots = text.find("..");
  if (dots == std::string::npos) return std::nullopt;
  const std::string from = text.substr(0, dots), to = text.substr(dots + 2);
  Window window;
  for (const auto& [end, at] : {std::pair{&from, &window.from}, std::pair{&to, &window.to}}) {
    if (end->empty()) continue;
    const auto length = scenarios::parse_duration(*end);
    if (!length) return std::nullopt;
    *at = core::Time(*length.value);
  }
  return window.from <= window.to ? std::optional(window) : std::nullopt;
}

const CLI::Validator kWindow(
    [](const std::string& text) {
      if (window_of(text)) return std::string();
      return scenarios::quote(text) + " is no part of a run; expected one such as 10ms..20ms";
    },
    "");

}  // namespace

void add_trace_options(CLI::App& command, analysis::TraceOptions& trace) {
  CLI::Option* const file =
      command
          .add_option_function<std::string>(
              "--trace",
              [&trace](const std::string& path) {
                trace.path = path;
                trace.form = *form_of(path);
              },
              "write a timeline of the run, which must be the only one: .json (Chrome trace "
              "events), .pftrace (Perfetto) or .txt (ftrace)")
          ->check(kTraceFile);
  command
      .add_option("--trace-names", trace.names,
                  "names of the scheduler's tracepoints: those of Linux before 6.17, or since "
                  "(default: 6.17)")
      ->transform(CLI::Transformer(std::map<std::string, TraceNames>{
          {"legacy", TraceNames::legacy}, {"6.17", TraceNames::linux_6_17}}))
      ->type_name("legacy|6.17")
      ->needs(file);
  command
      .add_option_function<std::string>(
          "--trace-window",
          [&trace](const std::string& text) {
            const auto window = window_of(text);
            trace.from = window->from;
            trace.to = window->to;
          },
          "only that part of the run, in simulated time, such as 10ms..20ms (default: all)")
      ->check(kWindow)
      ->needs(file);
}

bool can_trace(const RunOptions& options, const std::vector<Plan>& plans,
               const policies::Registry& registry) {
  if (options.trace.path.empty()) return true;
  constexpr std::uint64_t kShown = 3;
  RunCursor cursor(plans, options, registry);
  std::uint64_t place = 0, count = 0;
  std::string shown;
  while (const auto run = cursor.next()) {
    if (place++ % options.shards + 1 != options.shard) continue;
    if (++count > kShown) continue;
    const campaign::RunOrigin origin{options.sets, options.rounds, run->plan->point};
    shown +=
        "  " +
        campaign::reproduce_command(run->plan->scenario.file, origin, run->stack->name, run->seed) +
        "\n";
  }
  if (count < 2) return true;
  complain("fencelab: --trace is about one run, and these are {}:\n{}{}  choose one by {}\n", count,
           shown, count > kShown ? "  ...\n" : "", "--stack, --seeds and --point");
  return false;
}

}  // namespace fencelab::cli
