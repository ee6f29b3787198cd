#include "scenarios/loader.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>

#include "core/stable_hash.hpp"
#include "scenarios/load_parts.hpp"
#include "scenarios/random_streams.hpp"
#include "scenarios/schema_check.hpp"

namespace fencelab::scenarios {

namespace {

// A file of a later format is full of things that we cannot know; one message says it all.
bool is_too_new(const JsonDocument& document, FindingSink& sink) {
  if (!document.root.is_object() || !document.root.contains("format")) return false;
  const nlohmann::json& format = document.root["format"];
  if (!format.is_number_integer() || format <= kScenarioFormat) return false;
  sink.error("/format", {.code = "format-too-new",
                         .message = fmt::format("scenario format {} is newer than this program",
                                                format.dump()),
                         .expected = fmt::format("format {} or older", kScenarioFormat),
                         .hint = "update Fencelab"});
  return true;
}

// Every section in order of dependence: names are declared before anything refers to them.
void load_sections(LoadContext& context, const Node& root) {
  const Node processes = root["processes"];
  const std::vector<Node> nodes = processes.items();
  load_header(context, root);
  load_platform(context, root["platform"]);
  load_displays(context, root["displays"]);
  declare_processes(context, processes);
  load_resources(context, root, kNone);
  load_memory_locks(context, root["platform"]["memory"]);
  for (Index i = 0; i < nodes.size(); ++i) {
    load_resources(context, nodes[i], i);
    load_contexts(context, nodes[i]["contexts"], i);
    declare_threads(context, nodes[i]["threads"], i);
  }
  check_thread_count(context, nodes);
  for (Index i = 0; i < nodes.size(); ++i) load_programs(context, nodes[i]["threads"], i);
  load_faults(context, root["faults"]);
  load_stacks(context, root["stacks"]);
  load_expectations(context, root["expect"]);
  load_relations(context, root["relations"]);
  load_sweep(context, root["sweep"]);
  check_threads(context);
  check_locks(context);
  check_frames(context);
  check_work(context);
  if (context.sink.has_errors()) return;
  warn_unused(context);
  assign_random_streams(context.scenario);
}

// What valijson rejects must have been explained; if it was not, its own words have to do.
void report_objection(const JsonDocument& document, FindingSink& sink) {
  const SchemaObjection objection = deepest_objection(document.root);
  sink.error(objection.pointer, {.code = "schema",
                                 .message = objection.reason,
                                 .expected = "a document that follows the scenario schema"});
}

// On what is said to people, and on what other runs there are, no run depends.
bool decides_nothing(const std::string& member) {
  static const std::set<std::string> kBeside = {"comment", "title", "description", "source",
                                                "truth",   "name",  "expect",      "relations",
                                                "stacks",  "seeds", "sweep"};
  return kBeside.contains(member);
}

std::uint64_t digest_of(const nlohmann::json& root) {
  std::uint64_t digest = core::stable_hash("");
  for (const auto& [member, value] : root.items()) {  // in the order of their names
    if (decides_nothing(member)) continue;
    digest = core::stable_hash(member, digest);
    digest = core::stable_hash(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                               digest);
  }
  return digest;
}

Loaded<Scenario> read_document(const JsonDocument& document, const PolicyNames& names) {
  FindingSink sink(document);
  if (is_too_new(document, sink)) return sink.take();
  Spellings spellings;
  const bool follows = follows_schema(document.root);
  if (!follows) explain_by_schema(document.root, sink, spellings);
  if (!document.root.is_object()) return sink.take();
  Scenario scenario;
  scenario.file = document.file;
  scenario.digest = digest_of(document.root);
  LoadContext context{.document = document,
                      .spellings = spellings,
                      .policy_names = names,
                      .sink = sink,
                      .scenario = scenario};
  load_sections(context, Node(document.root, "", spellings));
  if (!follows && !sink.has_errors()) report_objection(document, sink);
  if (sink.has_errors()) return sink.take();
  return {std::move(scenario), sink.take()};
}

std::vector<Diagnostic> unreadable(const std::string& path, const std::string& reason) {
  Diagnostic diagnostic;
  diagnostic.code = "cannot-read";
  diagnostic.file = path;
  diagnostic.message = "cannot read the scenario: " + reason;
  diagnostic.expected = "a readable JSON file";
  return {diagnostic};
}

}  // namespace

Loaded<Scenario> load_scenario(std::string_view text, std::string file, const PolicyNames& names,
                               std::span<const std::string> sets, const DocumentLimits& limits) {
  Loaded<JsonDocument> parsed = parse_json(text, std::move(file), limits);
  if (!parsed) return parsed.diagnostics();
  JsonDocument& document = parsed.value();
  std::vector<Diagnostic> errors;
  for (const std::string& set : sets) {
    for (Diagnostic& error : apply_set(document, set)) errors.push_back(std::move(error));
  }
  if (!errors.empty()) return errors;
  Loaded<Scenario> loaded = read_document(document, names);
  if (loaded) loaded.value().sets.assign(sets.begin(), sets.end());
  return loaded;
}

Loaded<Scenario> load_scenario_file(const std::string& path, const PolicyNames& names,
                                    std::span<const std::string> sets,
                                    const DocumentLimits& limits) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return unreadable(path, std::strerror(errno));
  // One byte more than allowed is enough to know that it is too much.
  std::string text;
  std::vector<char> chunk(std::size_t{1} << 16);
  while (file && text.size() <= limits.bytes) {
    file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    text.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return unreadable(path, std::strerror(errno));
  return load_scenario(text, path, names, sets, limits);
}

}  // namespace fencelab::scenarios
