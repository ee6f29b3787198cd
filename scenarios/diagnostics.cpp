#include "scenarios/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>

namespace fencelab::scenarios {

namespace {

std::string place_of(const Diagnostic& diagnostic) {
  if (diagnostic.line == 0) return diagnostic.file;
  return fmt::format("{}:{}:{}", diagnostic.file, diagnostic.line, diagnostic.column);
}

// Things without a line sort behind everything that has one.
std::uint32_t line_rank(const Diagnostic& diagnostic) {
  return diagnostic.line == 0 ? std::numeric_limits<std::uint32_t>::max() : diagnostic.line;
}

}  // namespace

std::string format_diagnostic(const Diagnostic& diagnostic) {
  const bool is_error = diagnostic.severity == Severity::error;
  std::string text =
      fmt::format("{}: {}: {} [{}]", place_of(diagnostic), is_error ? "error" : "warning",
                  diagnostic.message, diagnostic.code);
  std::string details;
  const auto append = [&details](std::string_view prefix, const std::string& part) {
    if (part.empty()) return;
    details += details.empty() ? "\n  " : "; ";
    details += prefix;
    details += part;
  };
  append("at ", diagnostic.pointer);
  append("expected ", diagnostic.expected);
  append("", diagnostic.hint);
  return text + details;
}

std::string format_diagnostics(std::span<const Diagnostic> diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) text += format_diagnostic(diagnostic) + "\n";
  return text;
}

bool has_errors(std::span<const Diagnostic> diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Severity::error;
  });
}

void sort_by_place(std::vector<Diagnostic>& diagnostics) {
  using Key = std::tuple<std::uint32_t, std::uint32_t, const std::string&, const std::string&,
                         const std::string&>;
  const auto key = [](const Diagnostic& diagnostic) {
    return Key(line_rank(diagnostic), diagnostic.column, diagnostic.pointer, diagnostic.code,
               diagnostic.message);
  };
  std::sort(diagnostics.begin(), diagnostics.end(),
            [key](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
}

}  // namespace fencelab::scenarios
