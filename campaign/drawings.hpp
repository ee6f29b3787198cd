// Drawings of wait graphs, each laid out once however often it is shown.
#pragma once

#include <string>
#include <unordered_map>

namespace fencelab::campaign {

class Drawings {
 public:
  /// `dot` as SVG; empty where Graphviz is not there or the graph is huge. Until the next call of
  /// forget() or of().
  const std::string& of(const std::string& dot);
  /// Why something is not drawn although Graphviz is there, the first time; empty: all is.
  const std::string& problem() const { return problem_; }
  /// Frees what was kept.
  void forget() { drawn_.clear(); }

 private:
  std::unordered_map<std::string, std::string> drawn_;  ///< by DOT
  std::string problem_;
};

}  // namespace fencelab::campaign
