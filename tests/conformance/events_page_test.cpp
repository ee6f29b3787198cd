// docs/reference/events.md: the events on the probe bus, as core/probe.hpp says of each what it
// carries.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "core/probe.hpp"
#include "tests/conformance/page.hpp"

namespace {

using fencelab::core::Probe;
using fencelab::core::ProbeKind;

struct Event {
  std::string name, carries;
};

/// The enumerators of ProbeKind with their comments, in order, from the text of the header.
std::vector<Event> events_in(const std::string& header) {
  const std::size_t begin = header.find("enum class ProbeKind");
  const std::string list = header.substr(begin, header.find("count_", begin) - begin);
  static const std::regex part(R"(\n  (\w+),|///< ([^\n]*))");
  std::vector<Event> events;
  for (std::sregex_iterator it(list.begin(), list.end(), part), end; it != end; ++it) {
    if (it->length(1) > 0)
      events.push_back({it->str(1), ""});
    else if (!events.empty())
      events.back().carries += (events.back().carries.empty() ? "" : " ") + it->str(2);
  }
  return events;
}

/// What an event of that kind says: Probe's own classes.
const char* sort_of(ProbeKind kind) {
  if (Probe::kOrdering.has(kind)) return "order";
  return Probe::kKnowledge.has(kind) ? "knowledge" : "fact";
}

std::vector<Event> events() {
  std::ifstream file(FENCELAB_SOURCE_DIR "/core/probe.hpp");
  return events_in({std::istreambuf_iterator<char>(file), {}});
}

std::string page() {
  std::string text =
      "# Events\n\nMade of `core/probe.hpp` by a test (`FENCELAB_WRITE_PAGES=1 "
      "build/tests/test_conformance \"[page]\"` writes it).\n\n"
      "Everything that can be observed of a run is an event on one bus: metrics, verdicts, traces "
      "and fingerprints are made of them. An "
      "event has a kind, the process that runs, its time, an `object`, two numbers `a` and `b`, "
      "and a `subject`, the model's own record. A "
      "*fact* is something that happened; *order* says what might have to be waited for, and "
      "*knowledge* what somebody learned: "
      "neither takes part in fingerprints and metrics.\n\n| kind | sort | carries "
      "|\n|---|---|---|\n";
  const std::vector<Event> all = events();
  for (std::size_t i = 0; i < all.size(); ++i)
    text += fmt::format("| `{}` | {} | {} |\n", all[i].name, sort_of(static_cast<ProbeKind>(i)),
                        all[i].carries);
  return text;
}

}  // namespace

TEST_CASE("docs/reference/events.md is what core/probe.hpp says", "[page]") {
  CHECK(events().size() == static_cast<std::size_t>(ProbeKind::count_));
  check_page("events.md", page());
}

TEST_CASE("events are read from the header with comments of several lines") {
  const std::vector<Event> read = events_in(
      "enum class ProbeKind {\n  one,  ///< a: x\n  two,\n        ///< b: y\n        ///< more\n  "
      "count_ ///< no\n};");
  REQUIRE(read.size() == 2);
  CHECK(read[0].name == "one");
  CHECK(read[0].carries == "a: x");
  CHECK(read[1].carries == "b: y more");
}
