#include "tests/lint/page_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <regex>

namespace fencelab::lint {
namespace {

namespace fs = std::filesystem;
using Paths = std::set<std::string>;

bool is_page(const SourceFile& file) { return file.path.ends_with(".md"); }

bool describes_folder(const SourceFile& file) {
  const std::string name = fs::path(file.path).filename();
  return name == "README.md" || name == "CONTRIBUTING.md";
}

/// `name` as seen from the folder of `file`; empty for that folder itself if it is the root.
std::string from_folder(const SourceFile& file, const std::string& name) {
  std::string path = (fs::path(file.path).parent_path() / name).lexically_normal().generic_string();
  if (path.ends_with("/")) path.pop_back();
  return path == "." ? "" : path;
}

bool is_there(const Paths& paths, const std::string& path) {
  return path.empty() || paths.contains(path);
}

bool ends_a_path(const Paths& paths, const std::string& name) {
  return std::any_of(paths.begin(), paths.end(),
                     [&name](const std::string& path) { return path.ends_with("/" + name); });
}

/// Text with what stands in code blocks blanked: commands have outputs of their own.
std::string without_blocks(const SourceFile& file) {
  std::string text = file.text;
  for (std::size_t open; (open = text.find("```")) != std::string::npos;) {
    const std::size_t close = text.find("```", open + 3);
    const std::size_t end = close == std::string::npos ? text.size() : close + 3;
    for (std::size_t i = open; i < end; ++i)
      if (text[i] != '\n') text[i] = ' ';
  }
  return text;
}

/// Whether a word in a page means a file or folder of the tree.
bool is_name_of_ours(const std::string& word) {
  static const std::regex source(R"([\w./-]+\.(?:cpp|hpp|md|py|sh|cmake|in|js|mjs|proto))");
  static const std::regex folder(R"((?:[\w.-]+/)+)");
  static const std::regex placeholder(R"((?:^|[/_])(?:[A-Z]|NAME)(?=[/.])|(?:^|/)[A-Z]+/)");
  if (word.starts_with("build") || word.starts_with("/") || std::regex_search(word, placeholder))
    return false;
  return std::regex_match(word, source) || std::regex_match(word, folder);
}

template <typename Use>
void for_each_match(const std::string& text, const std::regex& pattern, const Use& use) {
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it)
    use(it->str(1), static_cast<std::size_t>(it->position(1)));
}

}  // namespace

Paths paths_of_tree(const std::string& root) {
  Paths paths;
  for (const auto& top : fs::directory_iterator(root)) {
    const std::string name = top.path().filename().string();
    if (name == ".git" || name.starts_with("build")) continue;
    paths.insert(name);
    if (!top.is_directory()) continue;
    for (fs::recursive_directory_iterator each(top.path()), end; each != end; ++each) {
      if (each->path().filename() == "node_modules")
        each.disable_recursion_pending();
      else
        paths.insert(each->path().lexically_relative(root).generic_string());
    }
  }
  return paths;
}

Offences link_offences(const SourceFile& file, const Paths& paths) {
  static const std::regex link(R"(\]\(([^)#\s:]+)(?:#[^)\s]*)?\))");
  Offences offences;
  if (!is_page(file)) return offences;
  for_each_match(without_blocks(file), link, [&](const std::string& target, std::size_t at) {
    if (!is_there(paths, from_folder(file, target)))
      offences.push_back(
          {file.path, file.line_at(at), fmt::format("the link to {} leads nowhere", target)});
  });
  return offences;
}

Offences name_offences(const SourceFile& file, const Paths& paths) {
  static const std::regex code("`([^`\n]+)`");
  static const std::regex word(R"(([^\s,;()]+))");
  Offences offences;
  if (!describes_folder(file)) return offences;
  for_each_match(without_blocks(file), code, [&](const std::string& words, std::size_t at) {
    for_each_match(words, word, [&](std::string name, std::size_t) {
      if (!is_name_of_ours(name)) return;
      if (name.ends_with("/")) name.pop_back();
      if (is_there(paths, from_folder(file, name)) ||
          is_there(paths, fs::path(name).lexically_normal()) || ends_a_path(paths, name))
        return;
      offences.push_back({file.path, file.line_at(at), fmt::format("there is no {}", name)});
    });
  });
  return offences;
}

}  // namespace fencelab::lint
