#include "scenarios/json_document.hpp"

#include <fmt/format.h>

#include "scenarios/json_builder.hpp"

namespace fencelab::scenarios {

namespace {

// Number of bytes of the UTF-8 character at the front of `text`; 0 when it is ill-formed (RFC
// 3629).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool is_overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool is_surrogate = first == 0xed && byte(1) >= 0xa0;
  const bool is_beyond = first == 0xf4 && byte(1) >= 0x90;
  return is_overlong || is_surrogate || is_beyond ? 0 : length;
}

// Offset of the first byte that is no text at all, or npos.
std::size_t find_bad_byte(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = text[i] == '\0' ? 0 : utf8_length(text.substr(i));
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

// Errors that make the text no JSON whatever its grammar; none when it may be parsed.
void check_bytes(std::string_view text, JsonBuilder& builder, bool& ok) {
  ok = false;
  if (text.size() > kMaxDocumentBytes) {
    builder.fail_at(0, "document-too-large", "the document is too large").expected =
        fmt::format("at most {} MiB", kMaxDocumentBytes >> 20);
    return;
  }
  const std::size_t bad = find_bad_byte(text);
  ok = bad == std::string_view::npos;
  if (ok) return;
  const bool is_nul = text[bad] == '\0';
  builder.fail_at(bad, is_nul ? "json-syntax" : "invalid-utf8",
                  is_nul ? "a NUL byte in the text"
                         : fmt::format("byte 0x{:02x} is not valid UTF-8 here",
                                       static_cast<unsigned char>(text[bad])));
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

Loaded<JsonDocument> parse_json(std::string_view text, std::string file) {
  const bool is_oversize = text.size() > kMaxDocumentBytes;
  JsonBuilder builder(is_oversize ? std::string_view{} : text, std::move(file));
  bool ok = true;
  check_bytes(text, builder, ok);
  if (ok) nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return std::move(builder).finish();
}

}  // namespace fencelab::scenarios
