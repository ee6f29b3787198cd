#include "models/svm/page_walk.hpp"

#include <algorithm>

namespace fencelab::models {

namespace {

std::uint64_t touches_of(const PageWalk::Span& span) {
  return span.pattern.touches > 0 ? span.pattern.touches : span.run.count;
}

}  // namespace

PageWalk::PageWalk(const core::Random& random, std::vector<Span> spans, core::Duration duration)
    : random_(random), spans_(std::move(spans)), duration_(duration) {
  for (const Span& span : spans_) {
    const std::uint64_t at_once = std::max(span.pattern.in_flight, 1u);
    windows_ = std::max(windows_, (touches_of(span) + at_once - 1) / at_once);
  }
}

core::Duration PageWalk::next_at() const {
  const auto share = static_cast<__int128>(duration_.count()) * window_ / windows_;
  return core::Duration(static_cast<std::int64_t>(share)) + over_the_link;
}

// Touches [begin, end) of a span. Sequential ones begin anew at its end.
void PageWalk::add(const Span& span, std::uint64_t begin, std::uint64_t end) {
  const std::uint32_t pages = span.run.count;
  const std::uint64_t step = std::max<std::uint64_t>(span.pattern.stride / kPageBytes, 1);
  for (std::uint64_t i = begin; i < end;) {
    std::uint32_t page = 0, count = 1;
    switch (span.pattern.kind) {
      case PagePattern::Kind::sequential:
        page = static_cast<std::uint32_t>(i % pages);
        count = static_cast<std::uint32_t>(std::min<std::uint64_t>(end - i, pages - page));
        break;
      case PagePattern::Kind::strided: {
        // Column after column, as a walk over a matrix against its rows.
        const std::uint64_t rows = (pages + step - 1) / step;
        const std::uint64_t column = i / rows % step;
        page = static_cast<std::uint32_t>((i % rows * step + column) % pages);
        break;
      }
      case PagePattern::Kind::random:
        page = static_cast<std::uint32_t>(random_.bits(span.key, static_cast<std::uint32_t>(i)) %
                                          pages);
        break;
    }
    touches_.push_back({span.range, {span.run.first + page, count}});
    i += count;
  }
}

const std::vector<PageWalk::Touch>& PageWalk::touches() {
  if (listed_) return touches_;
  touches_.clear();
  for (const Span& span : spans_) {
    const std::uint64_t all = touches_of(span);
    const auto share = [&](std::uint64_t window) {
      return static_cast<std::uint64_t>(static_cast<unsigned __int128>(all) * window / windows_);
    };
    add(span, share(window_), share(window_ + 1));
  }
  listed_ = true;
  return touches_;
}

void PageWalk::pass() {
  ++window_;
  listed_ = asked = false;
}

}  // namespace fencelab::models
