// Races are judged by what orders two jobs, not by whether they met in this run.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;

namespace {

const std::string kResources =
    R"("buffers": [{"name": "b", "size": "8 MiB"}], "timelines": ["u"], "channels": ["c"], "locks": ["m"],)";

const std::string kWrite =
    R"({"id": "w", "submit": {"context": "c", "duration": "2 ms", "writes": ["b"]}})";
const std::string kRead =
    R"({"id": "r", "submit": {"context": "c", "duration": "1 ms", "reads": ["b"]}})";

/// A writer and a reader of two processes without any synchronisation by their driver; the reader
/// comes long after the writer is done.
fencelab::campaign::RunRecord writer_then_reader(const std::string& after_write,
                                                 const std::string& before_read) {
  const auto with = [](const std::string& operation) {
    return operation.empty() ? std::string() : operation + ", ";
  };
  return run_small(
      {.gpu = {},
       .resources = kResources,
       .processes = process("writer", R"("engine": "rcs0")",
                            kWrite + (after_write.empty() ? "" : ", " + after_write)) +
                    "," +
                    process("reader", R"("engine": "ccs0")", with(before_read) + kRead, "9 ms"),
       .stack = free_ioctls_with(R"("sync": "none")"),
       .links = {}});
}

}  // namespace

TEST_CASE("An order that only luck made is a race, and the report says so") {
  const auto run = writer_then_reader("", "");
  CHECK(number(run, "races_count") == 1);
  CHECK(number(run, "races_read_write_count") == 1);
  CHECK(number(run, "races_write_write_count") == 0);
  REQUIRE(run.hazards.size() == 1);
  // Both accesses, the buffer, and the edge that is missing.
  CHECK(
      run.hazards[0].text ==
      "job w#0 of writer (writes bytes 0 to 8388608) and job r#0 of reader (reads bytes 0 to "
      "8388608) conflict on b: nothing orders the end of the first before the start of the second "
      "(here luck did); a wait of job r#0 of reader for job w#0 of writer, or for anything after "
      "it, would");
}

TEST_CASE("A value that the writer's thread signals after it waited for the job orders the two") {
  const std::string signal = R"({"signal": {"timeline": "u", "value": 1}})";
  const std::string wait = R"({"wait": {"values": [{"timeline": "u", "value": 1}]}})";
  CHECK(number(writer_then_reader(R"({"wait": {"ops": ["w"]}}, )" + signal, wait), "races_count") ==
        0);
  // Signaled without the wait it says nothing about the job.
  CHECK(number(writer_then_reader(signal, wait), "races_count") == 1);
}

TEST_CASE("A message carries what its sender knew") {
  const std::string send = R"({"send": {"channel": "c", "buffers": ["b"]}})";
  const std::string receive = R"({"receive": "c"})";
  CHECK(number(writer_then_reader(R"({"wait": {"ops": ["w"]}}, )" + send, receive),
               "races_count") == 0);
  CHECK(number(writer_then_reader(send, receive), "races_count") == 1);
}

TEST_CASE("A lock carries what its last holder knew") {
  const std::string write = R"({"wait": {"ops": ["w"]}}, {"lock": "m"}, {"unlock": "m"})";
  CHECK(number(writer_then_reader(write, R"({"lock": "m"}, {"unlock": "m"})"), "races_count") == 0);
  CHECK(number(writer_then_reader(write, ""), "races_count") == 1);
}

TEST_CASE("Readers do not race, nor do writers of different bytes, but writers of the same do") {
  const auto two = [](const std::string& one, const std::string& other) {
    const auto job = [](const std::string& accesses) {
      return R"({"submit": {"context": "c", "duration": "2 ms", )" + accesses + "}}";
    };
    return run_small({.gpu = {},
                      .resources = kResources,
                      .processes = process("one", R"("engine": "rcs0")", job(one)) + "," +
                                   process("other", R"("engine": "ccs0")", job(other)),
                      .stack = free_ioctls_with(R"("sync": "none")"),
                      .links = {}});
  };
  const std::string low = R"("writes": [{"buffer": "b", "bytes": "4 MiB"}])";
  const std::string high = R"("writes": [{"buffer": "b", "offset": "4 MiB"}])";
  CHECK(number(two(R"("reads": ["b"])", R"("reads": ["b"])"), "races_count") == 0);
  CHECK(number(two(low, high), "races_count") == 0);
  CHECK(number(two(low, R"("writes": ["b"])"), "races_write_write_count") == 1);
}

// The reader's fence takes the slot of the writer's, which is done by then: the reservation has
// forgotten what it was asked for.
TEST_CASE(
    "Who polls a buffer knows its work done, also where the fence has made room for another") {
  const auto touched = [](const std::string& before) {
    return run_small({.gpu = {},
                      .resources = kResources,
                      .processes = process("writer", R"("engine": "rcs0")", kWrite) + "," +
                                   process("reader", R"("engine": "ccs0")", kRead, "4 ms") + "," +
                                   process("toucher", R"("engine": "bcs0")",
                                           before + R"({"access": {"reads": ["b"]}})", "9 ms"),
                      .stack = kFreeIoctls,
                      .links = {}});
  };
  CHECK(number(touched(R"({"poll": {"buffer": "b", "for": "read"}},)"), "races_count") == 0);
  // Touched without asking, it is a race with the writer; two readers may meet.
  CHECK(number(touched(""), "races_count") == 1);
}

TEST_CASE("A driver that asks no reservation is not ordered by what one has forgotten") {
  // The writer's fence is imported as WRITE when the reader receives the buffer, and replaced when
  // the writer gets it back at 5 ms.
  const auto third = [](const std::string& stack) {
    return run_small(
        {.gpu = {},
         .resources = R"("buffers": [{"name": "b", "size": "8 MiB"}], "channels": ["c", "back"],)",
         .processes =
             process("writer", R"("engine": "rcs0")",
                     kWrite + R"(, {"send": {"channel": "c", "buffers": ["b"]}}, {"think": "5 ms"},
                                 {"receive": "back"})") +
             "," +
             process(
                 "reader", R"("engine": "ccs0")",
                 R"({"receive": "c"}, {"submit": {"context": "c", "duration": "10 ms", "reads": ["b"]}},
                        {"send": {"channel": "back", "buffers": ["b"]}})") +
             "," + process("stranger", R"("engine": "bcs0")", kRead, "20 ms"),
         .stack = stack,
         .links = {}});
  };
  CHECK(number(third(free_ioctls_with(R"("sync": {})", "explicit-bridged")),
               "races_read_write_count") == 1);
  CHECK(number(third(kFreeIoctls), "races_count") == 0);
}
