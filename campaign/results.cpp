#include "campaign/results.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cctype>
#include <filesystem>
#include <set>

#include "analysis/report/deadlock_svg.hpp"
#include "campaign/files.hpp"
#include "campaign/tables.hpp"

namespace fencelab::campaign {

namespace {

namespace fs = std::filesystem;

std::string file_stem(const RunRecord& record, std::size_t number) {
  std::string stem =
      fmt::format("{}-{}-seed{}-{}", record.scenario, record.stack, record.seed, number + 1);
  for (char& c : stem)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.' && c != '_') c = '_';
  return stem;
}

/// Whether a file of deadlocks/ is one of ours; people may keep notes beside them.
bool is_incident_file(const fs::path& path) {
  static const std::set<std::string> kForms = {".txt", ".json", ".dot", ".svg"};
  return kForms.contains(path.extension().string()) &&
         path.stem().string().find("-seed") != std::string::npos;
}

/// Graphviz takes 0.3 s for 300 edges, 1.2 s for 400 and more than a minute for 1000, and nobody
/// can read such a picture.
bool is_worth_drawing(const std::string& dot) {
  constexpr std::size_t kMostEdges = 300;
  std::size_t edges = 0;
  for (std::size_t at = dot.find("->"); at != std::string::npos; at = dot.find("->", at + 2))
    ++edges;
  return edges <= kMostEdges;
}

/// Every incident as text, JSON, DOT and (if Graphviz is there and the graph is not huge) SVG.
void add_incidents(const std::string& folder, const std::vector<RunRecord>& records,
                   std::vector<OutputFile>& files) {
  for (const RunRecord& record : records)
    for (std::size_t i = 0; i < record.incidents.size(); ++i) {
      const IncidentRecord& incident = record.incidents[i];
      const std::string stem = folder + "/" + file_stem(record, i);
      files.push_back({stem + ".txt", incident.text});
      if (incident.dot.empty()) continue;  // found by counting, not in a wait graph
      files.push_back({stem + ".json", incident.json + "\n"});
      files.push_back({stem + ".dot", incident.dot});
      if (!is_worth_drawing(incident.dot)) continue;
      auto drawing = analysis::render_svg(incident.dot);
      if (drawing.ok()) files.push_back({stem + ".svg", std::move(drawing.svg)});
    }
}

std::string hazards_text(const std::vector<RunRecord>& records) {
  std::string text;
  for (const RunRecord& record : records)
    for (const std::string& hazard : record.hazards)
      text += fmt::format("{} under {} (seed {}): {}\n", record.scenario, record.stack, record.seed,
                          hazard);
  return text;
}

void remove_leftovers(const std::string& folder, const std::vector<OutputFile>& files) {
  std::set<std::string> written;
  for (const OutputFile& file : files) written.insert(file.path);
  std::error_code ignored;
  const std::string hazards = folder + "/hazards.txt", deadlocks = folder + "/deadlocks";
  if (!written.contains(hazards)) fs::remove(hazards, ignored);
  std::vector<fs::path> old;
  for (fs::directory_iterator each(deadlocks, ignored), end; !ignored && each != end;
       each.increment(ignored))
    if (is_incident_file(each->path()) && !written.contains(each->path().string()))
      old.push_back(each->path());
  for (const fs::path& path : old) fs::remove(path, ignored);
  ::rmdir(deadlocks.c_str());  // fails, as it should, unless nothing is left
}

}  // namespace

std::optional<std::string> write_results(const std::string& folder,
                                         const std::vector<RunRecord>& records,
                                         const std::string& build) {
  const std::string deadlocks = folder + "/deadlocks";
  std::vector<OutputFile> files;
  add_incidents(deadlocks, records, files);
  const bool made_folder = !files.empty() && ::access(deadlocks.c_str(), F_OK) != 0;
  if (!files.empty())
    if (auto failure = make_directory(deadlocks)) return failure;
  const std::string hazards = hazards_text(records);
  if (!hazards.empty()) files.push_back({folder + "/hazards.txt", hazards});
  files.push_back({folder + "/runs.csv", runs_csv(records, build)});
  files.push_back({folder + "/compare.csv", compare_csv(records)});
  auto failure = write_files(files);
  if (!failure) remove_leftovers(folder, files);
  if (failure && made_folder) ::rmdir(deadlocks.c_str());
  return failure;
}

}  // namespace fencelab::campaign
