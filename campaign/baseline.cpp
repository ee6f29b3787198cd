#include "campaign/baseline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "campaign/check_rules.hpp"
#include "campaign/files.hpp"
#include "campaign/strict_reader.hpp"
#include "scenarios/json_document.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::campaign {

namespace {

using scenarios::pointer_to;
using scenarios::quote;

/// Reads one document and collects what is wrong with it.
class Reader : public StrictReader {
 public:
  using StrictReader::StrictReader;

  Baseline read() {
    Baseline baseline;
    baseline.file = document_.file;
    if (!check_object(document_.root, "", {"format", "version", "accepted"}, {}) ||
        !check_header("fencelab-baseline", kBaselineVersion, "baseline",
                      "write it anew with --write-baseline"))
      return baseline;
    const auto& accepted = document_.root["accepted"];
    if (!accepted.is_array()) {
      error("/accepted", "bad-type", "this is no list", "a list of accepted findings");
      return baseline;
    }
    for (std::size_t i = 0; i < accepted.size(); ++i)
      read_entry(accepted[i], pointer_to("/accepted", i), baseline);
    return baseline;
  }

 private:
  void read_entry(const nlohmann::json& json, const std::string& at, Baseline& baseline) {
    const std::size_t errors_before = errors.size();
    if (!check_object(json, at, {"scenario", "stack", "rule", "class", "strength"}, {"why"}))
      return;
    BaselineEntry entry;
    entry.key = {text(json, at, "scenario"), text(json, at, "stack"), text(json, at, "rule"),
                 text(json, at, "class")};
    const auto strength = parse_strength(text(json, at, "strength"));
    if (json.contains("why")) entry.why = text(json, at, "why");
    if (errors.size() > errors_before) return;
    check_rule(entry.key.rule, pointer_to(at, "rule"));
    if (!strength)
      error(pointer_to(at, "strength"), "unknown-name", "this is no strength",
            scenarios::one_of(strength_names()));
    entry.strength = strength.value_or(Strength::observed);
    entry.line = document_.locate(at).value.line;
    if (baseline.find(entry.key))
      error(at, "duplicate", "this finding is accepted twice", "each finding once");
    baseline.entries.push_back(std::move(entry));
  }

  void check_rule(const std::string& id, const std::string& at) {
    std::vector<std::string> known;
    for (const CheckRule& rule : check_rules())
      if (rule.can_be_accepted) known.push_back(rule.id);
    if (std::find(known.begin(), known.end(), id) != known.end()) return;
    error(at, "unknown-name", fmt::format("{} is no rule that can be accepted", quote(id)),
          scenarios::one_of(known), scenarios::did_you_mean(id, known));
  }
};

}  // namespace

const BaselineEntry* Baseline::find(const BaselineKey& key) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const BaselineEntry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

scenarios::Loaded<Baseline> parse_baseline(std::string_view text, const std::string& file) {
  auto document = scenarios::parse_json(text, file);
  if (!document) return document.diagnostics();
  Reader reader(*document);
  Baseline baseline = reader.read();
  if (reader.errors.empty()) return baseline;
  scenarios::sort_by_place(reader.errors);
  return std::move(reader.errors);
}

scenarios::Loaded<Baseline> load_baseline(const std::string& file) {
  const ReadFile read = read_file(file);
  if (read.error.empty()) return parse_baseline(read.text, file);
  return std::vector{
      cannot_read(file, "the baseline", read.error, "a file that --write-baseline has written")};
}

std::string baseline_text(const Baseline& baseline) {
  std::map<BaselineKey, const BaselineEntry*> sorted;
  for (const BaselineEntry& entry : baseline.entries) sorted.emplace(entry.key, &entry);
  nlohmann::ordered_json accepted = nlohmann::ordered_json::array();
  for (const auto& [key, entry] : sorted) {
    accepted.push_back({{"scenario", key.scenario},
                        {"stack", key.stack},
                        {"rule", key.rule},
                        {"class", key.signature},
                        {"strength", to_string(entry->strength)}});
    if (!entry->why.empty()) accepted.back()["why"] = entry->why;
  }
  const nlohmann::ordered_json document = {
      {"format", "fencelab-baseline"}, {"version", kBaselineVersion}, {"accepted", accepted}};
  return document.dump(2) + "\n";
}

}  // namespace fencelab::campaign
