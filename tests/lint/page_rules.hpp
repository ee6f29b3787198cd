// What pages say of the tree is true: files that they name and link are there.
#pragma once

#include <set>
#include <string>

#include "tests/lint/rules.hpp"

namespace fencelab::lint {

/// Every file and folder of the tree, from its root, with '/'; what builds and package managers put
/// there is left out.
std::set<std::string> paths_of_tree(const std::string& root);

/// A link of a Markdown page to a file leads to one.
Offences link_offences(const SourceFile& file, const std::set<std::string>& paths);

/// A source file or folder that a README or CONTRIBUTING.md names (`in this way`) is in its folder,
/// below that, or at that place from the root. Names in capitals stand for any name; what lies in
/// build*/ or has no ending of a source is a result of something.
Offences name_offences(const SourceFile& file, const std::set<std::string>& paths);

}  // namespace fencelab::lint
