// Tables of declared names, and references into them: "tex", "tex.3", "tex.0-4", "tex.*".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/scenario.hpp"

namespace fencelab::scenarios {

/// What a declared name stands for: `count` consecutive things of its kind.
struct NamedThing {
  Index first = kNone;
  std::uint32_t count = 1;
  bool is_indexed = false;  ///< referred to as name.i, never as the bare name
  bool is_broken = false;   ///< declared wrongly, which was reported: no more complaints about it
  std::string pointer;      ///< of its declaration
  bool is_used = false;
};

/// Names of one kind in one scope.
class NameTable {
 public:
  /// Adds a name; false when it exists already.
  bool declare(const std::string& name, NamedThing thing);

  NamedThing* find(const std::string& name);
  const NamedThing* find(const std::string& name) const;

  /// All names, sorted.
  std::vector<std::string> names() const;
  const std::map<std::string, NamedThing>& things() const { return things_; }

  /// A declaration without a readable name was met: an unknown name may well be that one.
  void mark_incomplete() { is_incomplete_ = true; }
  bool is_incomplete() const { return is_incomplete_; }

 private:
  std::map<std::string, NamedThing> things_;
  bool is_incomplete_ = false;
};

/// A reference as written.
struct Reference {
  enum class Form : std::uint8_t { plain, element, range, all };
  Form form = Form::plain;
  std::string base;         ///< the declared name
  std::uint32_t first = 0;  ///< element, range
  std::uint32_t last = 0;   ///< range: included
};

/// Splits a reference; nothing when its part behind the point is malformed.
std::optional<Reference> parse_reference(std::string_view text);

}  // namespace fencelab::scenarios
