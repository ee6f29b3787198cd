// The language of the kernel recordings where the recordings are thin: expectations worked out from
// the rules of the kernel, not taken from rows. Each says which rule it is about.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/conformance/recordings/run.hpp"

using namespace fencelab;
using namespace fencelab::recordings;

namespace {

constexpr auto kNewest = models::KernelVersion::v7_2;

/// Checks that `ops` are answered with the list of JSON in `answers`.
void check(const char* rule, const std::vector<std::string>& ops, const std::string& answers,
           models::KernelVersion kernel = kNewest) {
  const Row row{.id = 0, .name = rule, .ops = ops, .expected = {}};
  const std::vector<json> got = execute(row, kernel);
  const json expected = json::parse(answers);
  INFO(rule);
  REQUIRE(expected.size() == got.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    INFO(i << ": " << ops[i] << " expected " << expected[i].dump() << " got " << got[i].dump());
    CHECK(same_answer(expected[i], got[i], Order::exact));
  }
}

}  // namespace

TEST_CASE("recordings: names that stand for nothing make an operation undefined") {
  check("whatever else is wrong with it", {"import B0 - S0", "ywait v Y0", "export B0 r S0"},
        R"(["undef", "undef", "undef"])");
  check("a closed object is gone, a shared one is not",
        {"buf B0", "newfence F0 S0", "closebuf B0", "poll B0 r", "import B0 w S0", "sclose S0",
         "info S0", "ycreate Y0", "yshare Y0 Y1", "ydestroy Y0", "yquery Y0", "ytsignal Y1:4",
         "yquery Y1", "signal F0", "closebuf B0"},
        R"([0, 0, 0, "undef", "undef", 0, "undef", 0, 0, 0, "undef", 0, 4, 0, "undef"])");
  check("a name keeps its meaning when an operation that would redefine it fails",
        {"buf B0", "attach B0 w F0", "export B0 r S0", "export B0 - S0", "info S0",
         "attach B0 w F0", "signal F0", "info S0"},
        R"([0, 0, 0, "EINVAL", {"st":0,"n":1,"f":[0]}, "EBUSY", 0, {"st":1,"n":1,"f":[1]}])");
  check("a get that finds nothing defines nothing", {"buf B0", "rget B0 b S0", "fdump S0"},
        R"([0, "none", "undef"])");
}

TEST_CASE("recordings: a transfer waits five seconds for submission, vgem fences live for ten") {
  check("find_fence with WAIT_FOR_SUBMIT, to a point and to binary",
        {"newfence F0 S0", "ycreate Y0", "ycreate Y1", "ytransfer Y1:3 Y0:0",
         "ytransfer Y1:3 Y0:0 s", "spoll S0", "ytsignal Y0:2", "ytransfer Y1:3 Y0:2 s",
         "ytransfer Y1:0 Y0:3 s", "spoll S0", "info S0", "signal F0", "signal F0", "yquery Y1"},
        R"([0, 0, 0, "EINVAL", "ETIME", 0, 0, 0, "ETIME", 1, {"st":1,"n":1,"f":[1]}, "ETIMEDOUT",
            "ENOENT", 3])");
  check("ten seconds count from the attach, in pieces; a merged file sees one fence go",
        {"newfence F0 S0", "sleep 6000", "newfence F1 S1", "merge S0 S1 S2", "sleep 3900",
         "info S2", "sleep 200", "info S2", "signal F0", "swait S2 7000", "signal F1"},
        R"([0, 0, 0, 0, 0, {"st":0,"n":2,"f":[0,0]}, 0, {"st":0,"n":2,"f":[1,0]}, "ETIMEDOUT", 1,
            "ETIMEDOUT"])");
  check("a fence that expired lets others in, and never fails",
        {"buf B0", "attach B0 w F0", "poll B0 rw", "attach B0 w F1", "sleep 10600", "poll B0 rw",
         "attach B0 w F1", "signal F0", "signal F1"},
        R"([0, 0, "", "EBUSY", 0, "io", 0, "ETIMEDOUT", 0])");
}

TEST_CASE("recordings: poll stays armed on the fence it found, though it was replaced") {
  check("dma_buf_poll: one callback a direction",
        {"buf B0", "tl T0", "tfence T0 1 S0", "tfence T0 2 S1", "radd B0 r S0", "poll B0 w",
         "radd B0 r S1", "rdump B0", "tset T0 1", "poll B0 w", "tset T0 2", "poll B0 w"},
        R"([0, 0, 0, 0, 0, "", 0, [["T0",2,"r",0]], 0, "", 0, "o"])");
  check("the reservation is idle, yet the direction waits; the other one is its own",
        {"buf B0", "buf B1", "tl T0", "tfence T0 1 S0", "radd B0 w S0", "poll B0 r", "rcopy B0 B1",
         "rdump B0", "poll B0 rw", "rtest B0 b", "tset T0 1", "poll B0 rw"},
        R"([0, 0, 0, 0, 0, "", 0, [], "o", 1, 0, "io"])");
}

TEST_CASE("recordings: errors show where somebody listened in time") {
  check("first error in time of an armed array; in order of members of what was done before",
        {"tl T0", "tl T1", "tl T2", "tfence T0 1 S0", "tfence T1 1 S1", "tfence T2 1 S2",
         "merge S0 S1 S3", "merge S3 S2 S4", "spoll S4", "tset T2 1 125", "tset T1 1 5",
         "tset T0 1", "info S4"},
        R"([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {"st":-125,"n":3,"f":[1,-5,-125]}])");
  check("listening after the last member is too late only if somebody looked in between",
        {"tl T0", "tl T1", "tfence T0 1 S0", "tfence T1 1 S1", "merge S0 S1 S2", "merge S0 S1 S3",
         "tset T0 1 5", "tset T1 1", "spoll S2", "info S2", "info S3", "spoll S3", "info S3"},
        R"([0, 0, 0, 0, 0, 0, 0, 0, 1, {"st":-5,"n":2,"f":[-5,1]}, {"st":1,"n":2,"f":[-5,1]}, 1,
            {"st":1,"n":2,"f":[-5,1]}])");
  check("a syncobj wait listens; a wait refused for a missing fence only looks",
        {"tl T0", "tl T1", "tfence T0 1 S0", "tfence T1 1 S1", "merge S0 S1 S2", "merge S0 S1 S3",
         "ycreate Y0", "ycreate Y1", "ycreate Y2", "yimport Y0 S2", "yimport Y1 S3", "ywait - Y0",
         "tset T0 1 5", "tset T1 1", "ywait - Y1 Y2", "spoll S3", "info S3", "info S2"},
        R"([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "ETIME", 0, 0, "EINVAL", 1,
            {"st":1,"n":2,"f":[-5,1]}, {"st":-5,"n":2,"f":[-5,1]}])");
  check("AVAILABLE does not listen, and a chain has no error of its own",
        {"tl T0", "tl T1", "tfence T0 1 S0", "tfence T1 1 S1", "merge S0 S1 S2", "ycreate Y0",
         "ycreate Y1", "yimport Y0 S2", "ytransfer Y1:1 Y0:0", "ytwait v Y1:1", "tset T0 1 5",
         "tset T1 1", "yexport Y1 S3", "spoll S3", "info S3", "ywait - Y0", "info S2"},
        R"([0, 0, 0, 0, 0, 0, 0, 0, 0, {"first":0}, 0, 0, 0, 1, {"st":1,"n":2,"f":[-5,1]},
            {"first":0}, {"st":1,"n":2,"f":[-5,1]}])");
  check("a flip listens to its in-fence, and its own fence does not fail",
        {"buf B0 vgpu", "tl T0", "tl T1", "tfence T0 1 S0", "tfence T1 1 S1", "merge S0 S1 S2",
         "flip B0 S2 S3", "sleep 50", "tset T0 1 5", "tset T1 1", "swait S3 500", "info S2",
         "info S3"},
        R"([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, {"st":-5,"n":2,"f":[-5,1]}, {"st":1,"n":1,"f":[1]}])");
}

TEST_CASE("recordings: timelines out into files and back") {
  check("an exported timeline holds its newest fence and what is pending before it",
        {"tl T0",          "tl T1",
         "tl T2",          "tfence T0 1 S0",
         "tfence T1 1 S1", "tfence T2 1 S2",
         "ycreate Y0",     "ycreate Y1",
         "yimport Y1 S0",  "ytransfer Y0:1 Y1:0",
         "yimport Y1 S1",  "ytransfer Y0:2 Y1:0",
         "yimport Y1 S2",  "ytransfer Y0:3 Y1:0",
         "yexport Y0 S3",  "fdump S3",
         "tset T1 1",      "fdump S3",
         "tset T2 1",      "info S3",
         "tset T0 1",      "info S3",
         "yquery Y0"},
        R"([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            {"t":"chain","f":[["T2",1,0],["T1",1,0],["T0",1,0]]}, 0,
            {"t":"chain","f":[["T2",1,0],["T0",1,0]]}, 0, {"st":0,"n":2,"f":[1,0]}, 0,
            {"st":1,"n":1,"f":[1]}, 3])");
  check("imported again it is a timeline; its pending fences go into a buffer one by one",
        {"buf B0", "newfence F0 S0", "newfence F1 S1", "ycreate Y0", "ycreate Y1", "yimport Y1 S0",
         "ytransfer Y0:2 Y1:0", "yimport Y1 S1", "ytransfer Y0:5 Y1:0", "yexport Y0 S2",
         "yimport Y1 S2", "yquery Y1 last", "ytwait - Y1:3", "import B0 w S2", "dump B0",
         "signal F0", "yquery Y1", "merge S2 S0 S3", "info S3"},
        R"([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, "ETIME", 0, [["write",0],["write",0]], 0, 2, 0,
            {"st":0,"n":1,"f":[0]}])");
  check("a binary fence before the first point is part of the timeline",
        {"newfence F0 S0", "ycreate Y0", "yimport Y0 S0", "ytsignal Y0:4", "yquery Y0",
         "ytwait - Y0:2", "yquery Y0 last", "ytwait - Y0:5", "signal F0", "yquery Y0",
         "ytwait - Y0:2"},
        R"([0, 0, 0, 0, 0, "ETIME", 4, "EINVAL", 0, 4, {"first":0}])");
}

TEST_CASE("recordings: points up to the last of 64 bits") {
  check("numbers do not wrap: a point not above the last takes the last's number",
        {"ycreate Y0", "ytsignal Y0:4294967296", "yquery Y0", "ytwait - Y0:4294967297",
         "ytsignal Y0:18446744073709551615", "yquery Y0", "yquery Y0 last",
         "ytwait - Y0:18446744073709551615", "ytsignal Y0:1", "yquery Y0", "ytsignal Y0:0",
         "yquery Y0 last", "ytwait - Y0:1"},
        R"([0, 0, 4294967296, "EINVAL", 0, 18446744073709551615, 18446744073709551615, {"first":0},
            0, 18446744073709551615, 0, 18446744073709551615, {"first":0}])");
  check("a point above 2^31 further on is later, not earlier as 32 bits would have it",
        {"newfence F0 S0", "ycreate Y0", "ycreate Y1", "yimport Y1 S0", "ytransfer Y0:1 Y1:0",
         "ytsignal Y0:3000000000", "yquery Y0", "ytwait - Y0:1", "signal F0", "yquery Y0"},
        R"([0, 0, 0, 0, 0, 0, 0, "ETIME", 0, 3000000000])");
}

TEST_CASE("recordings: eventfds count what they were told to, once") {
  check("of a point that is there, to come, replaced, and of a whole syncobj",
        {"newfence F0 S0", "ycreate Y0", "yeventfd Y0:0 - E0", "yeventfd Y0:0 v E1", "eread E1",
         "yimport Y0 S0", "eread E0", "eread E1", "yreset Y0", "ysignal Y0", "eread E0", "eread E1",
         "signal F0", "eread E0", "eread E0"},
        R"([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0])");
  check("a fence that was found outlives the syncobj, a point that never came does not",
        {"newfence F0 S0", "ycreate Y0", "yeventfd Y0:9 - E1", "yimport Y0 S0",
         "yeventfd Y0:0 - E0", "ydestroy Y0", "signal F0", "eread E0", "eread E1"},
        R"([0, 0, 0, 0, 0, 0, 0, 1, 0])");
  check("a point in a gap fires with the next higher one and with all before that",
        {"newfence F0 S0", "ycreate Y0", "ycreate Y1", "yeventfd Y0:3 - E0", "yimport Y1 S0",
         "ytransfer Y0:2 Y1:0", "ytsignal Y0:5", "eread E0", "signal F0", "eread E0"},
        R"([0, 0, 0, 0, 0, 0, 0, 0, 0, 1])");
}

TEST_CASE("recordings: CPU access and virtio-gpu's wait go by the same classes as poll") {
  check("a reader waits for writers, a writer for readers too, nobody for bookkeep",
        {"buf B0", "tl T0", "tl T1", "tfence T0 1 S0", "tfence T1 1 S1", "radd B0 b S1",
         "cpusync B0 rw", "radd B0 r S0", "cpusync B0 r", "cpusync B0 w", "cpusync B0 rw",
         "radd B0 w S0", "cpusync B0 r", "tset T0 1", "cpusync B0 rw", "cpusync B0 -"},
        R"([0, 0, 0, 0, 0, 0, 0, 0, 0, "blocked", "blocked", 0, "blocked", 0, 0, "EINVAL"])");
  check("VIRTGPU_WAIT is that of a writer",
        {"buf B0 vgpu", "vwait B0", "attach B0 r F0", "vwait B0", "signal F0", "vwait B0",
         "attach B0 w F1", "vwait B0", "sleep 10600", "vwait B0"},
        R"([0, 0, 0, "EBUSY", 0, 0, 0, "EBUSY", 0, 0])");
}

TEST_CASE("recordings: a list that grows has the kernel's size, and forgets what is done") {
  check("five slots at first; copies have a list of their own size",
        {"buf B0",         "buf B1",         "tl T0",          "tl T1",          "tl T2",
         "tl T3",          "tl T4",          "tl T5",          "tfence T0 1 S0", "tfence T1 1 S1",
         "tfence T2 1 S2", "tfence T3 1 S3", "tfence T4 1 S4", "tfence T5 1 S5", "radd B0 r S0",
         "radd B0 r S1",   "radd B0 r S2",   "radd B0 r S3",   "radd B0 b S4",   "tset T1 1",
         "tset T3 1",      "rdump B0",       "rcopy B1 B0",    "rdump B1",       "radd B0 w S5",
         "rdump B0"},
        R"([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            [["T0",1,"r",0],["T1",1,"r",1],["T2",1,"r",0],["T3",1,"r",1],["T4",1,"b",0]], 0,
            [["T0",1,"r",0],["T2",1,"r",0],["T4",1,"b",0]], 0,
            [["T0",1,"r",0],["T2",1,"r",0],["T4",1,"b",0],["T5",1,"w",0]]])");
  check("two fences of one context and number are two: neither is later",
        {"buf B0", "tl T0", "tfence T0 1 S0", "tfence T0 1 S1", "radd B0 r S0", "radd B0 r S1",
         "rdump B0", "radd B0 w S1", "rdump B0"},
        R"([0, 0, 0, 0, 0, 0, [["T0",1,"r",0],["T0",1,"r",0]], 0,
            [["T0",1,"r",0],["T0",1,"w",0]]])");
}

TEST_CASE("recordings: page flips, and what the kernels differ in") {
  const std::vector<std::string> ops = {
      "buf B0 vgpu",  "tl T0",        "tfence T0 1 S0", "radd B0 k S0", "flip B0 - S1",
      "swait S1 80",  "flip B0 - S2", "tset T0 1",      "swait S1 500", "sleep 50",
      "flip B0 - S3", "swait S3 80",  "flip B0 - -"};
  check("kernel fences hold up a flip", ops, R"([0, 0, 0, 0, 0, 0, "EBUSY", 0, 1, 0, 0, 1, 0])");
  check("quirk virtio-flip-ignores-buffer", ops, R"([0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0])",
        models::KernelVersion::v6_12);
  check("explicit fences are waited for by all; an out-fence may be the next in-fence",
        {"buf B0 vgpu", "newfence F0 S0", "flip B0 S0 S1", "swait S1 80", "signal F0",
         "swait S1 80", "flip B0 S1 S2", "swait S2 80", "info S2"},
        R"([0, 0, 0, 0, 0, 1, 0, 1, {"st":1,"n":1,"f":[1]}])", models::KernelVersion::v6_1);
}

TEST_CASE("recordings: a wrong answer is reported with what was expected and what came") {
  std::ifstream file(std::string(FENCELAB_SOURCE_DIR) + "/tests/data/kernel_recordings/hand.jsonl");
  std::string line;
  REQUIRE(std::getline(file, line));
  json row = json::parse(line);
  row["res"][3] = "io";  // a poll that the kernel answered with nothing
  row["res"][10]["f"] = json::array({1});
  std::istringstream input(row.dump());
  std::ostringstream report;
  const Totals totals = run_rows(input, "wrong.jsonl", kNewest, Order::sorted, report);
  CHECK(totals.text() == "1 sequences, 18 operations, 2 mismatches");
  CHECK(report.str() ==
        "wrong.jsonl: sequence 1 write-blocks-all, operation 3 `poll B0 r`: expected \"io\", got "
        "\"\"\nwrong.jsonl: sequence 1 write-blocks-all, operation 10 `info S0`: expected "
        "{\"f\":[1],\"n\":1,\"st\":0}, got {\"f\":[0],\"n\":1,\"st\":0}\n");
}

TEST_CASE("recordings: what is no row is refused with its place, not passed") {
  const auto refuses = [](const std::string& text) {
    std::istringstream input(text);
    std::ostringstream report;
    CHECK_THROWS_AS(run_rows(input, "bad.jsonl", kNewest, Order::sorted, report), BadInput);
  };
  refuses("{");
  refuses(R"({"id":1,"ops":["buf B0"],"res":[],"on":["7.2"]})");
  refuses(R"({"id":1,"ops":["fly B0"],"res":[0],"on":["7.2"]})");
  refuses(R"({"id":1,"ops":["buf B0","poll B0 x"],"res":[0,0],"on":["7.2"]})");
  refuses(R"({"id":1,"ops":["ycreate Y0","ytsignal Y0:x"],"res":[0,0],"on":["7.2"]})");
}
