// The repository checks its own sources against the house rules. Each rule is first shown a few
// lines that break it, so that a rule which finds nothing has nothing to find.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/lint/rules.hpp"
#include "tests/lint/source.hpp"

namespace fencelab::lint {
namespace {

/// A file that may break a rule, and why.
struct Exception {
  std::string_view rule;
  std::string_view path;
  std::string_view reason;
};

/// All exceptions to all rules. One that is no longer needed fails the rule's test.
const std::vector<Exception>& exceptions() {
  static const std::vector<Exception> table = {
      {"pointer-keys", "core/wait_graph_builder.hpp",
       "its maps are looked up and never iterated, so no order of addresses reaches an outcome"},
      {"co_await", "tests/core/frame_layout_test.cpp", "shows what the rule is for"},
  };
  return table;
}

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> files = read_tree(FENCELAB_SOURCE_DIR);
  return files;
}

using Check = std::function<Offences(const SourceFile&)>;

/// Removes what an exception covers, and returns an offence for each exception that covers nothing.
Offences apply_exceptions(std::string_view rule, Offences& offences) {
  Offences unneeded;
  for (const Exception& exception : exceptions()) {
    if (exception.rule != rule) continue;
    const auto removed = std::erase_if(
        offences, [&](const Offence& offence) { return offence.path == exception.path; });
    if (removed == 0)
      unneeded.push_back({std::string(exception.path), 1, "the exception is not needed any more"});
  }
  return unneeded;
}

/// Offences of the whole tree, one per line as file:line: message. Empty is what we want.
std::string offences_in_tree(std::string_view rule, const Check& check) {
  Offences all;
  for (const SourceFile& file : tree()) {
    const Offences found = check(file);
    all.insert(all.end(), found.begin(), found.end());
  }
  const Offences unneeded = apply_exceptions(rule, all);
  all.insert(all.end(), unneeded.begin(), unneeded.end());
  std::string report;
  for (const Offence& offence : all)
    report += fmt::format("\n{}:{}: {}", offence.path, offence.line, offence.message);
  return report;
}

/// Lines on which `check` finds something in a made-up file.
std::vector<int> lines(const Check& check, std::string path, std::string text) {
  std::vector<int> found;
  for (const Offence& offence : check(make_source(std::move(path), std::move(text))))
    found.push_back(offence.line);
  return found;
}

using Lines = std::vector<int>;

}  // namespace

TEST_CASE("the walk sees the sources") {
  const auto has = [](std::string_view path) {
    return std::any_of(tree().begin(), tree().end(),
                       [path](const SourceFile& file) { return file.path == path; });
  };
  CHECK(has("tests/lint/self_lint.cpp"));
  CHECK(has("CMakeLists.txt"));
  CHECK(has("dev"));
}

TEST_CASE("comments and literals are not code") {
  const SourceFile file = make_source("core/x.cpp",
                                      "int a = 1'000; // it's \"a\"\n"
                                      "auto b = \"// no\"; /* c\n */ char d = '\\'';\n"
                                      "auto e = R\"x(f\")x\"; int g;\n");
  CHECK(file.code ==
        "int a = 1'000;            \n"
        "auto b = \"     \";     \n    char d = '  ';\n"
        "auto e = R\"      \"; int g;\n");
  CHECK(file.uncommented.find("// no") != std::string::npos);
}

TEST_CASE("layers include only layers below them") {
  const Check check = layer_offences;
  CHECK(lines(check, "core/x.hpp", "\n#include \"models/gpu.hpp\"\n") == Lines{2});
  CHECK(lines(check, "core/x.hpp", "#include <analysis/a.hpp>\n") == Lines{1});
  CHECK(lines(check, "models/x.cpp", "#include \"policies/p.hpp\"\n") == Lines{1});
  CHECK(lines(check, "policies/x.cpp", "#include \"scenarios/s.hpp\"\n") == Lines{1});
  CHECK(lines(check, "scenarios/x.cpp", "#include \"analysis/a.hpp\"\n") == Lines{1});
  CHECK(lines(check, "analysis/x.cpp", "#include \"policies/p.hpp\"\n") == Lines{1});
  CHECK(lines(check, "campaign/x.cpp", "#include \"cli/c.hpp\"\n") == Lines{1});
  CHECK(lines(check, "tests/core/x.cpp", "#include \"models/gpu.hpp\"\n") == Lines{1});
  CHECK(lines(check, "analysis/x.cpp", "#include \"models/gpu.hpp\"\n").empty());
  CHECK(lines(check, "core/x.cpp", "// #include \"models/gpu.hpp\"\n").empty());
  CHECK(offences_in_tree("layers", check) == "");
}

TEST_CASE("quoted includes are paths from the root") {
  const Check check = include_path_offences;
  CHECK(lines(check, "core/x.cpp", "#include \"time.hpp\"\n") == Lines{1});
  CHECK(lines(check, "core/x.cpp", "#include \"core/../models/gpu.hpp\"\n") == Lines{1});
  CHECK(lines(check, "core/x.cpp", "#include \"core/time.hpp\"\n#include <vector>\n").empty());
  CHECK(offences_in_tree("include-paths", check) == "");
}

TEST_CASE("SimGrid, ns-3 and JSON stay in their folders") {
  const Check check = library_offences;
  CHECK(lines(check, "models/gpu/x.cpp", "#include <simgrid/s4u.hpp>\n") == Lines{1});
  CHECK(lines(check, "bench/heap.cpp", "#include <ns3/simulator.h>\n") == Lines{1});
  CHECK(lines(check, "analysis/explore.cpp", "#include <nlohmann/json.hpp>\n") == Lines{1});
  CHECK(lines(check, "core/x.cpp", "#include <valijson/schema.hpp>\n") == Lines{1});
  CHECK(lines(check, "models/platform/simgrid/x.cpp", "#include <simgrid/s4u.hpp>\n").empty());
  CHECK(lines(check, "analysis/report/x.cpp", "#include <nlohmann/json.hpp>\n").empty());
  CHECK(offences_in_tree("libraries", check) == "");
}

TEST_CASE("product files have at most 500 lines") {
  const Check check = length_offences;
  CHECK(lines(check, "core/x.cpp", std::string(501, '\n')) == Lines{501});
  CHECK(lines(check, "core/x.cpp", std::string(500, '\n')).empty());
  CHECK(offences_in_tree("length", check) == "");
}

TEST_CASE("no condition contains co_await") {
  const Check check = await_offences;
  CHECK(lines(check, "core/x.cpp", "if (co_await f()) g();\n") == Lines{1});
  CHECK(lines(check, "core/x.cpp", "\nwhile (a && !(co_await f(b)))\n  g();\n") == Lines{2});
  CHECK(lines(check, "core/x.cpp", "do {} while (co_await f());\n") == Lines{1});
  CHECK(lines(check, "core/x.cpp", "switch (\n    co_await f()) {}\n") == Lines{1});
  CHECK(lines(check, "core/x.cpp", "for (int i = 0; i < co_await f(); ++i) {}\n") == Lines{1});
  CHECK(lines(check, "core/x.cpp", "if (int i = 1; co_await f(i)) {}\n") == Lines{1});
  CHECK(lines(check, "core/x.cpp", "if (a) { co_await f(); }\n").empty());
  CHECK(lines(check, "core/x.cpp", "if (int i = co_await f(); i > 0) {}\n").empty());
  CHECK(lines(check, "core/x.cpp", "for (auto x : co_await f()) {}\n").empty());
  CHECK(lines(check, "core/x.cpp", "// if (co_await x)\n").empty());
  CHECK(offences_in_tree("co_await", check) == "");
}

TEST_CASE("runs read no clock of this machine and draw no ordered random numbers") {
  const Check check = nondeterminism_offences;
  for (const char* text :
       {"std::rand()", "srand(1)", "std::random_device d", "std::mt19937 g",
        "std::chrono::system_clock::now()", "std::chrono::steady_clock::now()", "time(nullptr)",
        "clock_gettime(0, &t)", "std::uniform_int_distribution"})
    CHECK(lines(check, "models/x.cpp", text) == Lines{1});
  CHECK(lines(check, "core/x.cpp", "simulation.time(); // not system_clock\n").empty());
  CHECK(lines(check, "campaign/x.cpp", "std::chrono::steady_clock::now();\n").empty());
  CHECK(offences_in_tree("nondeterminism", check) == "");
}

TEST_CASE("the product starts no threads") {
  const Check check = thread_offences;
  for (const char* text : {"std::thread t(f);", "std::jthread t;", "auto f = std::async(g);",
                           "pthread_create(&t, 0, f, 0);", "std::mutex m;"})
    CHECK(lines(check, "campaign/x.cpp", text) == Lines{1});
  CHECK(lines(check, "campaign/x.cpp", "std::this_thread::yield();\n").empty());
  CHECK(lines(check, "tests/x.cpp", "std::thread t;\n").empty());
  CHECK(offences_in_tree("threads", check) == "");
}

TEST_CASE("no container is keyed by addresses") {
  const Check check = pointer_key_offences;
  CHECK(lines(check, "core/x.hpp", "std::unordered_map<Fence*, int> m;\n") == Lines{1});
  CHECK(lines(check, "core/x.hpp", "std::set<std::pair<int, const Fence*>> m;\n") == Lines{1});
  CHECK(lines(check, "core/x.hpp", "\nstd::map<const Fence*,\n int> m;\n") == Lines{2});
  CHECK(lines(check, "core/x.hpp", "std::map<ObjectId, Fence*> m;\n").empty());
  CHECK(offences_in_tree("pointer-keys", check) == "");
}

TEST_CASE("every header says pragma once") {
  const Check check = pragma_once_offences;
  CHECK(lines(check, "core/x.hpp", "// #pragma once\nint x;\n") == Lines{1});
  CHECK(lines(check, "core/x.hpp", "// Why.\n#pragma once\nint x;\n").empty());
  CHECK(offences_in_tree("pragma-once", check) == "");
}

TEST_CASE("no name of a test has a semicolon, or begins like an option") {
  const Check check = test_name_offences;
  const std::string split = "TEST_CASE(\n  \"one\"\n  \"two; three\") {}\n";
  CHECK(lines(check, "tests/x.cpp", "\n" + split) == Lines{2});
  CHECK(lines(check, "tests/x.cpp", "TEST_CASE(\n  \"--one\") {}\n") == Lines{1});
  CHECK(lines(check, "tests/x.cpp", "TEST_CASE(\"one, two\") { f(\"a;b\"); }\n").empty());
  CHECK(offences_in_tree("test-names", check) == "");
}

TEST_CASE("no text names a path of one machine") {
  const Check check = [](const SourceFile& file) {
    return machine_path_offences(file, "/no/such/checkout");
  };
  const std::string someones_home = std::string("/ho") + "me/someone/x";
  CHECK(lines(check, "docs/x.md", "\nsee " + someones_home + "\n") == Lines{2});
  CHECK(lines(check, "docs/x.md", "/no/such/checkout/core\n") == Lines{1});
  CHECK(lines(check, "docs/x.md", "$" + someones_home + " /dev/dri/card0 /usr/include\n").empty());
  const Check check_here = [](const SourceFile& file) {
    return machine_path_offences(file, FENCELAB_SOURCE_DIR);
  };
  CHECK(offences_in_tree("machine-paths", check_here) == "");
}

TEST_CASE("every top folder explains itself in a README") {
  // Room for a heading and two sentences; less explains nothing.
  constexpr std::size_t kReadmeBytesMin = 200;
  const auto without_readme = [](const std::vector<SourceFile>& files) {
    std::string missing;
    for (const std::string& folder : house_folders()) {
      const auto explains = [&folder](const SourceFile& file) {
        return file.path == folder + "/README.md" && file.text.size() >= kReadmeBytesMin;
      };
      if (std::none_of(files.begin(), files.end(), explains))
        missing += fmt::format("\n{}/README.md:1: missing or a stub", folder);
    }
    return missing;
  };
  const std::string stub_in_core = without_readme({make_source("core/README.md", "core\n")});
  CHECK(stub_in_core.find("core/README.md:1") != std::string::npos);
  CHECK(without_readme(tree()) == "");
}

TEST_CASE("files that pages name and link to exist") {
  const Check check = [](const SourceFile& file) {
    return named_file_offences(file, FENCELAB_SOURCE_DIR);
  };
  CHECK(lines(check, "docs/guide/x.md", "\n`core/no_such.hpp`\n") == Lines{2});
  CHECK(lines(check, "docs/guide/x.md", "`core/` `cli/run.cpp:3` `tests/X/` `no_such.cpp` `a/b`\n")
            .empty());
  CHECK(lines(check, "docs/guide/x.md", "[x](no_such.md), [y](trust.md#z), [z](https://x.y/z)\n") ==
        Lines{1});
  CHECK(lines(check, "docs/guide/x.md", "```sh\n`core/no_such.hpp`\n```\n").empty());
  CHECK(lines(check, "cli/README.md", "\n| `run.cpp` | `no_such.cpp` |\n") == Lines{2});
  CHECK(lines(check, "tests/README.md", "`self_lint.cpp` `.cpp` `lint/NAME.cpp`\n").empty());
  CHECK(lines(check, "cli/x.cpp", "// `core/no_such.hpp`\n").empty());
  CHECK(offences_in_tree("named-files", check) == "");
}

}  // namespace fencelab::lint
