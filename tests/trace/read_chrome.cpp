#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/cli/program.hpp"
#include "tests/trace/readers.hpp"

namespace fencelab::tests {

namespace {

std::map<std::string, std::string> arguments_of(const nlohmann::json& event) {
  std::map<std::string, std::string> arguments;
  const auto given = event.find("args");
  if (given == event.end()) return arguments;
  for (const auto& [name, value] : given->items())
    arguments[name] = value.is_string() ? value.get<std::string>() : value.dump();
  return arguments;
}

class ChromeReader {
 public:
  explicit ChromeReader(TimelineModel& model) : model_(model) {}
  void read(const nlohmann::json& event) {
    const std::string phase = event.at("ph");
    if (phase == "M") return describe(event);
    const std::int64_t at = std::llround(event.at("ts").get<double>() * 1000);
    if (phase == "C") return count(event, at);
    const std::uint64_t track = event.at("tid");
    if (model_.groups[track] != event.at("pid").get<std::uint64_t>()) FAIL(event.dump());
    if (phase == "B") return model_.begin(track, at, event.at("name"), arguments_of(event));
    if (phase == "E") return model_.end(track, at);
    if (phase == "i" || phase == "X") {
      if (phase == "X" && event.at("dur") != 0) FAIL(event.dump());
      return model_.instant(track, at, event.at("name"));
    }
    if (phase == "s") return model_.leave(event.at("id"), at);
    if (phase == "f" && event.at("bp") == "e") return model_.arrive(event.at("id"), at);
    FAIL("unknown event " << event.dump());
  }

 private:
  void describe(const nlohmann::json& event) {
    const std::string what = event.at("name");
    const std::uint64_t process = event.at("pid"), track = event.at("tid");
    if (what == "process_name") model_.declare(track, event.at("args").at("name"), 0);
    if (what == "thread_name") model_.declare(track, event.at("args").at("name"), process);
  }
  // Counters have names within a process, and no number.
  void count(const nlohmann::json& event, std::int64_t at) {
    const std::pair key{event.at("pid").get<std::uint64_t>(), event.at("name").get<std::string>()};
    const auto [known, fresh] = counters_.emplace(key, (1ull << 40) + counters_.size());
    if (fresh) model_.declare(known->second, key.second, key.first);
    model_.count(known->second, at, event.at("args").begin()->get<std::int64_t>());
  }
  TimelineModel& model_;
  std::map<std::pair<std::uint64_t, std::string>, std::uint64_t> counters_;
};

}  // namespace

TimelineModel read_chrome(const std::string& path, bool whole) {
  std::string text = testing::read_file(path);
  if (whole) CHECK(text.ends_with("}\n]\n"));
  if (!whole) text += "]";
  const nlohmann::json events = nlohmann::json::parse(text);
  // One event a line, so that tools that look at lines can read it.
  const auto lines = std::count(text.begin(), text.end(), '\n');
  if (whole) CHECK(static_cast<std::size_t>(lines) == events.size() + 2);
  TimelineModel model;
  ChromeReader reader(model);
  for (const nlohmann::json& event : events) reader.read(event);
  model.finish(whole);
  return model;
}

}  // namespace fencelab::tests
