// The class of a finding keys baselines. So it is the same in whatever order a scenario declares
// its processes, threads, buffers, locks and whatever else it refers to by name.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <random>
#include <set>

#include "campaign/check_all.hpp"
#include "campaign/scenario_variant.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;
using namespace fencelab::campaign;
using Json = nlohmann::json;

namespace {

void shuffle_member(Json& object, const char* member, std::mt19937_64& random) {
  if (object.contains(member) && object[member].is_array())
    std::shuffle(object[member].begin(), object[member].end(), random);
}

/// The same scenario, declared in another order. Programs keep theirs, and so do GPUs, which say
/// by their place where memory is moved first.
Json declared_otherwise(Json document, std::mt19937_64& random) {
  for (const char* const list :
       {"processes", "buffers", "locks", "timelines", "channels", "displays", "swapchains"})
    shuffle_member(document, list, random);
  for (Json& process : document["processes"])
    for (const char* const list : {"threads", "buffers", "contexts", "locks", "timelines"})
      shuffle_member(process, list, random);
  return document;
}

/// What is stuck, by class.
std::set<std::string> classes_in(const CheckRecord& record) {
  std::set<std::string> classes;
  for (const CheckFinding& finding : record.findings)
    if (finding.kind != "predicted") classes.insert(finding.signature);
  return classes;
}

/// Checks of a scenario of the library: as it is, and declared otherwise.
class Library {
 public:
  // Without seeing all schedules, which way a race goes may hang on who was declared first: what
  // only some explored schedule shows is left out.
  void add_all() {
    std::vector<std::string> files;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(FENCELAB_SOURCE_DIR "/scenarios/library"))
      if (entry.path().extension() == ".json") files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    for (std::size_t i = 0; i < files.size(); i += kStep) add_file(files[i]);
  }

  std::vector<CheckRecord> check() const {
    return check_all(items_, {}, [](const CheckRecord&) {});
  }

  static constexpr std::size_t kOrders =
      tests::kSanitized ? 2 : 4;  ///< the first of them as in the file
  static constexpr std::size_t kStep = tests::kSanitized ? 4 : 1;  ///< each such file

 private:
  void add_file(const std::string& file) {
    const auto document = document_of(file, {});
    if (!document || !document->contains("expect")) return;
    for (const auto& [stack, expected] : document->at("expect").items()) {
      const Json verdict = expected.value("claim", expected.value("verdict", Json()));
      const std::string strength = expected.value("strength", "observed");
      if (verdict.dump().find("complete") != std::string::npos || strength == "explored") continue;
      for (std::size_t i = 0; i < kOrders; ++i)
        add(i == 0 ? *document : declared_otherwise(*document, random_), file, stack,
            strength == "proved");
    }
  }

  void add(const Json& document, const std::string& file, const std::string& stack, bool proved) {
    variants_.push_back(variant_of(document, file, stack, reading_));
    REQUIRE(variants_.back());
    CheckItem item{&variants_.back()->scenario, &variants_.back()->stack, {1}, {}};
    item.options.strength = proved ? Strength::proved : Strength::observed;
    item.options.steps_max = 2'000'000;
    item.options.counterexamples = false;
    items_.push_back(item);
  }

  const policies::Registry registry_ = policies::Registry::built_in();
  const ScenarioReading reading_{registry_, scenarios::policy_names(registry_, {})};
  std::mt19937_64 random_{5};
  std::vector<std::unique_ptr<ScenarioVariant>> variants_;
  std::vector<CheckItem> items_;
};

}  // namespace

TEST_CASE("Deadlocks of the library keep their class in every order of declarations") {
  Library library;
  library.add_all();
  const std::vector<CheckRecord> records = library.check();
  REQUIRE(records.size() >= 20 * Library::kOrders / Library::kStep);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const CheckRecord& original = records[i - i % Library::kOrders];
    INFO(records[i].scenario << " " << records[i].stack << " " << records[i].message);
    CHECK(records[i].status == "ok");
    CHECK_FALSE(classes_in(original).empty());
    CHECK(classes_in(records[i]) == classes_in(original));
  }
}
