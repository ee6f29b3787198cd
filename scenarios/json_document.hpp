// A JSON text together with the place of every value and every key, so that each later message can
// point into the file. Duplicate keys, bad UTF-8 and excessive sizes are errors here.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "scenarios/diagnostics.hpp"
#include "scenarios/document_limits.hpp"

namespace fencelab::scenarios {

/// Line and column, both 1-based, columns in bytes; zero when a value came from outside the file.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// Where a value stands, and the key in front of it (equal to the value's place in a list).
struct Location {
  Position value;
  Position key;
};

inline constexpr std::size_t kMaxKeyBytes = 1024;

/// The parsed text. Values stay where they are as long as the document lives.
struct JsonDocument {
  std::string file;       ///< as given; messages start with it
  DocumentLimits limits;  ///< under which it was read; hold for changes, too
  nlohmann::json root;
  std::unordered_map<std::string, Location> locations;  ///< JSON pointer -> place in the text
  std::map<std::string, std::string> sets;              ///< JSON pointer -> the --set that wrote it

  /// Place of the value at `pointer`; line 0 when a --set wrote it or it does not exist.
  Location locate(const std::string& pointer) const;

  /// The --set that wrote the value at `pointer` or a value around it; empty if the file did.
  std::string set_of(const std::string& pointer) const;

  /// A diagnostic (an error) placed at the value, or at its key.
  Diagnostic diagnose(const std::string& pointer, bool at_key = false) const;
};

/// `pointer` extended by one member or index, escaped as RFC 6901 asks.
std::string pointer_to(const std::string& pointer, std::string_view member);
std::string pointer_to(const std::string& pointer, std::size_t index);

/// Parses `text`; the errors name line and column of the first mistake of grammar and of every
/// duplicate key.
Loaded<JsonDocument> parse_json(std::string_view text, std::string file,
                                const DocumentLimits& limits = {});

/// Carries out one `--set /pointer=value`: the value is JSON if it parses as such, text otherwise;
/// the parent must exist, `-` appends to a list. Returns errors, none on success.
std::vector<Diagnostic> apply_set(JsonDocument& document, std::string_view assignment);

}  // namespace fencelab::scenarios
