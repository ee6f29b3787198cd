#include "scenarios/presentmon/csv.hpp"

#include <algorithm>
#include <cctype>

namespace fencelab::scenarios::presentmon {

std::vector<std::string> split_cells(std::string_view line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"')
      cells.back() += line[++i];
    else if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      cells.emplace_back();
    else if (c != '\r')
      cells.back() += c;
  }
  return cells;
}

Header::Header(const std::vector<std::string>& cells) : size_(cells.size()) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::string name = cells[i];
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (name.starts_with("ms")) name.erase(0, 2);
    columns_.emplace(std::move(name), i);
  }
}

std::optional<std::size_t> Header::find(std::string_view name) const {
  const auto found = columns_.find(std::string(name));
  if (found == columns_.end()) return std::nullopt;
  return found->second;
}

}  // namespace fencelab::scenarios::presentmon
