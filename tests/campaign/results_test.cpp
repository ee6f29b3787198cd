// What write_results() and write_files() leave on the disk, also when something is in the way.
#include "campaign/results.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "campaign/files.hpp"

using namespace fencelab::campaign;
namespace fs = std::filesystem;

namespace {

/// A folder of its own for one test.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "fencelab-results-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  std::string path() const { return path_; }

 private:
  std::string path_;
};

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

RunRecord record_with(const std::string& dot) {
  RunRecord record;
  record.scenario = "s";
  record.stack = "a";
  record.verdict = "deadlock";
  record.incidents.push_back({"deadlock", "signature", "text", "{}", dot, {}});
  return record;
}

std::string graph_of(std::size_t edges) {
  std::string dot = "digraph G {\n";
  for (std::size_t i = 0; i < edges; ++i)
    dot += std::to_string(i) + " -> " + std::to_string(i + 1) + ";\n";
  return dot + "}\n";
}

}  // namespace

TEST_CASE("Files of a set appear together, or those that were there stay as they were") {
  const Folder folder;
  REQUIRE_FALSE(write_files({{folder / "a", "1"}, {folder / "b", "2"}}));
  CHECK((text_of(folder / "a") == "1" && text_of(folder / "b") == "2"));
  const auto failure = write_files({{folder / "a", "3"}, {folder / "nowhere/b", "4"}});
  REQUIRE(failure);
  CHECK(failure->find("nowhere/b: No such file or directory") != std::string::npos);
  CHECK(text_of(folder / "a") == "1");
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 2);
}

TEST_CASE("Where one file of a set cannot get its name, all others are as they were") {
  const Folder folder;
  REQUIRE_FALSE(write_files({{folder / "a", "1"}}));
  StagedFiles files;
  for (const char* const name : {"a", "b", "c"}) REQUIRE_FALSE(files.append(folder / name, "2"));
  fs::create_directory(folder / "c");
  const auto failure = files.publish();
  REQUIRE(failure);
  CHECK(*failure == "cannot rename to " + (folder / "c") + ": Is a directory");
  CHECK(text_of(folder / "a") == "1");
  CHECK_FALSE(fs::exists(folder / "b"));
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 2);
  fs::remove(folder / "c");
  REQUIRE_FALSE(write_files({{folder / "a", "3"}, {folder / "c", "3"}}));
  CHECK((text_of(folder / "a") == "3" && text_of(folder / "c") == "3"));
}

TEST_CASE("What a process has staged goes when it has to end at once, that of others stays") {
  const Folder folder;
  REQUIRE_FALSE(write_files({{folder / "a", "1"}}));
  StagedFiles files;
  REQUIRE_FALSE(files.append(folder / "a", "2"));
  const pid_t child = ::fork();
  if (child == 0) {
    StagedFiles own;
    if (own.append(folder / "b", "3")) ::_exit(1);
    abandon_staged_files();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 2);  // a, and what it will be
  abandon_staged_files();
  CHECK(text_of(folder / "a") == "1");
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("A deadlock is drawn, unless the drawing would take minutes and show nothing") {
  const Folder folder;
  const std::string stem = folder / "deadlocks/s-a-seed0-1";
  REQUIRE_FALSE(write_results(folder.path(), {record_with(graph_of(1000))}, "build"));
  CHECK(text_of(stem + ".dot") == graph_of(1000));
  CHECK_FALSE(fs::exists(stem + ".svg"));
  REQUIRE_FALSE(write_results(folder.path(), {record_with(graph_of(300))}, "build"));
  const bool has_graphviz = std::system("dot -V >/dev/null 2>&1") == 0;
  CHECK(fs::exists(stem + ".svg") == has_graphviz);
}
