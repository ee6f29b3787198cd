#include "cli/plugins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "campaign/worker_pool.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"

namespace fencelab::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kVariable = "FENCELAB_PLUGIN_PATH";
constexpr const char* kOption = "--policy-plugin";

void load(const char* from, const std::string& path) {
  if (const auto failure = campaign::load_plugin(path)) throw CLI::ValidationError(from, *failure);
}

/// A file, or all *.so of a folder, sorted.
void load_all(const std::string& place) {
  std::error_code error;
  if (!fs::is_directory(place, error)) return load(kVariable, place);
  std::vector<std::string> files;
  for (fs::directory_iterator each(place, error), end; !error && each != end; each.increment(error))
    if (each->path().extension() == ".so") files.push_back(each->path().string());
  if (error) throw CLI::ValidationError(kVariable, place + ": " + error.message());
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) load(kVariable, file);
}

void load_environment() {
  const char* const value = std::getenv(kVariable);
  std::string places = value ? value : "";
  while (!places.empty()) {
    const std::size_t colon = std::min(places.find(':'), places.size());
    if (colon > 0) load_all(places.substr(0, colon));
    places.erase(0, colon + 1);
  }
}

}  // namespace

void add_plugin_options(CLI::App& command) {
  command.preparse_callback([](std::size_t) { load_environment(); });
  command
      .add_option_function<std::vector<std::string>>(
          kOption,
          [](const std::vector<std::string>& paths) {
            for (const std::string& path : paths) load(kOption, path);
          },
          "a shared library with policies or metrics of others; FENCELAB_PLUGIN_PATH lists more, "
          "and folders of them")
      ->allow_extra_args(false);
}

int call_guarded(const std::function<int()>& action) {
  if (campaign::loaded_plugins().empty()) return action();
  const std::vector<campaign::WorkerTask> tasks = {[&] {
    const int code = action();
    std::fflush(nullptr);
    return std::to_string(code);
  }};
  const auto results = campaign::run_tasks(tasks, campaign::PoolOptions{},
                                           [](std::size_t, const campaign::WorkerResult&) {});
  if (results[0].status == campaign::WorkerResult::Status::ok) return std::stoi(results[0].text);
  complain("fencelab: {}\n", results[0].text);
  return kExitCrash;
}

void leave(int code) {
  if (!campaign::has_opened_plugins()) std::exit(code);
  std::fflush(nullptr);
  std::_Exit(code);
}

}  // namespace fencelab::cli
