// Pages say what there is in the tree: what they name and link to must exist.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <regex>
#include <string_view>

#include "tests/lint/rules.hpp"

namespace fencelab::lint {
namespace {

namespace fs = std::filesystem;

/// The page without its fenced blocks: programs of a reader, and what they print.
std::string prose_of(const std::string& text) {
  std::string prose = text;
  bool fenced = false;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::size_t first = std::min(text.find_first_not_of(' ', begin), end);
    const bool is_fence = text.compare(first, 3, "```") == 0;
    if (is_fence) fenced = !fenced;
    if (is_fence || fenced) std::fill(prose.begin() + begin, prose.begin() + end, ' ');
    begin = end + 1;
  }
  return prose;
}

/// NAME, X, *: stands for any file.
bool is_placeholder(const fs::path& part) {
  const std::string stem = part.stem().string();
  return stem.find('*') != std::string::npos ||
         std::all_of(stem.begin(), stem.end(),
                     [](unsigned char c) { return std::isupper(c) != 0 || c == '_'; });
}

/// Says whether `path` exists below `folder`; up to its first placeholder, if it has one.
bool exists_in(const fs::path& folder, const fs::path& path) {
  fs::path known = folder;
  for (const fs::path& part : path) {
    if (!part.empty() && part != "." && part != ".." && is_placeholder(part)) break;
    known /= part;
  }
  return fs::exists(known);
}

/// Says whether a file of that name lies in `folder` or below it.
bool lies_below(const fs::path& folder, const fs::path& name) {
  const fs::recursive_directory_iterator all(folder);
  return exists_in(folder, name) || std::any_of(begin(all), end(all), [&name](const auto& entry) {
           return entry.path().filename() == name;
         });
}

/// Says whether this is a page of the tree that is its own: not of a package that npm brought.
bool is_page(const SourceFile& file) {
  return file.path.ends_with(".md") && file.path.find("node_modules") == std::string::npos;
}

/// A word in backquotes that names a file of the tree, and where it would lie.
bool names_nothing(const SourceFile& file, const fs::path& root, const std::string& word) {
  static const std::regex source(R"(.*\w\.(?:cpp|hpp|sh|py|js|mjs))");
  const std::string path = std::regex_replace(word, std::regex(":\\d+$"), "");
  const std::string top = path.substr(0, path.find('/'));
  const auto& folders = house_folders();
  if (top != path && std::find(folders.begin(), folders.end(), top) != folders.end())
    return !exists_in(root, path);
  const fs::path folder = (root / file.path).parent_path();
  return file.path.ends_with("README.md") && std::regex_match(path, source) &&
         !lies_below(folder, path);
}

}  // namespace

Offences named_file_offences(const SourceFile& file, const std::string& root) {
  static const std::regex word(R"(`([^`\s]+)`)");
  static const std::regex link(R"(\]\(([^()#\s]+))");
  Offences offences;
  if (!is_page(file)) return offences;
  const std::string prose = prose_of(file.text);
  const std::sregex_iterator none;
  for (std::sregex_iterator it(prose.begin(), prose.end(), word); it != none; ++it)
    if (names_nothing(file, root, it->str(1)))
      offences.push_back({file.path, file.line_at(static_cast<std::size_t>(it->position())),
                          fmt::format("{} does not exist", it->str(1))});
  for (std::sregex_iterator it(prose.begin(), prose.end(), link); it != none; ++it)
    if (it->str(1).find(':') == std::string::npos &&
        !fs::exists((fs::path(root) / file.path).parent_path() / it->str(1)))
      offences.push_back({file.path, file.line_at(static_cast<std::size_t>(it->position())),
                          fmt::format("a link to {}, which does not exist", it->str(1))});
  return offences;
}

}  // namespace fencelab::lint
