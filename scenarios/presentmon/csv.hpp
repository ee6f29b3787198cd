// Comma-separated values: a header, then rows with as many cells.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fencelab::scenarios::presentmon {

/// Cells of a line; quotes around a cell may enclose commas, doubled quotes stand for one.
std::vector<std::string> split_cells(std::string_view line);

/// Columns of a header, by their names without case and without "ms" before them: versions differ
/// in both.
class Header {
 public:
  Header() = default;
  explicit Header(const std::vector<std::string>& cells);

  std::optional<std::size_t> find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name).has_value(); }
  std::size_t size() const { return size_; }

 private:
  std::unordered_map<std::string, std::size_t> columns_;
  std::size_t size_ = 0;
};

}  // namespace fencelab::scenarios::presentmon
