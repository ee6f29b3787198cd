#include "analysis/report/sequence_diagram.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fencelab::analysis {

namespace {

/// Texts end at a line's end or a semicolon, and "#" begins a character code.
std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '#' || c == ';' || c == ':' || c == '%')
      safe += fmt::format("#{};", static_cast<int>(c));
    else
      safe += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? '?' : c;
  }
  return safe;
}

}  // namespace

std::string sequence_diagram(const std::vector<TakenStep>& steps, const std::string& title,
                             std::size_t steps_max) {
  std::vector<std::string> processes;
  for (const TakenStep& step : steps)
    if (std::find(processes.begin(), processes.end(), step.process) == processes.end())
      processes.push_back(step.process);
  std::string text = "sequenceDiagram\n";
  if (!title.empty()) text += fmt::format("  title {}\n", escaped(title));
  for (std::size_t i = 0; i < processes.size(); ++i)
    text += fmt::format("  participant p{} as {}\n", i, escaped(processes[i]));
  const std::size_t first = steps.size() - std::min(steps.size(), steps_max);
  if (first > 0) text += fmt::format("  Note over p0: {} steps left out\n", first);
  for (std::size_t i = first; i < steps.size(); ++i) {
    const TakenStep& step = steps[i];
    const auto process =
        std::find(processes.begin(), processes.end(), step.process) - processes.begin();
    text += fmt::format("  p{0}->>p{0}: {1} {2}{3}{4}\n", process, i + 1, escaped(step.operation),
                        step.choice.empty() ? "" : " = ", escaped(step.choice));
    if (!step.note.empty())
      text += fmt::format("  Note over p{}: {}\n", process, escaped(step.note));
  }
  return text;
}

}  // namespace fencelab::analysis
