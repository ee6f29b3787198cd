// Quantities: exact, with units, and back.
#include "scenarios/quantity.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace fencelab::scenarios;
using fencelab::core::Duration;

namespace {

std::int64_t ns(std::string_view text) {
  const Quantity<Duration> quantity = parse_duration(text);
  INFO(text << ": " << quantity.error.message);
  REQUIRE(quantity);
  return quantity.value->count();
}

std::uint64_t bytes(std::string_view text) {
  const Quantity<std::uint64_t> quantity = parse_size(text);
  INFO(text << ": " << quantity.error.message);
  REQUIRE(quantity);
  return *quantity.value;
}

}  // namespace

TEST_CASE("durations are exact decimals of their unit", "[scenarios]") {
  CHECK(ns("0 s") == 0);
  CHECK(ns("7 ns") == 7);
  CHECK(ns("2.5 us") == 2500);
  CHECK(ns("2.5ms") == 2500000);
  CHECK(ns("0.1 s") == 100000000);  // no binary fraction is near enough to 0.1
  CHECK(ns("1.5 min") == 90000000000);
  CHECK(ns("4611686018.427387904 s") == std::int64_t{1} << 62);
}

TEST_CASE("sizes distinguish powers of 1000 from powers of 1024", "[scenarios]") {
  CHECK(bytes("1 B") == 1);
  CHECK(bytes("4 kB") == 4000);
  CHECK(bytes("4 KiB") == 4096);
  CHECK(bytes("8 MB") == 8000000);
  CHECK(bytes("1.5 GiB") == 1610612736);
  CHECK(bytes("2 TB") == 2000000000000);
  CHECK(bytes("1 TiB") == 1099511627776);
  CHECK(*parse_bandwidth("25 GB/s").value == 25000000000);
  CHECK(*parse_bandwidth("0.5 KiB/s").value == 512);
}

TEST_CASE("a refresh rate becomes the period rounded to nanoseconds", "[scenarios]") {
  CHECK(parse_frequency("60 Hz").value->count() == 16666667);
  CHECK(parse_frequency("59.94 Hz").value->count() == 16683350);
  CHECK(parse_frequency("144 Hz").value->count() == 6944444);
  CHECK(parse_frequency("1 kHz").value->count() == 1000000);
}

TEST_CASE("a text that is no quantity says what was expected", "[scenarios]") {
  const auto check = [](std::string_view text, std::string_view code, std::string_view expected,
                        std::string_view hint = "") {
    const Quantity<Duration> quantity = parse_duration(text);
    INFO(text);
    REQUIRE_FALSE(quantity);
    CHECK(quantity.error.code == code);
    CHECK(quantity.error.expected == expected);
    CHECK(quantity.error.hint == hint);
  };
  const std::string_view duration = "a duration such as \"2.5 ms\"";
  const std::string_view units = "one of \"ns\", \"us\", \"ms\", \"s\", \"min\"";
  check("", "bad-quantity", duration);
  check("fast", "bad-quantity", duration);
  check(".5 ms", "bad-quantity", duration);
  check(" 5 ms", "bad-quantity", duration);
  check("-5 ms", "negative", duration);
  check("5", "missing-unit", "a unit: one of \"ns\", \"us\", \"ms\", \"s\", \"min\"");
  check("5 msec", "unknown-unit", units, "did you mean \"ms\"?");
  check("5 MS", "unknown-unit", units, "did you mean \"ms\"?");
  check("5  ms", "unknown-unit", units, "did you mean \"ms\"?");
  check("5. ms", "unknown-unit", units, "did you mean \"ms\"?");
  check("1e3 ms", "unknown-unit", units);
  check("5 GiB", "unknown-unit", units);
  check("0.5 ns", "not-whole", "a whole number of nanoseconds");
  check("5000000000 s", "too-large", "at most 2^62 nanoseconds");
  check("99999999999999999999999999999999999999999 s", "too-large", duration);
  check("0.0000000000001 s", "too-large", duration);
}

TEST_CASE("sizes and rates of nothing, of parts and beyond all bounds are refused", "[scenarios]") {
  CHECK(parse_size("0.5 B").error.code == "not-whole");
  CHECK(parse_size("4194304 TiB").value == kMaxQuantity);
  CHECK(parse_size("4194305 TiB").error.code == "too-large");
  CHECK(parse_size("1 GB/s").error.code == "unknown-unit");
  CHECK(parse_bandwidth("1 GB").error.code == "unknown-unit");
  CHECK(parse_frequency("0 Hz").error.code == "not-positive");
  CHECK(parse_frequency("5000000000 Hz").error.code == "too-large");
}

TEST_CASE("formatting chooses the shortest text, of equals the larger unit", "[scenarios]") {
  CHECK(format_duration(Duration(0)) == "0 ns");
  CHECK(format_duration(Duration(1500000)) == "1.5 ms");
  CHECK(format_duration(Duration(60000000000)) == "60 s");  // shorter than "1 min"
  CHECK(format_duration(Duration(100000000000000)) == "100000 s");
  CHECK(format_duration(Duration(16666667)) == "16666667 ns");
  CHECK(format_duration(Duration(-2000)) == "-2 us");
  CHECK(format_size(4096) == "4 KiB");
  CHECK(format_size(8000000) == "8 MB");
  CHECK(format_bandwidth(25000000000) == "25 GB/s");
  CHECK(format_frequency(Duration(16666667)) == "60 Hz");
  CHECK(format_frequency(Duration(16683350)) == "59.94 Hz");
}

TEST_CASE("every quantity reads back as what it was formatted from", "[scenarios]") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    // All magnitudes, and round numbers as often as crooked ones.
    std::uint64_t value = (random() >> 2) >> (random() % 62);
    if (random() % 2 == 0) value -= value % 1000000;
    INFO(value);
    CHECK(parse_duration(format_duration(Duration(static_cast<std::int64_t>(value))))
              .value->count() == static_cast<std::int64_t>(value));
    CHECK(parse_size(format_size(value)).value == value);
    CHECK(parse_bandwidth(format_bandwidth(value)).value == value);
  }
  for (int i = 0; i < 2000; ++i) {
    const Duration period(static_cast<std::int64_t>(10000 + random() % 1000000000));
    CHECK(parse_frequency(format_frequency(period)).value == period);
  }
}
