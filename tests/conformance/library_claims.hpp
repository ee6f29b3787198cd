// What the scenarios of the library claim, by name: for the pages that are made of it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace fencelab::tests {

using nlohmann::ordered_json;

/// A scenario, and where its file is below scenarios/library.
struct LibraryFile {
  std::string path;
  ordered_json scenario;
};

/// All files of the library and its folders, by the name of their scenario.
inline std::map<std::string, LibraryFile> library_files() {
  const std::filesystem::path library = FENCELAB_SOURCE_DIR "/scenarios/library";
  std::map<std::string, LibraryFile> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(library)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    ordered_json scenario = ordered_json::parse(file);
    const std::string name = scenario.at("name");
    files.emplace(name, LibraryFile{std::filesystem::relative(entry.path(), library).string(),
                                    std::move(scenario)});
  }
  return files;
}

/// How an expectation is held up by `fencelab check`.
enum class Held { found, proved, small, not_proved };

struct Claim {
  std::string verdict, strength, rounds;
  Held held = Held::not_proved;

  bool gets_stuck() const { return held == Held::found; }
  std::string how_known() const {
    switch (held) {
      case Held::found: return "found, at `" + strength + "`";
      case Held::proved: return "proved";
      case Held::small: return "proved for " + rounds + " of the rounds; all: " + strength;
      case Held::not_proved: break;
    }
    return strength;
  }
};

inline Claim claim_of(const ordered_json& expectation) {
  Claim claim;
  const auto& verdict =
      expectation.contains("claim") ? expectation["claim"] : expectation["verdict"];
  if (verdict.is_string()) claim.verdict = verdict;
  for (const auto& word : verdict.is_array() ? verdict : ordered_json::array())
    claim.verdict += (claim.verdict.empty() ? "" : " or ") + word.get<std::string>();
  claim.strength = expectation.value("strength", "observed");
  claim.rounds = expectation.value("/small/rounds"_json_pointer, "");
  const bool stuck = claim.verdict.find("complete") == std::string::npos &&
                     claim.verdict != "stall" && claim.verdict != "starved";
  claim.held = stuck                        ? Held::found
               : claim.strength == "proved" ? Held::proved
               : !claim.rounds.empty()      ? Held::small
                                            : Held::not_proved;
  return claim;
}

}  // namespace fencelab::tests
