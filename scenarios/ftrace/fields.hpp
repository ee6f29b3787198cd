// Fields of an event as its print format shows them: "dev=0000:04:00.0, fence=401:1, ring=gfx".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace fencelab::scenarios::ftrace {

/// Looks values up by name, where a name stands at the beginning or behind a blank. A view of a
/// text that must outlive it.
class Fields {
 public:
  explicit Fields(std::string_view text) : text_(text) {}

  /// What stands behind "name=", up to a comma or blank; none: there is no such field.
  std::optional<std::string_view> word(std::string_view name) const;
  /// The same up to `stop`, for texts that may contain blanks.
  std::optional<std::string_view> text(std::string_view name, std::string_view stop) const;
  /// A whole number, decimal or 0x...; none also where it is no number.
  std::optional<std::uint64_t> number(std::string_view name) const;
  /// A whole number behind "name:", as some formats print it.
  std::optional<std::uint64_t> count(std::string_view name) const;
  /// A pointer: hexadecimal, with or without 0x.
  std::optional<std::uint64_t> pointer(std::string_view name) const;
  /// "401:1"
  std::optional<std::pair<std::uint64_t, std::uint64_t>> pair(std::string_view name) const;

 private:
  std::size_t find(std::string_view name, char separator = '=') const;
  std::string_view text_;
};

}  // namespace fencelab::scenarios::ftrace
