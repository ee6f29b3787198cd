// Conditions of sweeps, such as "clients <= 4 or timeout == '10 ms'".
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fencelab::scenarios {

/// What an axis or a word of a condition stands for: how two of them are put in order.
enum class SweepKind : unsigned char { text, number, duration, size };

/// The kind that all of `labels` have; text if they differ.
SweepKind kind_of(const std::vector<std::string>& labels);

/// or, and, not, brackets; == and != between any two, < <= > >= between quantities of one kind. An
/// operand is the name of an axis, a number, or text in single quotes.
class SweepCondition {
 public:
  using Values = std::vector<std::pair<std::string, std::string>>;  ///< axis and label
  struct Axis {
    std::string name;
    SweepKind kind = SweepKind::text;
  };
  struct Error {
    std::size_t column = 0;  ///< 1-based, in bytes; 0: there is none
    std::string message, expected;
  };

  /// Parses `text`; on an error the condition must not be asked.
  static SweepCondition parse(std::string_view text, const std::vector<Axis>& axes, Error& error);
  /// Whether it holds for a combination of values of those axes.
  bool holds(const Values& values) const;

  struct Term;

 private:
  std::shared_ptr<const Term> root_;
};

}  // namespace fencelab::scenarios
