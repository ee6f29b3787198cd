#include "cli/trace_options.hpp"

#include <charconv>
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

/// "10ms..20ms", "-5ms..5ms"; either end may be left out.
std::optional<Window> window_of(const std::string& text) {
  const auto dots = text.find("..");
  if (dots == std::string::npos) return std::nullopt;
  const std::string from = text.substr(0, dots), to = text.substr(dots + 2);
  Window window;
  for (const auto& [end, at] : {std::pair{&from, &window.from}, std::pair{&to, &window.to}}) {
    if (end->empty()) continue;
    const bool before = end->starts_with('-');
    const auto length = scenarios::parse_duration(before ? end->substr(1) : *end);
    if (!length) return std::nullopt;
    *at = core::Time(before ? -*length.value : *length.value);
  }
  return window.from <= window.to ? std::optional(window) : std::nullopt;
}

const CLI::Validator kWindow(
    [](const std::string& text) {
      if (window_of(text)) return std::string();
      return scenarios::quote(text) + " is no part of a run; expected one such as 10ms..20ms";
    },
    "");

constexpr core::Duration kAroundTrigger = std::chrono::milliseconds(10);

struct Trigger {
  std::string name;
  std::uint64_t number = 1;
};

/// "evicted", "evicted#3".
std::optional<Trigger> trigger_of(const std::string& text) {
  const std::size_t sign = text.find('#');
  Trigger trigger{text.substr(0, sign)};
  if (trigger.name.empty()) return std::nullopt;
  if (sign == std::string::npos) return trigger;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + sign + 1, end, trigger.number);
  if (read.ec != std::errc{} || read.ptr != end || trigger.number == 0) return std::nullopt;
  return trigger;
}

const CLI::Validator kTrigger(
    [](const std::string& text) {
      if (trigger_of(text)) return std::string();
      return scenarios::quote(text) +
             " is no instant of a trace; expected one such as evicted or "
             "evicted#3";
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
  CLI::Option* const window = command.add_option_function<std::string>(
      "--trace-window",
      [&trace](const std::string& text) {
        const auto given = window_of(text);
        trace.from = given->from;
        trace.to = given->to;
      },
      "only that part of the run, in simulated time, such as 10ms..20ms (default: all)");
  window->check(kWindow)->needs(file);
  command
      .add_option_function<std::string>(
          "--trace-trigger",
          [&trace, window](const std::string& text) {
            const Trigger trigger = *trigger_of(text);
            trace.trigger = trigger.name;
            trace.trigger_number = trigger.number;
            if (window->count() == 0) {
              trace.from = core::Time(-kAroundTrigger);
              trace.to = core::Time(kAroundTrigger);
            }
          },
          "the window counts from the first instant of that name, such as \"vblank missed\", "
          "evicted, timeout or stuck; evicted#3: from the third; -10ms..10ms unless "
          "--trace-window says otherwise")
      ->check(kTrigger)
      ->needs(file);
  command
      .add_option("--trace-cone", trace.cone,
                  "only what led to the end of that fence, as 12:3, or of that job, as \"job "
                  "draw#3 of game\"")
      ->type_name("FENCE")
      ->needs(file);
}

bool can_trace(const RunOptions& options, const std::vector<Plan>& plans,
               const policies::Registry& registry) {
  if (options.trace.path.empty()) return true;
  if (options.trace.trigger.empty() && options.trace.from < core::Time{}) {
    complain(
        "fencelab: --trace-window: nothing is before the begin of a run\n  expected such a window "
        "together with --trace-trigger only\n");
    return false;
  }
  constexpr std::uint64_t kShown = 3;
  RunCursor cursor(plans, options, registry);
  std::uint64_t place = 0, count = 0;
  std::string shown;
  while (const auto run = cursor.next()) {
    if (place++ % options.shards + 1 != options.shard) continue;
    if (++count > kShown) continue;
    const campaign::RunOrigin origin{options.sets, options.rounds, run->plan->point,
                                     limit_arguments(options.document)};
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
