#include "tests/lint/source.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace fencelab::lint {
namespace {

namespace fs = std::filesystem;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

void blank(std::string& text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < std::min(end, text.size()); ++i)
    if (text[i] != '\n') text[i] = ' ';
}

/// Walks a C++ text once and blanks comments and literals in the views of the file.
class Blanker {
 public:
  explicit Blanker(SourceFile& file) : file_(file), text_(file.text) {}

  void run() {
    while (at_ < text_.size()) step();
  }

 private:
  void step() {
    if (text_.compare(at_, 2, "//") == 0) {
      comment(text_.find('\n', at_));
    } else if (text_.compare(at_, 2, "/*") == 0) {
      const std::size_t close = text_.find("*/", at_ + 2);
      comment(close == std::string::npos ? close : close + 2);
    } else if (text_[at_] == '"') {
      at_ > 0 && text_[at_ - 1] == 'R' ? raw_string() : quoted('"');
    } else if (text_[at_] == '\'' && !is_digit_separator()) {
      quoted('\'');
    } else {
      ++at_;
    }
  }

  void comment(std::size_t end) {
    end = std::min(end, text_.size());
    blank(file_.uncommented, at_, end);
    blank(file_.code, at_, end);
    at_ = end;
  }

  void quoted(char quote) {
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n')
      at_ += text_[at_] == '\\' ? 2 : 1;
    blank(file_.code, begin, at_);
    ++at_;
  }

  void raw_string() {
    const std::size_t open = std::min(text_.find('(', at_), text_.size());
    const std::string close = ")" + text_.substr(at_ + 1, open - at_ - 1) + "\"";
    const std::size_t end = std::min(text_.find(close, open), text_.size());
    blank(file_.code, at_ + 1, end + close.size() - 1);
    at_ = end + close.size();
  }

  /// 1'000: the quote stands inside a word that starts with a digit.
  bool is_digit_separator() const {
    std::size_t begin = at_;
    while (begin > 0 && (is_word(text_[begin - 1]) || text_[begin - 1] == '\'')) --begin;
    return begin < at_ && std::isdigit(static_cast<unsigned char>(text_[begin])) != 0;
  }

  SourceFile& file_;
  const std::string& text_;
  std::size_t at_ = 0;
};

std::string read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool is_text_file(const fs::path& path) {
  static const std::vector<std::string> endings = {".hpp",   ".cpp", ".md",   ".txt",
                                                   ".cmake", ".in",  ".sh",   ".py",
                                                   ".json",  ".yml", ".html", ".js"};
  if (std::find(endings.begin(), endings.end(), path.extension()) != endings.end()) return true;
  return path.filename() == "dev" || path.parent_path().filename() == ".ci";
}

void add_file(std::vector<SourceFile>& files, const fs::path& root, const fs::path& path) {
  if (is_text_file(path))
    files.push_back(make_source(path.lexically_relative(root).generic_string(), read_file(path)));
}

}  // namespace

bool SourceFile::in(std::string_view folder) const {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

std::string_view SourceFile::top() const {
  const std::size_t slash = path.find('/');
  return slash == std::string::npos ? std::string_view{} : std::string_view(path).substr(0, slash);
}

int SourceFile::line_at(std::size_t offset) const {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
  return 1 + static_cast<int>(std::count(text.begin(), end, '\n'));
}

SourceFile make_source(std::string path, std::string text) {
  SourceFile file{std::move(path), std::move(text), {}, {}};
  file.uncommented = file.text;
  file.code = file.text;
  if (file.is_cpp()) Blanker(file).run();
  return file;
}

std::vector<SourceFile> read_tree(const std::string& root) {
  std::vector<SourceFile> files;
  std::vector<std::string> folders = house_folders();
  folders.insert(folders.end(), {"cmake", ".ci", "packaging", "report/src", "report/test"});
  for (const std::string& folder : folders) {
    if (!fs::is_directory(fs::path(root) / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(root) / folder))
      if (entry.is_regular_file()) add_file(files, root, entry.path());
  }
  // What package managers put below report/ is not ours.
  for (const fs::path& folder : {fs::path(root), fs::path(root) / "report"})
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.is_regular_file()) add_file(files, root, entry.path());
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

const std::vector<std::string>& house_folders() {
  static const std::vector<std::string> folders = [] {
    std::vector<std::string> all = product_folders();
    all.insert(all.end(), {"tests", "bench", "docs"});
    return all;
  }();
  return folders;
}

const std::vector<std::string>& product_folders() {
  static const std::vector<std::string> folders = {"core",     "models",   "policies", "scenarios",
                                                   "analysis", "campaign", "cli"};
  return folders;
}

}  // namespace fencelab::lint
