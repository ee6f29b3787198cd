#include "scenarios/json_builder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

constexpr std::string_view kExpected = "; expected ";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_between_tokens(char c) { return is_space(c) || c == ',' || c == ':'; }

bool ends_bare_token(char c) { return is_between_tokens(c) || c == ']' || c == '}'; }

// The part of the parser's message behind its own account of the place.
std::string reason_of(const nlohmann::json::exception& error) {
  const std::string_view text = error.what();
  const std::size_t dash = text.find(" - ");
  return std::string(dash == std::string_view::npos ? text : text.substr(dash + 3));
}

}  // namespace

LineTable::LineTable(std::string_view text) : line_starts_{0} {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') line_starts_.push_back(i + 1);
  }
}

Position LineTable::position(std::size_t offset) const {
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const auto line = static_cast<std::size_t>(next - line_starts_.begin());
  return {static_cast<std::uint32_t>(line),
          static_cast<std::uint32_t>(offset - line_starts_[line - 1] + 1)};
}

JsonBuilder::JsonBuilder(std::string_view text, std::string file, const DocumentLimits& limits)
    : text_(text), lines_(text) {
  document_.file = std::move(file);
  document_.limits = limits;
  if (text_.starts_with(kByteOrderMark)) cursor_ = kByteOrderMark.size();
}

std::size_t JsonBuilder::next_token() {
  while (cursor_ < text_.size() && is_between_tokens(text_[cursor_])) ++cursor_;
  return cursor_;
}

// The parser has accepted the token at the cursor, hence no need to check it again.
void JsonBuilder::skip_token() {
  const char first = text_[cursor_++];
  if (first == '[' || first == ']' || first == '{' || first == '}') return;
  if (first != '"') {
    while (cursor_ < text_.size() && !ends_bare_token(text_[cursor_])) ++cursor_;
    return;
  }
  while (text_[cursor_] != '"') cursor_ += text_[cursor_] == '\\' ? 2 : 1;
  ++cursor_;
}

std::string JsonBuilder::path() const {
  if (frames_.empty()) return {};
  const Frame& frame = frames_.back();
  if (frame.container->is_array()) return pointer_to(frame.pointer, frame.container->size());
  return pending_key_.empty() ? frame.pointer : pointer_to(frame.pointer, pending_key_);
}

Diagnostic& JsonBuilder::fail_at(std::size_t offset, std::string code, std::string message) {
  const Position position = lines_.position(offset);
  Diagnostic& diagnostic = errors_.emplace_back();
  diagnostic.code = std::move(code);
  diagnostic.file = document_.file;
  diagnostic.line = position.line;
  diagnostic.column = position.column;
  diagnostic.pointer = path();
  diagnostic.message = std::move(message);
  return diagnostic;
}

bool JsonBuilder::within_limits(std::size_t offset) {
  if (depth_ > document_.limits.nesting) {
    fail_at(offset, "nesting-too-deep", "lists and objects are nested too deep").expected =
        fmt::format("at most {} levels (--max-nesting)", document_.limits.nesting);
    return false;
  }
  if (++values_ <= document_.limits.values) return true;
  fail_at(offset, "document-too-large", "the document has too many values").expected =
      fmt::format("at most {} values (--max-values)", document_.limits.values);
  return false;
}

nlohmann::json* JsonBuilder::place(nlohmann::json value, std::size_t offset) {
  if (muted_depth_ > 0 || std::exchange(mute_next_, false)) return nullptr;
  const Position position = lines_.position(offset);
  if (frames_.empty()) {
    document_.locations[""] = {position, position};
    return &(document_.root = std::move(value));
  }
  nlohmann::json& parent = *frames_.back().container;
  if (parent.is_array()) {
    document_.locations[path()] = {position, position};
    parent.push_back(std::move(value));
    return &parent.back();
  }
  document_.locations[pointer_to(frames_.back().pointer, pending_key_)] = {
      position, lines_.position(key_offset_)};
  return &(parent[pending_key_] = std::move(value));
}

bool JsonBuilder::add_scalar(nlohmann::json value) {
  const std::size_t offset = next_token();
  skip_token();
  if (!within_limits(offset)) return false;
  place(std::move(value), offset);
  pending_key_.clear();
  return true;
}

bool JsonBuilder::start(nlohmann::json container) {
  const std::size_t offset = next_token();
  skip_token();
  ++depth_;
  if (!within_limits(offset)) return false;
  std::string pointer = muted_depth_ > 0 || mute_next_ ? std::string{} : path();
  nlohmann::json* const placed = place(std::move(container), offset);
  if (placed == nullptr)
    ++muted_depth_;
  else
    frames_.push_back({placed, std::move(pointer)});
  pending_key_.clear();
  return true;
}

bool JsonBuilder::end() {
  next_token();
  skip_token();
  --depth_;
  if (muted_depth_ > 0)
    --muted_depth_;
  else
    frames_.pop_back();
  return true;
}

bool JsonBuilder::key(string_t& name) {
  key_offset_ = next_token();
  skip_token();
  if (muted_depth_ > 0) return true;
  if (name.size() > kMaxKeyBytes) {
    fail_at(key_offset_, "too-long", "a member's name is too long").expected =
        fmt::format("at most {} bytes", kMaxKeyBytes);
    return false;
  }
  pending_key_ = name;
  if (frames_.back().container->contains(name)) {
    mute_next_ = true;
    const std::string pointer = pointer_to(frames_.back().pointer, name);
    const Position first = document_.locations[pointer].key;
    Diagnostic& diagnostic = fail_at(key_offset_, "duplicate-member",
                                     fmt::format("member {} is given twice", quote(name)));
    diagnostic.pointer = pointer;
    diagnostic.expected = "each member once";
    diagnostic.hint = fmt::format("the first is at {}:{}", first.line, first.column);
  }
  return true;
}

// The parser counts bytes up to the end of what it read. A whole token that came at the wrong time
// is placed at its first byte, a malformed one at the byte that made it so.
std::size_t JsonBuilder::offset_of_error(std::size_t position, bool is_whole_token) {
  const std::size_t last = position > 0 ? std::min(position - 1, text_.size()) : 0;
  if (!is_whole_token || last >= text_.size()) return last;
  const bool is_single = std::string_view(",:[]{}").find(text_[last]) != std::string_view::npos;
  return is_single ? last : std::min(next_token(), last);
}

std::string JsonBuilder::number_at_cursor() {
  const std::size_t begin = next_token();
  std::size_t end = begin;
  while (end < text_.size() && !ends_bare_token(text_[end])) ++end;
  return quote(text_.substr(begin, end - begin));
}

bool JsonBuilder::is_after_comma(std::size_t offset) const {
  while (offset > 0 && is_space(text_[offset - 1])) --offset;
  return offset > 0 && text_[offset - 1] == ',';
}

bool JsonBuilder::parse_error(std::size_t position, const std::string&,
                              const nlohmann::json::exception& error) {
  std::string reason = reason_of(error);
  constexpr int kNumberOverflow = 406;  // of the JSON library's exception ids
  if (error.id == kNumberOverflow) {
    Diagnostic& overflow = fail_at(offset_of_error(position, false), "json-syntax",
                                   fmt::format("the number {} is too large", number_at_cursor()));
    overflow.expected = "a number below 1.8e308";
    return false;
  }
  std::string expected;
  if (const std::size_t split = reason.find(kExpected); split != std::string::npos) {
    expected = reason.substr(split + kExpected.size());
    reason.resize(split);
  }
  const bool at_end = position > text_.size();
  const std::size_t offset = offset_of_error(position, reason.starts_with("unexpected"));
  const char* code = expected == "end of input" ? "json-trailing" : "json-syntax";
  Diagnostic& diagnostic = fail_at(offset, at_end ? "json-truncated" : code,
                                   at_end ? "the text ends too early: " + reason : reason);
  if (at_end && depth_ == 0 && next_token() == text_.size()) {
    diagnostic.message = "there is no text, or only blanks";
    expected = "a JSON object";
  }
  diagnostic.expected = std::move(expected);
  const bool at_closer = !at_end && (text_[offset] == ']' || text_[offset] == '}');
  if (at_closer && is_after_comma(offset)) diagnostic.hint = "remove the comma in front of it";
  return false;
}

Loaded<JsonDocument> JsonBuilder::finish() && {
  if (errors_.empty()) return std::move(document_);
  sort_by_place(errors_);
  return std::move(errors_);
}

}  // namespace fencelab::scenarios
