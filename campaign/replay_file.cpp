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

}  // namespace

std::string replay_text(const ReplayFile& replay) {
  const nlohmann::ordered_json document = {{"format", "fencelab-replay"},
                                           {"version", kReplayVersion},
                                           {"scenario", replay.scenario},
                                           {"stack", replay.stack},
                                           {"token", replay.token}};
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
  std::vector<Diagnostic> errors;
  const auto text_of = [&](const char* member) -> std::string {
    const auto found = root.find(member);
    if (found != root.end() && found->is_string()) return found->get<std::string>();
    errors.push_back(error_at(*document, found == root.end() ? "" : std::string("/") + member,
                              "missing-member", fmt::format("member \"{}\" is no text", member),
                              "a text"));
    return {};
  };
  ReplayFile replay{text_of("scenario"), text_of("stack"), text_of("token")};
  if (!errors.empty()) return errors;
  return replay;
}

scenarios::Loaded<ReplayFile> load_replay(const std::string& file) {
  const ReadFile read = read_file(file);
  if (read.error.empty()) return parse_replay(read.text, file);
  Diagnostic diagnostic;
  diagnostic.code = "cannot-read";
  diagnostic.file = file;
  diagnostic.message = fmt::format("cannot read the schedule: {}", read.error);
  diagnostic.expected = "a token (v1:...) or a file *.replay";
  return std::vector{diagnostic};
}

}  // namespace fencelab::campaign
