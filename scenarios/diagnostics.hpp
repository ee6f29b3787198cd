// What is wrong with an input file, as a value: a stable code, the exact place, what was expected
// and a hint. Loaders return these instead of throwing, all of a file's mistakes at once.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fencelab::scenarios {

enum class Severity : std::uint8_t { error, warning };

/// One mistake (or doubt) about an input.
struct Diagnostic {
  Severity severity = Severity::error;
  std::string code;          ///< stable, kebab-case, e.g. "unknown-name"
  std::string file;          ///< as given by the user
  std::uint32_t line = 0;    ///< 1-based; 0 when the text has no place in a file
  std::uint32_t column = 0;  ///< 1-based, in bytes
  std::string pointer;       ///< JSON pointer of the value (RFC 6901); empty: the document
  std::string message;
  std::string expected;  ///< what would have been right, e.g. "one of \"fifo\", \"mailbox\""
  std::string hint;      ///< a full phrase, e.g. "did you mean \"fifo\"?"
};

/// `file:line:column: error: message [code]`, and in a second line where and what was expected.
std::string format_diagnostic(const Diagnostic& diagnostic);

/// All of them, one below the other, each line ended.
std::string format_diagnostics(std::span<const Diagnostic> diagnostics);

/// Whether any of them is an error (warnings alone do not stop a load).
bool has_errors(std::span<const Diagnostic> diagnostics);

/// Order of places in the file; things without a line (--set) come last.
void sort_by_place(std::vector<Diagnostic>& diagnostics);

/// A value, or the errors that kept it from being made. Warnings may come with a value.
template <typename T>
class [[nodiscard]] Loaded {
 public:
  /// A success, possibly with warnings.
  Loaded(T value, std::vector<Diagnostic> warnings = {})
      : value_(std::move(value)), diagnostics_(std::move(warnings)) {
    assert(!has_errors(diagnostics_));
  }
  /// A failure; at least one of `diagnostics` is an error.
  Loaded(std::vector<Diagnostic> diagnostics) : diagnostics_(std::move(diagnostics)) {
    assert(has_errors(diagnostics_));
  }

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }

  /// The value; only when ok().
  const T& value() const& {
    assert(ok());
    return *value_;
  }
  T& value() & {
    assert(ok());
    return *value_;
  }
  T&& value() && {
    assert(ok());
    return *std::move(value_);
  }
  const T& operator*() const { return value(); }
  const T* operator->() const { return &value(); }

  /// Errors when not ok(), warnings otherwise; in the order of the file.
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  std::optional<T> value_;
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace fencelab::scenarios
