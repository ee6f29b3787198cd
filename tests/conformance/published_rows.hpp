// Published results that concern memory, and where the library reproduces them.
#pragma once

#include <string_view>
#include <vector>

namespace fencelab::rows {

/// One number of a paper, a log or a commit message, beside ours.
struct PublishedRow {
  std::string_view id;    ///< of the result, e.g. "M9"; several rows may share one
  std::string_view what;  ///< the number, in words
  std::string_view source;
  double published;
  std::string_view unit;
  std::string_view scenario, stack, metric;
  std::string_view of;  ///< another stack: ours is the ratio of the two; empty: the metric
  double scale = 1;     ///< ours is (metric - offset) / scale
  double offset = 0;
  double tolerance_percent = 0;
  bool fits = true;      ///< what is claimed; the test holds it to be so, either way
  std::string_view why;  ///< what was put in, or why it does not fit
};
const std::vector<PublishedRow>& published_rows();

/// What is not reproduced at all, and why.
struct NotReproduced {
  std::string_view id, what, why;
};
const std::vector<NotReproduced>& not_reproduced();

}  // namespace fencelab::rows
