#include "scenarios/findings.hpp"

#include <fmt/format.h>

#include <utility>

namespace fencelab::scenarios {

namespace {

constexpr std::size_t kMaxReported = 500;

std::string look_up(const std::map<std::string, std::map<std::string, std::string>>& table,
                    const std::string& pointer, const std::string& word) {
  const auto words = table.find(pointer);
  if (words == table.end()) return word;
  const auto found = words->second.find(word);
  return found == words->second.end() ? word : found->second;
}

}  // namespace

void FindingSink::add(Severity severity, const std::string& pointer, Finding finding) {
  Diagnostic diagnostic = document_.diagnose(pointer, finding.at_key);
  diagnostic.severity = severity;
  diagnostic.code = std::move(finding.code);
  diagnostic.message = std::move(finding.message);
  diagnostic.expected = std::move(finding.expected);
  diagnostic.hint = std::move(finding.hint);
  diagnostics_.push_back(std::move(diagnostic));
}

void FindingSink::error(const std::string& pointer, Finding finding) {
  error_pointers_.insert(pointer);
  add(Severity::error, pointer, std::move(finding));
}

void FindingSink::warning(const std::string& pointer, Finding finding) {
  add(Severity::warning, pointer, std::move(finding));
}

bool FindingSink::has_error_under(const std::string& pointer) const {
  if (error_pointers_.contains(pointer)) return true;
  const auto inside = error_pointers_.lower_bound(pointer + '/');
  return inside != error_pointers_.end() && inside->starts_with(pointer + '/');
}

std::vector<Diagnostic> FindingSink::take() {
  std::vector<Diagnostic> result = std::exchange(diagnostics_, {});
  if (has_errors()) {
    std::erase_if(result,
                  [](const Diagnostic& found) { return found.severity == Severity::warning; });
  }
  sort_by_place(result);
  if (result.size() <= kMaxReported) return result;
  Diagnostic note = result[kMaxReported];
  note.severity = has_errors() ? Severity::error : Severity::warning;
  note.code = "too-many-findings";
  note.message = fmt::format("{} more findings from here on", result.size() - kMaxReported);
  note.expected.clear();
  note.hint.clear();
  result.resize(kMaxReported);
  result.push_back(std::move(note));
  return result;
}

void Spellings::note(const std::string& pointer, const std::string& intended,
                     const std::string& actual) {
  actual_[pointer][intended] = actual;
  intended_[pointer][actual] = intended;
}

std::string Spellings::actual(const std::string& pointer, const std::string& intended) const {
  return look_up(actual_, pointer, intended);
}

std::string Spellings::intended(const std::string& pointer, const std::string& actual) const {
  return look_up(intended_, pointer, actual);
}

}  // namespace fencelab::scenarios
