// Pages of docs/reference that the program prints. FENCELAB_WRITE_PAGES=1 build/tests/test_cli
// "[page]" writes them.
#include "cli/reference.hpp"

#include <cstdlib>
#include <fstream>

#include "cli/program.hpp"
#include "core/wait_reason.hpp"
#include "tests/cli/mistakes.hpp"

using namespace fencelab;
using namespace fencelab::testing;

TEST_CASE("pages of the reference are what the program prints", "[cli][page]") {
  for (const std::string what : {"policies", "stacks", "rules", "words", "schema"}) {
    const Outcome outcome = run_fencelab({"list", what, "--markdown"});
    CHECK(outcome.exit_code == 0);
    const std::string path = FENCELAB_SOURCE_DIR "/docs/reference/" + what + ".md";
    if (std::getenv("FENCELAB_WRITE_PAGES")) std::ofstream(path) << outcome.out;
    INFO(path);
    CHECK(read_file(path) == outcome.out);
  }
}

TEST_CASE("what has no page of the reference says so", "[cli]") {
  for (const std::string what : {"axes", "scenarios"}) {
    const Outcome outcome = run_fencelab({"list", what, "--markdown"});
    CHECK(outcome.exit_code == 63);
    CHECK(outcome.out.empty());
    CHECK(outcome.err == "fencelab: --markdown: there is no page of " + what + "\n");
  }
}

TEST_CASE("each reason for waiting has its meaning, in their order", "[cli]") {
  const auto& words = cli::wait_reason_words();
  REQUIRE(words.size() == core::kWaitReasonCount);
  for (std::size_t i = 0; i < words.size(); ++i) CHECK(words[i].word == core::kWaitReasonNames[i]);
}

TEST_CASE("the schema that is printed is that of the tree, for editors", "[cli]") {
  const Outcome outcome = run_fencelab({"list", "schema"});
  CHECK(outcome.out == read_file(FENCELAB_SOURCE_DIR "/scenarios/schema/scenario.schema.json"));
}

TEST_CASE("cells of tables keep their bars", "[cli]") {
  CHECK(cli::cell("a|b||c") == "a\\|b\\|\\|c");
  CHECK(cli::cell("") == "");
}
