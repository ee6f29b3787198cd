// trace.dat files: read through libtracecmd, and refused without harm where they are damaged.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "scenarios/ftrace/importer.hpp"
#include "tests/scenarios/trace_dat_sample.hpp"

using namespace fencelab::scenarios;
using fencelab::testing::trace_dat_sample;

namespace {

/// A file that goes when the test does.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& bytes)
      : path_(std::filesystem::temp_directory_path() /
              ("fencelab-trace-dat-" + std::to_string(::getpid()) + ".dat")) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("A trace.dat gives the events that its text would, to the nanosecond") {
  const TemporaryFile file(trace_dat_sample(3));
  const auto recording = ftrace::read_recording(file.path(), {});
  REQUIRE(recording.ok());
  REQUIRE(recording->events.size() == 6);
  CHECK(recording->events[0].ns == 2'000'000'000);
  CHECK(recording->events[5].ns == 2'000'500'000);
  CHECK(recording->tasks[0].comm == "game");
  CHECK(recording->tasks[0].pid == 42);
  const auto imported = ftrace::import_recording(*recording, file.path(), {"r", {}});
  REQUIRE(imported.ok());
  CHECK(imported->summary[0].starts_with("3 jobs"));
}

TEST_CASE("A window cuts a trace.dat, too") {
  const TemporaryFile file(trace_dat_sample(3));
  const auto recording = ftrace::read_recording(file.path(), {2'000'150'000, 2'000'350'000});
  REQUIRE(recording.ok());
  CHECK(recording->events.size() == 2);
  CHECK(recording->outside_window == 4);
}

TEST_CASE("A trace.dat that ends early is refused, or has fewer events") {
  const std::string whole = trace_dat_sample(10);
  for (std::size_t size = 10; size < whole.size(); size += 97) {
    INFO(size);
    const TemporaryFile file(whole.substr(0, size));
    const auto recording = ftrace::read_recording(file.path(), {});
    if (recording.ok())
      CHECK(recording->events.size() <= 20);
    else
      CHECK(recording.diagnostics().front().code != "");
  }
  const TemporaryFile head(whole.substr(0, 40));
  const auto refused = ftrace::read_recording(head.path(), {});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.diagnostics().front().code == "bad-trace-dat");
}

TEST_CASE("A trace.dat with wrong bytes does no harm") {
  const std::string whole = trace_dat_sample(10);
  for (std::size_t at = 10; at < whole.size(); at += 41) {
    INFO(at);
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x5a);
    const TemporaryFile file(damaged);
    const auto recording = ftrace::read_recording(file.path(), {});
    CHECK((recording.ok() || has_errors(recording.diagnostics())));
  }
}
