#include "scenarios/json_document.hpp"

#include <fmt/format.h>

#include "scenarios/json_builder.hpp"
#include "scenarios/quantity.hpp"
#include "scenarios/utf8.hpp"

namespace fencelab::scenarios {

namespace {

// Errors that make the text no JSON whatever its grammar; none when it may be parsed.
void check_bytes(std::string_view text, const DocumentLimits& limits, JsonBuilder& builder,
                 bool& ok) {
  ok = false;
  if (text.size() > limits.bytes) {
    builder.fail_at(0, "document-too-large", "the document is too large").expected =
        fmt::format("at most {} (--max-file-size)", format_size(limits.bytes));
    return;
  }
  const std::size_t bad = find_bad_byte(text);
  ok = bad == std::string_view::npos;
  if (ok) return;
  const bool is_nul = text[bad] == '\0';
  builder
      .fail_at(bad, is_nul ? "json-syntax" : "invalid-utf8",
               is_nul ? "a NUL byte in the text"
                      : fmt::format("byte 0x{:02x} is not valid UTF-8 here",
                                    static_cast<unsigned char>(text[bad])))
      .expected = "JSON text in UTF-8";
}

}  // namespace

Location JsonDocument::locate(const std::string& pointer) const {
  if (!set_of(pointer).empty()) return {};
  const auto found = locations.find(pointer);
  return found == locations.end() ? Location{} : found->second;
}

std::string JsonDocument::set_of(const std::string& pointer) const {
  if (sets.empty()) return {};
  for (std::string around = pointer;; around.resize(around.rfind('/'))) {
    const auto found = sets.find(around);
    if (found != sets.end()) return found->second;
    if (around.empty()) return {};
  }
}

Diagnostic JsonDocument::diagnose(const std::string& pointer, bool at_key) const {
  const Location location = locate(pointer);
  const Position position = at_key ? location.key : location.value;
  const std::string set = set_of(pointer);
  Diagnostic diagnostic;
  diagnostic.file = set.empty() ? file : "--set " + set;
  diagnostic.line = position.line;
  diagnostic.column = position.column;
  diagnostic.pointer = pointer;
  return diagnostic;
}

std::string pointer_to(const std::string& pointer, std::string_view member) {
  std::string result = pointer;
  result += '/';
  for (const char c : member) {
    if (c == '~')
      result += "~0";
    else if (c == '/')
      result += "~1";
    else
      result += c;
  }
  return result;
}

std::string pointer_to(const std::string& pointer, std::size_t index) {
  return pointer + '/' + std::to_string(index);
}

Loaded<JsonDocument> parse_json(std::string_view text, std::string file,
                                const DocumentLimits& limits) {
  const bool is_oversize = text.size() > limits.bytes;
  JsonBuilder builder(is_oversize ? std::string_view{} : text, std::move(file), limits);
  bool ok = true;
  check_bytes(text, limits, builder, ok);
  if (ok) nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return std::move(builder).finish();
}

}  // namespace fencelab::scenarios
