#include "analysis/report/schedule_timeline.hpp"

#include <algorithm>

namespace fencelab::analysis {

nlohmann::ordered_json schedule_timeline(const std::vector<TakenStep>& steps,
                                         const std::string& title) {
  using nlohmann::ordered_json;
  constexpr int kMicrosecondsPerStep = 1000;
  std::vector<std::string> tracks;
  ordered_json events = ordered_json::array();
  events.push_back(
      {{"ph", "M"}, {"name", "process_name"}, {"pid", 1}, {"args", {{"name", title}}}});
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const TakenStep& step = steps[i];
    auto track = std::find(tracks.begin(), tracks.end(), step.process);
    const auto id = track - tracks.begin() + 1;
    if (track == tracks.end()) {
      tracks.push_back(step.process);
      events.push_back({{"ph", "M"},
                        {"name", "thread_name"},
                        {"pid", 1},
                        {"tid", id},
                        {"args", {{"name", step.process}}}});
    }
    ordered_json details = {{"step", i + 1}};
    if (!step.choice.empty()) details["choice"] = step.choice;
    if (!step.place.empty()) details["place"] = step.place;
    if (!step.note.empty()) details["note"] = step.note;
    events.push_back({{"ph", "X"},
                      {"name", step.operation},
                      {"pid", 1},
                      {"tid", id},
                      {"ts", i * kMicrosecondsPerStep},
                      {"dur", kMicrosecondsPerStep},
                      {"args", details}});
  }
  return {{"displayTimeUnit", "ms"}, {"traceEvents", events}};
}

}  // namespace fencelab::analysis
