// Names: unknown, given twice, of the wrong kind, not visible.
#include <catch2/catch.hpp>

#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;

namespace {

const std::string kDraw = "/processes/0/threads/0/program/3/loop/body/2/submit";
const std::string kHelper = "/processes/0/threads/1/program";

}  // namespace

TEST_CASE("an unknown name gets the nearest of its kind", "[scenarios]") {
  check_patch(
      "\"buffers\": [\"tex.3\"]", "\"buffers\": [\"txe.3\"]",
      {"unknown-name", kHelper + "/7/send/buffers/0", "\"txe.3\"", "did you mean \"tex\"?"});
  check_patch("{\"buffer\": \"vbo\"", "{\"buffer\": \"vob\"",
              {"unknown-name", kDraw + "/reads/1/buffer", "\"vob\"", "did you mean \"vbo\"?"});
  check_patch("\"writes\": [\"@win\"]", "\"writes\": [\"@wni\"]",
              {"unknown-name", kDraw + "/writes/0", "\"@wni\"", "did you mean \"win\"?"});
  check_patch("\"reads\": [\"#pipe\"]", "\"reads\": [\"#pip\"]",
              {"unknown-name", "/processes/1/threads/0/program/1/submit/reads/0", "\"#pip\"",
               "did you mean \"pipe\"?"});
  check_patch("\"duration\": \"3 ms\"", "\"engine\": \"rsc0\", \"duration\": \"3 ms\"",
              {"unknown-name", kDraw + "/engine", "\"rsc0\"", "did you mean \"rcs0\"?"});
  check_patch("{\"context\": \"compose\"", "{\"context\": \"compsoe\"",
              {"unknown-name", "/processes/1/threads/0/program/1/submit/context", "\"compsoe\"",
               "did you mean \"compose\"?"});
  check_patch(
      "\"wait_values\": [{\"timeline\": \"user\"", "\"wait_values\": [{\"timeline\": \"usr\"",
      {"unknown-name", kDraw + "/wait_values/0/timeline", "\"usr\"", "did you mean \"user\"?"});
  check_patch("\"ww_unlock\": [\"big\"", "\"ww_unlock\": [\"bgi\"",
              {"unknown-name", kHelper + "/1/ww_unlock/0", "\"bgi\"", "did you mean \"big\"?"});
  check_patch("{\"receive\": \"pipe\"}", "{\"receive\": \"pipes\"}, {\"receive\": \"pipe\"}",
              {"unknown-name", "/processes/1/threads/0/program/0/receive", "\"pipes\"",
               "did you mean \"pipe\"?"});
  check_patch("{\"latch\": \"win\"}", "{\"latch\": \"win\"}, {\"latch\": \"wim\"}",
              {"unknown-name", "/processes/1/threads/0/program/2/loop/body/1/latch", "\"wim\"",
               "did you mean \"win\"?"});
  check_patch("{\"vblank\": \"panel\"}", "{\"vblank\": \"pannel\"}",
              {"unknown-name", "/processes/1/threads/0/program/2/loop/body/2/vblank", "\"pannel\"",
               "did you mean \"panel\"?"});
  check_patch("{\"fork\": \"helper\"}", "{\"fork\": \"helpr\"}",
              {"unknown-name", "/processes/0/threads/0/program/0/fork", "\"helpr\"",
               "did you mean \"helper\"?"});
  check_patch("\"after\": [\"cpu\"]", "\"after\": [\"cpuu\"]",
              {"unknown-name", kDraw + "/after/0", "\"cpuu\"", "did you mean \"cpu\"?"});
}

TEST_CASE("unknown names of the platform get the nearest ones", "[scenarios]") {
  check_patch(
      "[\"gpu0\", \"memory\"]", "[\"gpu0\", \"memroy\"]",
      {"unknown-name", "/platform/links/0/connects/1", "\"memroy\"", "did you mean \"memory\"?"});
  check_patch("\"refresh\": \"60 Hz\"", "\"refresh\": \"60 Hz\", \"gpu\": \"gpu1\"",
              {"unknown-name", "/displays/0/gpu", "\"gpu1\"", "did you mean \"gpu0\"?"});
  check_patch(
      "{\"name\": \"compose\"}", "{\"name\": \"compose\", \"gpu\": \"gup0\"}",
      {"unknown-name", "/processes/1/contexts/0/gpu", "\"gup0\"", "did you mean \"gpu0\"?"});
  check_patch(
      "\"engine\": \"rcs0\"", "\"engine\": \"rcs00\"",
      {"unknown-name", "/processes/0/contexts/0/engine", "\"rcs00\"", "did you mean \"rcs0\"?"});
  check_patch(
      "\"class\": \"vcs\", \"balanced\"", "\"class\": \"vsc\", \"balanced\"",
      {"unknown-name", "/processes/0/contexts/1/class", "\"vsc\"", "did you mean \"vcs\"?"});
  check_patch("\"master\": \"rcs0\"", "\"master\": \"rcs9\"",
              {"unknown-name", "/processes/0/contexts/1/bonds/0/master", "\"rcs9\"",
               "did you mean \"rcs0\"?"});
}

TEST_CASE("unknown processes, operations, stacks, presets, policies and metrics are named",
          "[scenarios]") {
  check_patch("\"process\": \"client\"", "\"process\": \"cleint\"",
              {"unknown-name", "/faults/0/process", "\"cleint\"", "did you mean \"client\"?"});
  check_patch("\"op\": \"draw\"", "\"op\": \"drwa\"",
              {"unknown-name", "/faults/0/op", "\"drwa\"", "did you mean \"draw\"?"});
  check_patch("\"linux-implicit\": {", "\"linux-implict\": {",
              {"unknown-name", "/expect/linux-implict", "\"linux-implict\": {",
               "did you mean \"linux-implicit\"?"});
  check_patch("\"preset\": \"linux-implicit\"", "\"preset\": \"linux-explicit\"",
              {"unknown-name", "/stacks/1/preset", "\"linux-explicit\"",
               "did you mean \"linux-implicit\"?"},
              some_names());
  check_patch("\"policy\": \"tdr\"", "\"policy\": \"trd\"",
              {"unknown-name", "/stacks/1/axes/hang/policy", "\"trd\"", "did you mean \"tdr\"?"},
              some_names());
  check_patch("\"hang\": {", "\"sync\": \"implict\", \"hang\": {",
              {"unknown-name", "/stacks/1/axes/sync", "\"implict\"", "did you mean \"implicit\"?"},
              some_names());
  check_patch("\"timeout\": \"2 s\"", "\"timeuot\": \"2 s\"",
              {"unknown-parameter", "/stacks/1/axes/hang/timeuot", "\"timeuot\"",
               "did you mean \"timeout\"?"},
              some_names());
  check_patch("\"deadlocks\"", "\"deadloks\"",
              {"unknown-name", "/expect/linux-implicit/metrics/deadloks", "\"deadloks\"",
               "did you mean \"deadlocks\"?"},
              some_names());
  check_patch("\"axes\": {", "\"gpus\": {\"gpu7\": {}}, \"axes\": {",
              {"unknown-name", "/stacks/1/gpus/gpu7", "\"gpu7\"", "did you mean \"gpu0\"?"});
}

TEST_CASE("parameters without a policy must be those of some policy of the axis", "[scenarios]") {
  const std::string text = patched("\"policy\": \"tdr\", ", "");
  CHECK(load(text, some_names()).ok());
  check_only_error(patched(text, "\"timeout\": \"2 s\"", "\"retries\": 3"),
                   {"unknown-parameter", "/stacks/1/axes/hang/retries", "\"retries\"", ""},
                   some_names());
}

TEST_CASE("a name given twice points to the second and mentions the first", "[scenarios]") {
  check_patch(
      "{\"name\": \"vbo\"", "{\"name\": \"tex\", \"size\": \"1 B\"}, {\"name\": \"vbo\"",
      {"duplicate-name", "/buffers/1/name", "\"tex\", \"size\": \"1 B\"", "the first is at 16:5"});
  check_patch("[\"big\", \"small\"],\n  \"channels\"",
              "[\"big\", \"small\", \"big\" ],\n  \"channels\"",
              {"duplicate-name", "/locks/2", "\"big\" ]", "the first is at 21:13"});
  check_patch("{\"name\": \"vcs0\"}", "{\"name\": \"rcs0\"}, \"vcs0\"",
              {"duplicate-name", "/platform/gpus/0/engines/1/name", "\"rcs0\"}, \"vcs0\"",
               "the first is at 11:20"});
  check_patch("{\"name\": \"helper\", \"forked\"",
              "{\"name\": \"main\", \"program\": [{\"think\": \"1 ns\"}]},"
              "{\"name\": \"helper\", \"forked\"",
              {"duplicate-name", "/processes/0/threads/1/name",
               "\"main\", \"program\": [{\"think\"", "the first is at 33:8"});
  check_patch("{\"sw_signal\": \"cpu\"}", "{\"id\": \"draw\" , \"sw_signal\": \"cpu\"}",
              {"duplicate-name", kHelper + "/2/id", "\"draw\" ,", "the first is at 40:19"});
  check_patch(
      "{\"name\": \"compositor\"", "{\"name\": \"client\"",
      {"duplicate-name", "/processes/1/name", "\"client\", \"count\"", "the first is at 26:5"});
  check_patch("\"name\": \"tdr\"", "\"name\": \"linux-implicit\"",
              {"duplicate-name", "/stacks/1/name", "\"linux-implicit\", \"preset\"",
               "the first is at 75:5"});
}

TEST_CASE("images of a swapchain are buffers, so that no buffer may have its name", "[scenarios]") {
  check_patch(
      "{\"name\": \"vbo\"", "{\"name\": \"win\", \"size\": \"1 B\"}, {\"name\": \"vbo\"",
      {"duplicate-name", "/swapchains/0/name", "\"win\", \"images\"", "the first is at 17:5"});
}

TEST_CASE("a name of a set needs an element, and only an element that exists", "[scenarios]") {
  check_patch("[\"tex.3\"]", "[\"tex\"]",
              {"ambiguous-name", kHelper + "/7/send/buffers/0", "\"tex\"]", ""});
  check_patch("[\"tex.3\"]", "[\"tex.4\"]",
              {"out-of-range", kHelper + "/7/send/buffers/0", "\"tex.4\"]", ""});
  check_patch("[\"tex.3\"]", "[\"tex.2-4\"]",
              {"out-of-range", kHelper + "/7/send/buffers/0", "\"tex.2-4\"", ""});
  check_patch("[\"tex.3\"]", "[\"tex.3-1\"]",
              {"out-of-range", kHelper + "/7/send/buffers/0", "\"tex.3-1\"", ""});
  check_patch("[\"tex.3\"]", "[\"win\"]",
              {"ambiguous-name", kHelper + "/7/send/buffers/0", "\"win\"]", ""});
  check_patch(
      "[\"tex.3\"]", "[\"tex.x\"]",
      {"unknown-name", kHelper + "/7/send/buffers/0", "\"tex.x\"", "did you mean \"tex\"?"});
  check_patch("{\"invalidate\": \"ptr\"}", "{\"invalidate\": \"ptr\"}, {\"free\": \"tex.*\"}",
              {"ambiguous-name", kHelper + "/9/free", "\"tex.*\"", ""});
}

TEST_CASE("private things of one process are unknown to another, which is said", "[scenarios]") {
  const std::string text =
      patched("\"locks\": [\"big\"",
              "\"locks\": [{\"name\": \"mine\", \"process\": \"compositor\"}, \"big\"");
  check_only_error(patched(text, "\"ww_lock\": [\"big\"", "\"ww_lock\": [\"mine\""),
                   {"unknown-name", kHelper + "/0/ww_lock/0", "\"mine\", \"small\"",
                    "\"mine\" is private to process \"compositor\""});
}

TEST_CASE("a reference to an operation of the wrong kind is refused", "[scenarios]") {
  const std::string labelled =
      patched("{\"throttle\": 2}", "{\"id\": \"pause\", \"think\": \"1 us\"}");
  check_only_error(patched(labelled, "\"after\": [\"cpu\"]", "\"after\": [\"pause\"]"),
                   {"wrong-kind", kDraw + "/after/0", "\"pause\"], \"wait", ""});
  check_patch("\"after\": [\"cpu\"]", "\"after_start\": [\"cpu\"]",
              {"wrong-kind", kDraw + "/after_start/0", "\"cpu\"], \"wait", ""});
  check_patch("{\"sw_signal\": \"cpu\"}", "{\"sw_signal\": \"draw\"}",
              {"wrong-kind", kHelper + "/2/sw_signal", "\"draw\"},", ""});
  check_patch("{\"terminate\": \"spin\"}", "{\"terminate\": \"draw\"}",
              {"not-infinite", kHelper + "/6/terminate", "\"draw\"},", ""});
  check_patch("{\"terminate\": \"spin\"}", "{\"terminate\": \"cpu\"}",
              {"wrong-kind", kHelper + "/6/terminate", "\"cpu\"},\n         {\"send\"", ""});
  check_patch("{\"invalidate\": \"ptr\"}", "{\"invalidate\": \"tex.0\"}",
              {"wrong-kind", kHelper + "/8/invalidate", "\"tex.0\"}", ""});
  check_patch("\"op\": \"draw\"", "\"op\": \"cpu\"",
              {"wrong-kind", "/faults/0/op", "\"cpu\", \"at\"", ""});
  check_patch("\"process\": \"client\"", "\"process\": \"client.1\"",
              {"out-of-range", "/faults/0/process", "\"client.1\"", ""});
}

TEST_CASE("engines must be of the GPU and of the context", "[scenarios]") {
  check_patch(
      "\"engine\": \"vcs0\", \"duration\"", "\"engine\": \"rcs0\", \"duration\"",
      {"engine-not-in-context", kHelper + "/4/submit/engine", "\"rcs0\", \"duration\"", ""});
  check_patch("[{\"engines\": [\"vcs1\"]", "[{\"engines\": [\"rcs0\"]",
              {"engine-not-in-context", "/processes/0/contexts/1/bonds/0/engines/0",
               "\"rcs0\"], \"master\"", ""});
  check_patch("\"balanced\": true,", "",
              {"bond-without-balance", "/processes/0/contexts/1/bonds", "[{\"engines\"", ""});
  check_patch("\"engine\": \"rcs0\"", "\"engine\": \"rcs0\", \"class\": \"rcs\"",
              {"conflicting-members", "/processes/0/contexts/0", "{\"name\": \"render\"", ""});
  check_patch("\"engine\": \"rcs0\"", "\"engines\": [\"rcs0\", \"vcs0\", \"rcs0\" ]",
              {"duplicate-name", "/processes/0/contexts/0/engines/2", "\"rcs0\" ]", ""});
}
