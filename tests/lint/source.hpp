// Source files as the house rules see them: with comments, or comments and literals, blanked out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fencelab::lint {

/// One text file of the repository. The three views have equal length and equal line breaks, so an
/// offset into one is an offset into all.
struct SourceFile {
  std::string path;         ///< from the repository root, with '/'
  std::string text;         ///< as written
  std::string uncommented;  ///< comments are spaces (C++ files only)
  std::string code;         ///< comments and the insides of literals are spaces (C++ files only)

  bool is_header() const { return path.ends_with(".hpp"); }
  bool is_cpp() const { return is_header() || path.ends_with(".cpp"); }
  /// Says whether the file lies in `folder` ("core", "models/platform").
  bool in(std::string_view folder) const;
  /// First component of the path; empty for a file of the root.
  std::string_view top() const;
  int line_at(std::size_t offset) const;
};

/// Makes the views. Rules are tested on files made here from a few lines of text.
SourceFile make_source(std::string path, std::string text);

/// Every text file of the project below `root`, sorted by path; build trees and results are left
/// out.
std::vector<SourceFile> read_tree(const std::string& root);

/// Folders of the house (product, tests, bench, docs), each of which explains itself in a README.
const std::vector<std::string>& house_folders();

/// Folders whose code is the product: those of the layers.
const std::vector<std::string>& product_folders();

}  // namespace fencelab::lint
