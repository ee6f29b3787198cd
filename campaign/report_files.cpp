#include "campaign/report_files.hpp"

#include <unistd.h>

#include <cctype>
#include <filesystem>
#include <set>

namespace fencelab::campaign {

namespace {

namespace fs = std::filesystem;

bool is_report(const fs::path& path, std::string_view mark) {
  static const std::set<std::string> kForms = {".txt", ".json", ".dot", ".svg", ".replay", ".mmd"};
  std::string stem = path.stem().string();
  if (stem.ends_with(".min")) stem.resize(stem.size() - 4);  // a smaller scenario and its schedule
  const std::size_t at = stem.rfind(mark);
  return kForms.contains(path.extension().string()) && at != std::string::npos &&
         stem.find_first_not_of("0123456789-", at + mark.size()) == std::string::npos;
}

}  // namespace

void add_report_files(const std::string& stem, const ReportForms& forms, Drawings& drawings,
                      std::vector<OutputFile>& files) {
  files.push_back({stem + ".txt", forms.text});
  if (!forms.json.empty()) files.push_back({stem + ".json", forms.json + "\n"});
  if (forms.dot.empty()) return;
  files.push_back({stem + ".dot", forms.dot});
  const std::string& drawing = drawings.of(forms.dot);
  if (!drawing.empty()) files.push_back({stem + ".svg", drawing});
}

std::string file_stem(std::string name) {
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.' && c != '_') c = '_';
  return name;
}

void remove_old_reports(const std::string& folder, std::string_view mark,
                        const std::vector<std::string>& written) {
  const std::set<std::string> kept(written.begin(), written.end());
  std::error_code ignored;
  std::vector<fs::path> old;
  for (fs::directory_iterator each(folder, ignored), end; !ignored && each != end;
       each.increment(ignored))
    if (is_report(each->path(), mark) && !kept.contains(each->path().string()))
      old.push_back(each->path());
  for (const fs::path& path : old) fs::remove(path, ignored);
  ::rmdir(folder.c_str());  // fails, as it should, unless nothing is left
}

}  // namespace fencelab::campaign
