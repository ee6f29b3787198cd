// Mistakes in binds, and what they mean when they are right.
#include <catch2/catch.hpp>

#include "tests/scenarios/support.hpp"

using namespace fencelab::scenarios;
using namespace fencelab::scenarios::testing;

namespace {

std::string text_of(const std::string& bind, const std::string& buffer = {},
                    const std::string& more = {}) {
  return R"({"format": 1, "name": "m", "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}, {"name": "gpu1", "engines": ["bcs0"]}]},
             "channels": ["pipe"], "processes": [{"name": "p", "buffers": [{"name": "b", "size": "10000 B")" +
         buffer + R"(}], "contexts": [{"name": "c"}], "threads": [{"name": "main", "program": [)" +
         R"({"bind": {"context": "c", "buffer": "b")" + bind + "}}" + more +
         R"(]}]}], "stacks": ["some"]})";
}

const std::string kProgram = "/processes/0/threads/0/program";
const std::string kBind = kProgram + "/0/bind";

const BindOp& bind_in(const Loaded<Scenario>& loaded, std::size_t index = 0) {
  INFO(format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded.ok());
  return std::get<BindOp>(loaded->processes[0].threads[0].program[index].what);
}

}  // namespace

TEST_CASE("a bind maps part of a buffer at an address, on a queue by name", "[scenarios]") {
  const Loaded<Scenario> loaded =
      load(text_of(R"(, "at": "0xFFF000", "offset": "4 KiB", "bytes": "4 KiB", "queue": "late")",
                   "", R"(, {"unbind": {"context": "c", "buffer": "b", "sync": true}})"));
  const BindOp& bind = bind_in(loaded);
  CHECK(bind.address == std::uint64_t{0xFFF000});
  CHECK(bind.offset == 4096);
  CHECK(bind.bytes == 4096);
  CHECK(bind.queue == "late");
  CHECK_FALSE(bind.sync);
  const BindOp& unbind = bind_in(loaded, 1);
  CHECK(unbind.unbind);
  CHECK(unbind.sync);
  CHECK_FALSE(unbind.address.has_value());
  CHECK(unbind.bytes == 0);
}

TEST_CASE("binds are of whole pages of the buffer", "[scenarios]") {
  check_only_error(text_of(R"(, "at": "0x1001")"),
                   {"misaligned", kBind + "/at", R"("0x1001")", ""});
  check_only_error(text_of(R"(, "offset": "100 B")"),
                   {"misaligned", kBind + "/offset", R"("100 B")", ""});
  check_only_error(text_of(R"(, "bytes": "5000 B")"),
                   {"misaligned", kBind + "/bytes", R"("5000 B")", ""});
  // 10000 bytes are three pages.
  check_only_error(text_of(R"(, "bytes": "16 KiB")"),
                   {"out-of-range", kBind + "/bytes", R"("16 KiB")", ""});
  check_only_error(text_of(R"(, "offset": "12 KiB")"),
                   {"out-of-range", kBind + "/offset", R"("12 KiB")", ""});
  CHECK(load(text_of(R"(, "offset": "8 KiB", "bytes": "4 KiB")")).ok());
}

TEST_CASE("addresses are hexadecimal and end at 256 TiB", "[scenarios]") {
  check_only_error(text_of(R"(, "at": "4096")"), {"bad-text", kBind + "/at", R"("4096")", ""});
  check_only_error(text_of(R"(, "at": "0xFFFFFFFFF000")"),
                   {"out-of-range", kBind + "/at", R"("0xFFFFFFFFF000")", ""});
  CHECK(load(text_of(R"(, "at": "0xFFFFFFFFD000")")).ok());
}

TEST_CASE("a private buffer belongs to one process on one GPU, and stays there", "[scenarios]") {
  const Loaded<Scenario> right = load(text_of("", R"(, "private": true, "gpu": "gpu1")"));
  INFO(format_diagnostics(right.diagnostics()));
  REQUIRE(right.ok());
  CHECK(right->buffers[0].vm_private);
  const std::string pointer = "/processes/0/buffers/0/private";
  check_only_error(text_of("", R"(, "private": true)"), {"private-to-what", pointer, "true", ""});
  check_only_error(text_of("", R"(, "private": true, "userptr": true)"),
                   {"private-to-what", pointer, R"(true, "userptr")", ""});
  check_only_error(text_of("", R"(, "private": true, "gpu": "gpu0")",
                           R"(, {"import": {"buffer": "b", "gpu": "gpu1"}})"),
                   {"wrong-kind", kProgram + "/1/import/buffer", R"("b", "gpu": "gpu1"}})", ""});
  check_only_error(text_of("", R"(, "private": true, "gpu": "gpu0")",
                           R"(, {"send": {"channel": "pipe", "buffers": ["b"]}})"),
                   {"wrong-kind", kProgram + "/1/send/buffers", R"(["b"])", ""});
}

namespace {

std::string with_contexts(const std::string& contexts) {
  return R"({"format": 1, "name": "m", "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}, {"name": "gpu1", "engines": ["bcs0"]}]},
             "timelines": ["failures", "handled"], "processes": [{"name": "p", "contexts": [)" +
         contexts +
         R"(], "threads": [{"name": "main", "program": [{"submit": {"context": "c", "duration": "1 ms"}}, {"submit": {"context": "d", "duration": "1 ms"}},
             {"wait": {"values": [{"timeline": "failures", "value": 1}]}}, {"signal": {"timeline": "handled", "value": 1}}]}]}], "stacks": ["some"]})";
}

const std::string kErrors = R"("bind_errors": {"report": "failures", "restart": "handled"})";
const std::string kSecond = "/processes/0/contexts/1/bind_errors";

}  // namespace

TEST_CASE("an address space reports failed binds to one place", "[scenarios]") {
  const Loaded<Scenario> right = load(with_contexts(
      R"({"name": "c", )" + kErrors + R"(}, {"name": "d", "gpu": "gpu1", )" + kErrors + "}"));
  INFO(format_diagnostics(right.diagnostics()));
  REQUIRE(right.ok());
  CHECK(right->processes[0].contexts[0].bind_errors == 0);
  CHECK(right->processes[0].contexts[1].bind_restarts == 1);
  check_only_error(
      with_contexts(
          R"({"name": "c", )" + kErrors +
          R"(}, {"name": "d", "bind_errors": {"restart": "handled", "report": "failures"}})"),
      {"duplicate-member", kSecond, R"({"restart")", ""});
  check_only_error(
      with_contexts(
          R"({"name": "c"}, {"name": "d", "bind_errors": {"report": "failure", "restart": "handled"}})"),
      {"unknown-name", kSecond + "/report", R"("failure")", "did you mean \"failures\"?"});
}
