// A DOT drawing as SVG, by Graphviz's `dot` in a process of its own.
#pragma once

#include <string>

namespace fencelab::analysis {

/// An SVG document, or why there is none.
struct SvgResult {
  std::string svg;
  std::string error;  ///< e.g. "cannot run dot: No such file or directory (install graphviz)"
  bool is_installed = true;  ///< whether there is a program to draw with

  bool ok() const { return error.empty(); }
};

/// Lays `dot_text` out with `program` (looked up in PATH, run without a shell). Graphviz being
/// absent is an error value: the other formats of a report do without it.
SvgResult render_svg(const std::string& dot_text, const std::string& program = "dot");

}  // namespace fencelab::analysis
