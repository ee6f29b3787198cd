// PageWalk: which managed pages a job touches, and when. The touches are spread over its time on
// the engine; those of one window are asked for together, as a GPU's many threads do.
#pragma once

#include <cstdint>
#include <vector>

#include "core/random.hpp"
#include "core/time.hpp"
#include "models/svm/managed_range.hpp"
#include "models/svm/page_pattern.hpp"

namespace fencelab::models {

class PageWalk {
 public:
  struct Span {
    ManagedRange* range = nullptr;
    PageRun run;  ///< what of it may be touched
    PagePattern pattern;
    core::RandomKey key;  ///< of random touches
  };
  struct Touch {
    ManagedRange* range;
    PageRun run;
  };

  /// `duration`: of the job; zero: all windows at once.
  PageWalk(const core::Random& random, std::vector<Span> spans, core::Duration duration);

  bool over() const { return window_ == windows_; }
  /// How long the job executes before its next window.
  core::Duration next_at() const;
  /// What the next window touches; random touches may be of one page twice.
  const std::vector<Touch>& touches();
  /// It has them.
  void pass();
  /// The pages of this window were asked for; whoever served that has granted the access, too.
  bool asked = false;
  /// What accesses over the link have added to the job's time so far.
  core::Duration over_the_link{};

 private:
  void add(const Span& span, std::uint64_t begin, std::uint64_t end);
  const core::Random& random_;
  std::vector<Span> spans_;
  core::Duration duration_;
  std::uint64_t window_ = 0, windows_ = 0;
  std::vector<Touch> touches_;
  bool listed_ = false;
};

}  // namespace fencelab::models
