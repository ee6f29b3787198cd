#include "scenarios/ftrace/fields.hpp"

#include <charconv>

namespace fencelab::scenarios::ftrace {

namespace {

std::optional<std::uint64_t> read_number(std::string_view text, int base) {
  if (text.starts_with("0x")) {
    text.remove_prefix(2);
    base = 16;
  }
  std::uint64_t value = 0;
  const auto [stop, status] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || status != std::errc() || stop != text.data() + text.size())
    return std::nullopt;
  return value;
}

}  // namespace

// Offset of the value, or npos.
std::size_t Fields::find(std::string_view name, char separator) const {
  for (std::size_t at = text_.find(name); at != std::string_view::npos;
       at = text_.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || text_[at - 1] == ' ';
    if (begins && end < text_.size() && text_[end] == separator) return end + 1;
  }
  return std::string_view::npos;
}

std::optional<std::string_view> Fields::word(std::string_view name) const {
  const std::size_t at = find(name);
  if (at == std::string_view::npos) return std::nullopt;
  return text_.substr(at, text_.find_first_of(", ", at) - at);
}

std::optional<std::string_view> Fields::text(std::string_view name, std::string_view stop) const {
  const std::size_t at = find(name);
  if (at == std::string_view::npos) return std::nullopt;
  return text_.substr(at, text_.find(stop, at) - at);
}

std::optional<std::uint64_t> Fields::number(std::string_view name) const {
  const auto value = word(name);
  return value ? read_number(*value, 10) : std::nullopt;
}

std::optional<std::uint64_t> Fields::count(std::string_view name) const {
  const std::size_t at = find(name, ':');
  if (at == std::string_view::npos) return std::nullopt;
  return read_number(text_.substr(at, text_.find_first_of(", ", at) - at), 10);
}

std::optional<std::uint64_t> Fields::pointer(std::string_view name) const {
  const auto value = word(name);
  if (value == "(nil)" || value == "(null)") return 0;
  return value ? read_number(*value, 16) : std::nullopt;
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> Fields::pair(std::string_view name) const {
  const auto value = word(name);
  if (!value) return std::nullopt;
  const std::size_t colon = value->find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto first = read_number(value->substr(0, colon), 10);
  const auto second = read_number(value->substr(colon + 1), 10);
  if (!first || !second) return std::nullopt;
  return std::pair(*first, *second);
}

}  // namespace fencelab::scenarios::ftrace
