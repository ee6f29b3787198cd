// Names that are hard to write, given to the writers themselves: scenarios refuse most of them.
#include "analysis/trace/chrome_json.hpp"
#include "analysis/trace/ftrace_text.hpp"
#include "analysis/trace/perfetto.hpp"
#include "analysis/trace/slices.hpp"
#include "analysis/trace/text.hpp"
#include "tests/trace/readers.hpp"
#include "tests/trace/traced_runs.hpp"

using namespace fencelab::analysis;
using fencelab::core::Time;
using fencelab::testing::TemporaryFolder;

namespace {

const std::string kHard = "a \"b\"\\ \n\x01, {x}=(y) \xC3\xBC%20";
const std::string kBroken = "bad \xFF\xC0\x80\xED\xA0\x80";

void write_hard_names(TraceSink& sink) {
  sink.declare({1, 0, TrackKind::group, kHard});
  sink.declare({2, 1, TrackKind::thread, kHard});
  sink.declare({3, 1, TrackKind::counter, kBroken, true});
  const Argument arguments[] = {{kHard, kBroken}, {"large", ~std::uint64_t{0}}};
  sink.begin({2, Time{}, kHard, arguments});
  sink.count(3, Time{}, 7);
  Tracepoint point;
  point.kind = TracepointKind::fence_init;
  point.thread = 2;
  point.driver = kHard;
  point.timeline = kBroken;
  point.context = (std::uint64_t{1} << 32) + 5;
  point.seqno = 3;
  sink.tracepoint(point);
  sink.end(2, Time{}, {});
  sink.finish(Time{});
}

const std::string kReplaced = "\xEF\xBF\xBD";

}  // namespace

TEST_CASE("Bytes that are no UTF-8 are replaced, one by one, and all others kept", "[trace]") {
  CHECK(valid_utf8(kHard) == kHard);
  CHECK(valid_utf8("\xFF") == kReplaced);
  CHECK(valid_utf8("x\xC3") == "x" + kReplaced);
  CHECK(valid_utf8("\xC0\x80") == kReplaced + kReplaced);
  CHECK(valid_utf8("\xED\xA0\x80") == kReplaced + kReplaced + kReplaced);
  CHECK(valid_utf8("\xF4\x8F\xBF\xBF") == "\xF4\x8F\xBF\xBF");
  CHECK(valid_utf8("\xF4\x90\x80\x80").substr(0, 3) == kReplaced);
  CHECK(valid_utf8("\xE2\x82\xAC") == "\xE2\x82\xAC");
}

TEST_CASE("Words of ftrace text tell all names apart", "[trace]") {
  CHECK(ftrace_word("gpu0/rcs0") == "gpu0/rcs0");
  CHECK(ftrace_word("a b") == "a%20b");
  CHECK(ftrace_word("a%20b") == "a%2520b");
  CHECK(ftrace_word("a,b=c(d)\t\n") == "a%2Cb%3Dc%28d%29%09%0A");
  CHECK(ftrace_word("") == "?");
}

TEST_CASE("Whatever stands in names, each form can be read, and has them", "[trace]") {
  const TemporaryFolder folder;
  {
    TraceOutput json(folder.path("t.json")), binary(folder.path("t.pftrace")),
        text(folder.path("t.txt"));
    ChromeJson chrome(json);
    Perfetto perfetto(binary, TraceNames::linux_6_17);
    FtraceText ftrace(text, TraceNames::linux_6_17);
    for (TraceSink* const sink :
         {static_cast<TraceSink*>(&chrome), static_cast<TraceSink*>(&perfetto),
          static_cast<TraceSink*>(&ftrace)})
      write_hard_names(*sink);
  }
  const auto chrome = fencelab::tests::read_chrome(folder.path("t.json"));
  const auto perfetto = fencelab::tests::read_perfetto(folder.path("t.pftrace"));
  const std::string replaced = valid_utf8(kBroken);
  for (const auto* const timeline : {&chrome, &perfetto.timeline}) {
    CHECK(timeline->tracks.at(2) == kHard);
    REQUIRE(timeline->slices.size() == 1);
    CHECK(timeline->slices[0].name == kHard);
    CHECK(timeline->slices[0].arguments.at(kHard) == replaced);
    CHECK(timeline->slices[0].arguments.at("large") == "18446744073709551615");
    CHECK(timeline->counter(replaced).back() == 7);
  }
  for (const auto& points : {perfetto.points, fencelab::tests::read_ftrace(folder.path("t.txt"))}) {
    REQUIRE(points.size() == 1);
    CHECK(points[0].fields.at("context") == "5");  // 32 bits, as the kernel prints it
    CHECK(points[0].fields.at("seqno") == "3");
    CHECK(points[0].pid == 2);
  }
  const auto point = fencelab::tests::read_ftrace(folder.path("t.txt")).front();
  CHECK(point.fields.at("driver") == ftrace_word(kHard));
  CHECK(point.comm == ftrace_word(kHard));
}

TEST_CASE("Arrows lead to each waiter of what it waited for, and to nobody who has gone",
          "[trace]") {
  using fencelab::core::ObjectId;
  Arrows arrows;
  arrows.wait(1, ObjectId{10}, 5);
  arrows.wait(2, ObjectId{10}, 7);
  arrows.wait(2, ObjectId{11}, 0);
  arrows.wait(3, ObjectId{11}, 0);
  CHECK(arrows.happened(ObjectId{12}, ~0ull).empty());
  CHECK(arrows.happened(ObjectId{10}, 4).empty());
  const auto first = arrows.happened(ObjectId{10}, 5);
  CHECK(first.size() == 1);
  CHECK(arrows.arrived(1) == first);
  CHECK(arrows.arrived(3).empty());  // gave up
  const auto second = arrows.happened(ObjectId{11}, ~0ull);
  CHECK(second.size() == 1);
  CHECK(arrows.arrived(2) == second);
  CHECK(arrows.happened(ObjectId{10}, 9).empty());  // it waits no more
}
