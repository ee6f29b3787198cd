// One finding as files, in each of its forms.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "campaign/drawings.hpp"
#include "campaign/files.hpp"

namespace fencelab::campaign {

/// A finding's forms. Without a drawing it was found by counting, not in a wait graph.
struct ReportForms {
  std::string text, json, dot;
};

/// Adds stem.txt, stem.json, stem.dot and, if Graphviz is there and the graph is not huge,
/// stem.svg.
void add_report_files(const std::string& stem, const ReportForms& forms, Drawings& drawings,
                      std::vector<OutputFile>& files);

/// `name` with everything but letters, digits, "-", "." and "_" replaced, fit for a file.
std::string file_stem(std::string name);

/// Removes reports of an earlier campaign from `folder`: files with one of our endings whose name
/// ends in `mark` and numbers and that are not among `written`; then the folder, if nothing is left
/// in it. What people put there stays.
void remove_old_reports(const std::string& folder, std::string_view mark,
                        const std::vector<std::string>& written);

}  // namespace fencelab::campaign
