// Where the parts of the loader put what they find wrong, and what they need to know of each
// other's findings so that one mistake gives one message.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "scenarios/diagnostics.hpp"
#include "scenarios/json_document.hpp"

namespace fencelab::scenarios {

/// What is wrong with one value; the place comes from its JSON pointer.
struct Finding {
  std::string code;
  std::string message;
  std::string expected = {};
  std::string hint = {};
  bool at_key = false;  ///< place it at the member's name instead of its value
};

/// Collects findings about one document, which must outlive it.
class FindingSink {
 public:
  explicit FindingSink(const JsonDocument& document) : document_(document) {}

  void error(const std::string& pointer, Finding finding);
  void warning(const std::string& pointer, Finding finding);

  bool has_errors() const { return !error_pointers_.empty(); }

  /// Whether an error concerns the value at `pointer` or anything inside it.
  bool has_error_under(const std::string& pointer) const;

  /// Everything found, in the order of the file; errors come without the warnings, a flood is cut
  /// off with a note.
  std::vector<Diagnostic> take();

 private:
  void add(Severity severity, const std::string& pointer, Finding finding);

  const JsonDocument& document_;
  std::vector<Diagnostic> diagnostics_;
  std::set<std::string> error_pointers_;
};

/// Members that were misspelt but recognised: they were reported once and are read as what they
/// stand for from then on, so that nothing that depends on them is reported as missing.
class Spellings {
 public:
  /// The object at `pointer` has `actual` where `intended` was meant.
  void note(const std::string& pointer, const std::string& intended, const std::string& actual);

  /// How the object spells member `intended` (normally just so).
  std::string actual(const std::string& pointer, const std::string& intended) const;

  /// What the object means by its member `actual`.
  std::string intended(const std::string& pointer, const std::string& actual) const;

 private:
  using Words = std::map<std::string, std::string>;
  std::map<std::string, Words> actual_;
  std::map<std::string, Words> intended_;
};

}  // namespace fencelab::scenarios
