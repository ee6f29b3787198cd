#include "campaign/replay_file.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "campaign/files.hpp"
#include "scenarios/json_document.hpp"

namespace fencelab::campaign {

namespace {

using scenarios::Diagnostic;

Diagnostic error_at(const scenarios::JsonDocument& document, const std::string& pointer,
                    const std::string& code, const std::string& message,
                    const std::string& expected) {
  Diagnostic diagnostic = document.diagnose(pointer);
  diagnostic.code = code;
  diagnostic.message = message;
  diagnostic.expected = expected;
  return diagnostic;
}

/// Reads members and collects what is wrong with them.
class Members {
 public:
  explicit Members(const scenarios::JsonDocument& document) : document_(document) {}
  std::vector<Diagnostic> errors;

  template <class T>
  void read(const char* member, T& into, bool required, const char* expected) {
    const auto found = document_.root.find(member);
    if (found == document_.root.end()) {
      if (required)
        errors.push_back(error_at(document_, "", "missing-member",
                                  fmt::format("member \"{}\" is missing", member), expected));
      return;
    }
    try {
      into = found->template get<T>();
    } catch (const nlohmann::json::exception&) {
      errors.push_back(error_at(document_, std::string("/") + member, "bad-type",
                                fmt::format("member \"{}\" is not what it should be", member),
                                expected));
    }
  }

 private:
  const scenarios::JsonDocument& document_;
};

}  // namespace

std::string replay_text(const ReplayFile& replay) {
  nlohmann::ordered_json document = {{"format", "fencelab-replay"},
                                     {"version", kReplayVersion},
                                     {"scenario", replay.scenario},
                                     {"stack", replay.stack},
                                     {"token", replay.token}};
  if (replay.seed) document["seed"] = *replay.seed;
  if (!replay.sets.empty()) document["set"] = replay.sets;
  for (const auto& [member, text] : {std::pair{"timers", replay.timers},
                                     {"program", replay.program},
                                     {"scenario_hash", replay.scenario_hash},
                                     {"class", replay.fault}})
    if (!text.empty()) document[member] = text;
  if (!replay.policies.empty()) document["policies"] = replay.policies;
  if (!replay.core.empty()) document["core"] = replay.core;
  return document.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

scenarios::Loaded<ReplayFile> parse_replay(std::string_view text, const std::string& file) {
  const auto document = scenarios::parse_json(text, file);
  if (!document) return document.diagnostics();
  const nlohmann::json& root = document->root;
  if (!root.is_object() || root.value("format", nlohmann::json()) != "fencelab-replay")
    return std::vector{error_at(*document, "", "wrong-format", "this is no schedule to replay",
                                "a file *.replay that `check --out` has written, or a token")};
  if (root.value("version", nlohmann::json()) != kReplayVersion)
    return std::vector{error_at(*document, "/version", "unknown-version",
                                "this program does not know the version",
                                fmt::format("{}", kReplayVersion))};
  Members members(*document);
  ReplayFile replay;
  members.read("scenario", replay.scenario, true, "a text");
  members.read("stack", replay.stack, true, "a text");
  members.read("token", replay.token, true, "a text");
  std::uint64_t seed = 0;
  members.read("seed", seed, false, "a whole number");
  if (root.contains("seed")) replay.seed = seed;
  members.read("set", replay.sets, false, "a list of texts");
  members.read("timers", replay.timers, false, "a text");
  members.read("program", replay.program, false, "a text");
  members.read("scenario_hash", replay.scenario_hash, false, "a text");
  members.read("class", replay.fault, false, "a text");
  members.read("policies", replay.policies, false, "an object of texts");
  members.read("core", replay.core, false, "a list of texts");
  if (!members.errors.empty()) return std::move(members.errors);
  return replay;
}

scenarios::Loaded<ReplayFile> load_replay(const std::string& file) {
  const ReadFile read = read_file(file);
  if (read.error.empty()) return parse_replay(read.text, file);
  return std::vector{
      cannot_read(file, "the schedule", read.error, "a token (v1:...) or a file *.replay")};
}

}  // namespace fencelab::campaign
