#include "analysis/trace/recording.hpp"

#include <unordered_map>

namespace fencelab::analysis {

std::string_view TraceRecording::word(std::string_view text) {
  const auto known = words_.find(text);
  if (known != words_.end()) return *known;
  return *words_.insert(texts_.emplace_back(text)).first;
}

TraceRecording::Call& TraceRecording::add(Kind kind, TrackId track, core::Time at) {
  return calls_.emplace_back(Call{kind, track, event_, at, {}, 0, 0, 0, 0, 0});
}

void TraceRecording::add_flows(Call& call, std::span<const std::uint64_t> flows) {
  call.flows = static_cast<std::uint32_t>(flows_.size());
  call.flow_count = static_cast<std::uint32_t>(flows.size());
  flows_.insert(flows_.end(), flows.begin(), flows.end());
}

void TraceRecording::add_mark(Kind kind, const Mark& mark) {
  Call& call = add(kind, mark.track, mark.at);
  call.name = word(mark.name);
  call.arguments = static_cast<std::uint32_t>(arguments_.size());
  call.argument_count = static_cast<std::uint32_t>(mark.arguments.size());
  for (const Argument& argument : mark.arguments) {
    Argument& kept = arguments_.emplace_back(argument);
    kept.name = word(argument.name);
    if (argument.is_text) kept.text = word(argument.text);
  }
  add_flows(call, mark.flows);
}

void TraceRecording::declare(const Track& track) {
  add(Kind::declare, track.id, {}).value = tracks_.size();
  tracks_.push_back(track);
}

void TraceRecording::begin(const Mark& mark) { add_mark(Kind::begin, mark); }

void TraceRecording::end(TrackId track, core::Time at, std::span<const std::uint64_t> flows) {
  add_flows(add(Kind::end, track, at), flows);
}

void TraceRecording::instant(const Mark& mark) { add_mark(Kind::instant, mark); }

void TraceRecording::count(TrackId track, core::Time at, std::uint64_t value) {
  add(Kind::count, track, at).value = value;
}

void TraceRecording::tracepoint(const Tracepoint& point) {
  add(Kind::tracepoint, point.thread, point.at).value = points_.size();
  Tracepoint& kept = points_.emplace_back(point);
  kept.driver = word(point.driver);
  kept.timeline = word(point.timeline);
}

std::optional<core::Time> TraceRecording::time_of(std::string_view name, std::uint64_t n) const {
  for (const Call& call : calls_)
    if (call.kind == Kind::instant && call.name == name && --n == 0) return call.at;
  return std::nullopt;
}

std::map<std::string, std::uint64_t> TraceRecording::instants() const {
  std::map<std::string, std::uint64_t> counts;
  for (const Call& call : calls_)
    if (call.kind == Kind::instant) ++counts[std::string(call.name)];
  return counts;
}

Mark TraceRecording::mark_of(const Call& call) const {
  Mark mark{call.track, call.at, call.name};
  mark.arguments = std::span(arguments_).subspan(call.arguments, call.argument_count);
  return mark;
}

void TraceRecording::pass(const Call& call, std::span<const std::uint64_t> flows,
                          TraceSink& to) const {
  Mark mark = mark_of(call);
  mark.flows = flows;
  switch (call.kind) {
    case Kind::declare: return to.declare(tracks_[call.value]);
    case Kind::begin: return to.begin(mark);
    case Kind::end: return to.end(call.track, call.at, flows);
    case Kind::instant: return to.instant(mark);
    case Kind::count: return to.count(call.track, call.at, call.value);
    case Kind::tracepoint: return to.tracepoint(points_[call.value]);
  }
}

void TraceRecording::replay(TraceSink& to) const {
  for (const Call& call : calls_)
    pass(call, std::span(flows_).subspan(call.flows, call.flow_count), to);
  to.finish(finished_);
}

// A slice is wanted if its begin or its end is, or something in it.
std::vector<bool> TraceRecording::calls_of(const std::vector<bool>& kept) const {
  std::vector<bool> wanted(calls_.size());
  std::unordered_map<TrackId, std::vector<std::size_t>> open;
  const auto is_kept = [&](const Call& call) {
    return call.event < kept.size() && kept[call.event];
  };
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    const Call& call = calls_[i];
    auto& stack = open[call.track];
    switch (call.kind) {
      case Kind::begin: stack.push_back(i); [[fallthrough]];
      case Kind::instant:
      case Kind::tracepoint: wanted[i] = is_kept(call); break;
      case Kind::end: {
        if (stack.empty()) break;
        const std::size_t begin = stack.back();
        stack.pop_back();
        wanted[i] = wanted[begin] = wanted[begin] || is_kept(call);
        if (wanted[begin] && !stack.empty()) wanted[stack.back()] = true;
        break;
      }
      case Kind::declare:
      case Kind::count: break;
    }
  }
  return wanted;
}

void TraceRecording::replay(TraceSink& to, const std::vector<bool>& kept) const {
  const std::vector<bool> wanted = calls_of(kept);
  std::unordered_map<TrackId, const Track*> undeclared;
  std::unordered_map<std::uint64_t, int> ends;  // of arrows
  for (const Track& track : tracks_) undeclared[track.id] = &track;
  for (std::size_t i = 0; i < calls_.size(); ++i)
    for (std::uint32_t f = 0; wanted[i] && f < calls_[i].flow_count; ++f)
      ++ends[flows_[calls_[i].flows + f]];
  const auto declare = [&](const auto& self, TrackId id) -> void {
    const auto track = undeclared.find(id);
    if (track == undeclared.end()) return;
    const Track* const found = track->second;
    undeclared.erase(track);
    self(self, found->group);
    to.declare(*found);
  };
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    if (!wanted[i]) continue;
    const Call& call = calls_[i];
    declare(declare, call.track);
    std::vector<std::uint64_t> flows;
    for (std::uint32_t f = 0; f < call.flow_count; ++f)
      if (ends[flows_[call.flows + f]] > 1) flows.push_back(flows_[call.flows + f]);
    pass(call, flows, to);
  }
  to.finish(finished_);
}

}  // namespace fencelab::analysis
