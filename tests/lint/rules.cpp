#include "tests/lint/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <set>
#include <string_view>
#include <utility>

namespace fencelab::lint {
namespace {

using Names = std::set<std::string, std::less<>>;

/// What each layer may include (the arrows of the design, closed under transitivity).
const std::map<std::string, Names, std::less<>>& allowed_layers() {
  static const std::map<std::string, Names, std::less<>> allowed = {
      {"core", {"core"}},
      {"models", {"core", "models"}},
      {"policies", {"core", "models", "policies"}},
      {"scenarios", {"core", "models", "policies", "scenarios"}},
      {"analysis", {"core", "models", "analysis"}},
      {"campaign", {"core", "models", "policies", "scenarios", "analysis", "campaign"}},
      {"cli", {"core", "models", "policies", "scenarios", "analysis", "campaign", "cli"}},
  };
  return allowed;
}

/// A library that only some places may include: beginnings of header names, beginnings of paths.
struct Confined {
  std::string library;
  std::vector<std::string> headers;
  std::vector<std::string> places;
};

const std::vector<Confined>& confined_libraries() {
  static const std::vector<Confined> confined = {
      {"SimGrid", {"simgrid/", "xbt/", "xbt.h"}, {"models/platform/simgrid/", "bench/peer_"}},
      {"ns-3", {"ns3/"}, {"bench/peer_"}},
      {"protozero", {"protozero/"}, {"analysis/trace/"}},
      {"JSON",
       {"nlohmann/", "valijson/", "simdjson.h"},
       {"scenarios/", "analysis/report/", "campaign/", "cli/", "tests/"}},
  };
  return confined;
}

struct Include {
  std::string name;
  bool quoted;
  int line;
};

std::vector<Include> includes_of(const SourceFile& file) {
  static const std::regex pattern(R"re((?:^|\n)[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"])re");
  std::vector<Include> includes;
  const std::string& text = file.uncommented;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    const auto offset = static_cast<std::size_t>(it->position(1));
    includes.push_back({it->str(2), it->str(1) == "\"", file.line_at(offset)});
  }
  return includes;
}

std::string_view top_of(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

/// "core" for core/x.hpp and for tests/core/x.cpp; empty where every layer may be used.
std::string_view layer_of(const SourceFile& file) {
  std::string_view path = file.path;
  if (file.in("tests")) path.remove_prefix(std::string_view("tests/").size());
  const std::string_view top = top_of(path);
  return allowed_layers().contains(top) ? top : std::string_view{};
}

bool begins_with_any(std::string_view text, const std::vector<std::string>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [text](const std::string& beginning) { return text.starts_with(beginning); });
}

Offences match_all(const SourceFile& file, const std::regex& pattern, std::string_view message) {
  Offences offences;
  for (std::sregex_iterator it(file.code.begin(), file.code.end(), pattern), end; it != end; ++it) {
    const int line = file.line_at(static_cast<std::size_t>(it->position()));
    offences.push_back({file.path, line, fmt::format("{}: {}", it->str(), message)});
  }
  return offences;
}

/// Offset just past the bracket that closes the one at `open`.
std::size_t end_of_brackets(std::string_view code, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < code.size(); ++i) {
    if (code[i] == '(' || code[i] == '{' || code[i] == '[') ++depth;
    if (code[i] == ')' || code[i] == '}' || code[i] == ']') --depth;
    if (depth == 0) return i + 1;
  }
  return code.size();
}

/// The parts of `text` between its semicolons, those inside brackets not counted.
std::vector<std::string_view> split_statements(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(' || text[i] == '{' || text[i] == '[') i = end_of_brackets(text, i) - 1;
    if (i < text.size() && text[i] == ';') {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  parts.push_back(text.substr(begin));
  return parts;
}

/// What stands between the round brackets of `keyword`, without the initialiser before the first
/// ';'. Initialisers and the range of a range-for get a variable of their own and are laid out
/// well.
std::vector<std::string_view> condition_of(std::string_view keyword, std::string_view inside) {
  std::vector<std::string_view> parts = split_statements(inside);
  if (parts.size() > 1 || keyword == "for") parts.erase(parts.begin());
  return parts;
}

/// First template argument, from the offset just past '<'.
std::string_view first_argument(std::string_view code, std::size_t begin) {
  int depth = 0;
  for (std::size_t i = begin; i < code.size(); ++i) {
    const char c = code[i];
    if (depth == 0 && (c == ',' || c == '>')) return code.substr(begin, i - begin);
    if (c == '<' || c == '(' || c == '[') ++depth;
    if (c == '>' || c == ')' || c == ']') --depth;
  }
  return code.substr(begin);
}

/// Says whether the text before `offset` could end a longer path or word.
bool continues_a_path(std::string_view text, std::size_t offset) {
  if (offset == 0) return false;
  const char before = text[offset - 1];
  return std::isalnum(static_cast<unsigned char>(before)) != 0 ||
         std::string_view("_-.~})$").find(before) != std::string_view::npos;
}

void find_path(const SourceFile& file, std::string_view path, Offences& offences) {
  const std::string_view text = file.text;
  for (std::size_t at = text.find(path); at != std::string_view::npos; at = text.find(path, at + 1))
    if (!continues_a_path(text, at))
      offences.push_back({file.path, file.line_at(at), fmt::format("{} is on one machine", path)});
}

}  // namespace

Offences layer_offences(const SourceFile& file) {
  Offences offences;
  const std::string_view layer = layer_of(file);
  if (!file.is_cpp() || layer.empty()) return offences;
  const Names& allowed = allowed_layers().find(layer)->second;
  for (const Include& include : includes_of(file)) {
    const std::string_view other = top_of(include.name);
    if (allowed_layers().contains(other) && !allowed.contains(other))
      offences.push_back(
          {file.path, include.line, fmt::format("{} must not include {}", layer, include.name)});
  }
  return offences;
}

Offences include_path_offences(const SourceFile& file) {
  Offences offences;
  if (!file.is_cpp()) return offences;
  for (const Include& include : includes_of(file)) {
    const std::string_view top = top_of(include.name);
    const bool ours =
        allowed_layers().contains(top) || top == "tests" || top == "bench" || top == "fencelab";
    const bool relative = include.name.find("..") != std::string::npos;
    if (relative || (include.quoted && !ours))
      offences.push_back(
          {file.path, include.line, fmt::format("{} is not a path from the root", include.name)});
  }
  return offences;
}

Offences library_offences(const SourceFile& file) {
  Offences offences;
  if (!file.is_cpp()) return offences;
  for (const Include& include : includes_of(file))
    for (const Confined& confined : confined_libraries())
      if (begins_with_any(include.name, confined.headers) &&
          !begins_with_any(file.path, confined.places))
        offences.push_back({file.path, include.line,
                            fmt::format("{} ({}) is only for {}", include.name, confined.library,
                                        fmt::join(confined.places, ", "))});
  return offences;
}

Offences length_offences(const SourceFile& file) {
  const auto& product = product_folders();
  if (!file.is_cpp() || std::find(product.begin(), product.end(), file.top()) == product.end())
    return {};
  const auto lines = std::count(file.text.begin(), file.text.end(), '\n');
  if (lines <= kMaxFileLines) return {};
  return {{file.path, kMaxFileLines + 1,
           fmt::format("{} lines, {} are allowed", lines, kMaxFileLines)}};
}

Offences await_offences(const SourceFile& file) {
  static const std::regex statement(R"(\b(if|while|for|switch)\s*(?:constexpr\s*)?\()");
  static const std::regex await(R"(\bco_await\b)");
  Offences offences;
  if (!file.is_cpp()) return offences;
  const std::string_view code = file.code;
  for (std::sregex_iterator it(file.code.begin(), file.code.end(), statement), end; it != end;
       ++it) {
    const auto open = static_cast<std::size_t>(it->position() + it->length() - 1);
    const std::size_t close = end_of_brackets(code, open) - 1;
    for (std::string_view part : condition_of(it->str(1), code.substr(open + 1, close - open - 1)))
      if (std::regex_search(part.begin(), part.end(), await))
        offences.push_back({file.path, file.line_at(open),
                            fmt::format("co_await in the condition of {}", it->str(1))});
  }
  return offences;
}

Offences nondeterminism_offences(const SourceFile& file) {
  static const std::regex pattern(
      R"(\bstd::s?rand\b|\bsrand\s*\(|\brandom_device\b|\bmt19937(?:_64)?\b|)"
      R"(\bdefault_random_engine\b|\bstd::\w+_distribution\b|)"
      R"(\b(?:system|steady|high_resolution|utc|file)_clock\b|\bclock_gettime\b|\bgettimeofday\b|)"
      R"(\bstd::time\b|\b(?:local|gm)time(?:_r)?\s*\(|\btime\s*\(\s*(?:nullptr|NULL|0)\s*\))");
  if (!file.is_cpp()) return {};
  if (!file.in("core") && !file.in("models") && !file.in("policies") && !file.in("scenarios"))
    return {};
  return match_all(file, pattern, "runs use core's time and counter-based randomness");
}

Offences thread_offences(const SourceFile& file) {
  static const std::regex pattern(
      R"(\bstd::(?:jthread|thread|async|mutex|shared_mutex|condition_variable)\b|)"
      R"(\bpthread_create\b|\bthrd_create\b)");
  if (!file.is_cpp() || file.in("tests") || file.in("bench")) return {};
  return match_all(file, pattern,
                   "work side by side is done by processes (campaign/worker_set.hpp)");
}

Offences pointer_key_offences(const SourceFile& file) {
  static const std::regex container(R"(::(?:unordered_)?(?:flat_)?(?:multi)?(?:map|set)\s*<)");
  Offences offences;
  if (!file.is_cpp() || !(file.in("core") || file.in("models") || file.in("policies")))
    return offences;
  for (std::sregex_iterator it(file.code.begin(), file.code.end(), container), end; it != end;
       ++it) {
    const auto begin = static_cast<std::size_t>(it->position() + it->length());
    const std::string_view key = first_argument(file.code, begin);
    if (key.find('*') != std::string_view::npos)
      offences.push_back(
          {file.path, file.line_at(begin),
           fmt::format("{}{}: key by an id, addresses differ between runs", it->str(), key)});
  }
  return offences;
}

Offences pragma_once_offences(const SourceFile& file) {
  static const std::regex pragma(R"((?:^|\n)#pragma once\n)");
  if (!file.is_header() || std::regex_search(file.uncommented, pragma)) return {};
  return {{file.path, 1, "#pragma once is missing"}};
}

Offences test_name_offences(const SourceFile& file) {
  static const std::regex name(R"(\bTEST_CASE\(\s*((?:"[^"\n]*"\s*)+))");
  Offences offences;
  if (!file.in("tests")) return offences;
  const std::string& text = file.uncommented;
  for (std::sregex_iterator it(text.begin(), text.end(), name), end; it != end; ++it) {
    const auto offend = [&](const char* why) {
      offences.push_back({file.path, file.line_at(static_cast<std::size_t>(it->position())), why});
    };
    if (it->str(1).find(';') != std::string::npos)
      offend("a semicolon in the name of a test: CTest would look for two tests");
    if (it->str(1).starts_with("\"-"))
      offend("the name of a test begins like an option: Catch would take it for one");
  }
  return offences;
}

Offences machine_path_offences(const SourceFile& file, const std::string& checkout) {
  Offences offences;
  // Put together here so that this file does not offend.
  for (std::string_view folder : {"home", "root", "Users", "mnt", "media"})
    find_path(file, fmt::format("/{}/", folder), offences);
  // A checkout in the root ("/src") is too short a name to look for.
  if (std::count(checkout.begin(), checkout.end(), '/') > 1) find_path(file, checkout, offences);
  return offences;
}

}  // namespace fencelab::lint
