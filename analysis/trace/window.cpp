#include "analysis/trace/window.hpp"

namespace fencelab::analysis {

void TraceWindow::begin_early(TrackId track, const Early& slice) {
  std::vector<Argument> arguments;
  for (const Early::Detail& detail : slice.details)
    arguments.push_back(detail.is_text ? Argument(detail.name, std::string_view(detail.text))
                                       : Argument(detail.name, detail.number));
  next_.begin({track, from_, slice.name, arguments});
  ++depth_[track];
}

/// Whether `at` is inside; opens and closes the window as time goes by.
bool TraceWindow::reach(core::Time at) {
  if (at < from_ || closed_) return false;
  if (!open_) {
    open_ = true;
    for (const auto& [track, slices] : early_)
      for (const Early& slice : slices) begin_early(track, slice);
    for (const auto& [track, value] : counts_) next_.count(track, from_, value);
    early_.clear();
    counts_.clear();
  }
  if (at <= to_) return true;
  closed_ = true;
  for (const auto& [track, depth] : depth_)
    for (std::uint64_t i = 0; i < depth; ++i) next_.end(track, to_, {});
  return false;
}

void TraceWindow::begin(const Mark& mark) {
  if (reach(mark.at)) {
    ++depth_[mark.track];
    return next_.begin(mark);
  }
  if (closed_) return;
  Early early{std::string(mark.name), {}};
  for (const Argument& argument : mark.arguments)
    early.details.push_back({std::string(argument.name), std::string(argument.text),
                             argument.number, argument.is_text});
  early_[mark.track].push_back(std::move(early));
}

void TraceWindow::end(TrackId track, core::Time at, std::span<const std::uint64_t> flows) {
  if (reach(at)) {
    --depth_[track];
    return next_.end(track, at, flows);
  }
  if (closed_) return;
  early_[track].pop_back();
}

void TraceWindow::instant(const Mark& mark) {
  if (reach(mark.at)) next_.instant(mark);
}

void TraceWindow::count(TrackId track, core::Time at, std::uint64_t value) {
  if (reach(at)) return next_.count(track, at, value);
  if (!closed_) counts_[track] = value;
}

void TraceWindow::tracepoint(const Tracepoint& point) {
  if (reach(point.at)) next_.tracepoint(point);
}

void TraceWindow::finish(core::Time at) {
  if (at > to_) at = to_;
  reach(at);
  next_.finish(at);
}

}  // namespace fencelab::analysis
