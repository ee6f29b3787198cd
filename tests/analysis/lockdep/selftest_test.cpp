// The self-test cases of lockdep (lib/locking-selftest.c) give lockdep's verdicts, in both event
// orders, in several processes and in one.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/analysis/lockdep/script.hpp"

using namespace fencelab::analysis;
using namespace fencelab::analysis::test;

namespace {

using Scripts = std::vector<std::string>;
using Rules = std::set<std::string>;

/// "AB" with operation 'm': takes A, then B, and releases both.
std::string pair(char op, std::string_view names) {
  std::string script;
  for (const char name : names) script += std::string(1, op) + ":" + name + " ";
  for (auto name = names.rbegin(); name != names.rend(); ++name)
    script += std::string("-") + op + ":" + *name + " ";
  return script;
}

Scripts pairs(char op, const std::vector<std::string>& orders) {
  Scripts scripts;
  for (const std::string& order : orders) scripts.push_back(pair(op, order));
  return scripts;
}

/// Reports and notes alike: what lockdep, which has no filters, would say.
Rules said(const OrderReport& report) {
  CHECK(report.complete);
  Rules all = rules(report.reports);
  all.merge(rules(report.notes));
  return all;
}

/// The verdict of the scripts in every order of events; they must all agree.
Rules verdict(Scripts scripts) {
  std::sort(scripts.begin(), scripts.end());
  const Rules expected = said(in_processes(scripts));
  do {
    CHECK(said(in_processes(scripts)) == expected);
    CHECK(said(in_one_process(scripts)) == expected);
    CHECK(rules(in_processes(scripts).reports) == expected);
  } while (std::next_permutation(scripts.begin(), scripts.end()));
  return expected;
}

const std::vector<std::vector<std::string>> kCycles = {
    {"AB", "BA"},
    {"AB", "BC", "CA"},
    {"AB", "CA", "BC"},
    {"AB", "BC", "CD", "DA"},
    {"AB", "CD", "BD", "DA"},
    {"AB", "CD", "BC", "DA"},
};

}  // namespace

TEST_CASE("AA of one class is recursion for every lock but a reader that passes writers") {
  for (const char op : {'m', 'w', 'r', 'W'}) {
    const std::string o(1, op);
    INFO(o);
    CHECK(verdict({o + ":X1 " + o + ":X2 -" + o + ":X2 -" + o + ":X1"}) == Rules{"lock-recursion"});
  }
}

TEST_CASE(
    "ABBA, ABBCCA, ABCABC, ABBCCDDA, ABCDBDDA and ABCDBCDA close cycles for exclusive locks") {
  for (const char op : {'m', 'w', 'W'})
    for (const auto& orders : kCycles) {
      INFO(op << " " << orders.front() << " and " << orders.size() - 1 << " more");
      CHECK(verdict(pairs(op, orders)) == Rules{"lock-order"});
    }
}

TEST_CASE(
    "The same cycles over rwsems held for reading are reported, for readers queue behind writers") {
  for (const auto& orders : kCycles) CHECK(verdict(pairs('r', orders)) == Rules{"lock-order"});
}

TEST_CASE("Cycles of nothing but recursive readers are silent") {
  for (const auto& orders : kCycles) CHECK(verdict(pairs('R', orders)).empty());
}

TEST_CASE("rlock_AA1 and AA1B are silent, AA2 and AA3 mix readers with a writer and are reported") {
  CHECK(verdict({"R:X1 R:X1 -R:X1 -R:X1"}).empty());
  CHECK(verdict({"R:X1 R:X2 -R:X2 -R:X1"}).empty());
  CHECK(verdict({"R:X1 W:X2 -W:X2 -R:X1"}) == Rules{"lock-recursion"});
  CHECK(verdict({"W:X1 R:X2 -R:X2 -W:X1"}) == Rules{"lock-recursion"});
}

TEST_CASE("rsem_AA1B, AA2 and AA3 are reported") {
  CHECK(verdict({"r:X1 r:X2 -r:X2 -r:X1"}) == Rules{"lock-recursion"});
  CHECK(verdict({"r:X1 w:X2 -w:X2 -r:X1"}) == Rules{"lock-recursion"});
  CHECK(verdict({"w:X1 r:X2 -r:X2 -w:X1"}) == Rules{"lock-recursion"});
}

TEST_CASE("rlock_ABBA1 and ABBA3 are reported, ABBA2 (read against read) is silent") {
  CHECK(verdict({"R:X m:Y -m:Y -R:X", "m:Y W:X -W:X -m:Y"}) == Rules{"lock-order"});
  CHECK(verdict({"R:X m:Y -m:Y -R:X", "m:Y R:X -R:X -m:Y"}).empty());
  CHECK(verdict({"W:X m:Y -m:Y -W:X", "m:Y W:X -W:X -m:Y"}) == Rules{"lock-order"});
}

TEST_CASE("rlock_chaincache_ABBA1: a harmless reader before does not hide the writer after") {
  CHECK(verdict({"R:X m:Y -m:Y -R:X", "m:Y R:X -R:X -m:Y", "m:Y W:X -W:X -m:Y"}) ==
        Rules{"lock-order"});
}

TEST_CASE("rwsem_ABBA1, ABBA2 and ABBA3 are reported") {
  CHECK(verdict({"r:X m:Y -m:Y -r:X", "m:Y w:X -w:X -m:Y"}) == Rules{"lock-order"});
  CHECK(verdict({"r:X m:Y -m:Y -r:X", "m:Y r:X -r:X -m:Y"}) == Rules{"lock-order"});
  CHECK(verdict({"w:X m:Y -m:Y -w:X", "m:Y w:X -w:X -m:Y"}) == Rules{"lock-order"});
}

TEST_CASE("Three recursive rwlocks: a cycle blocks unless a reader waits for a reader in it") {
  const std::string w1r2 = "W:X R:Y -R:Y -W:X", w2r3 = "W:Y R:Z -R:Z -W:Y",
                    w3r1 = "W:Z R:X -R:X -W:Z", r2r3 = "R:Y R:Z -R:Z -R:Y",
                    w1w2 = "W:X W:Y -W:Y -W:X", r3w1 = "R:Z W:X -W:X -R:Z";
  CHECK(verdict({w1r2, w2r3, w3r1}) == Rules{"lock-order"});
  CHECK(verdict({w1r2, r2r3, w3r1}).empty());
  CHECK(verdict({w1w2, r2r3, w3r1}) == Rules{"lock-order"});
  CHECK(verdict({w1w2, r2r3, r3w1}).empty());
}

TEST_CASE("irqsafe1: a lock taken in interrupts and with interrupts on, in either order") {
  CHECK(said(in_processes({"!m:A -m:A", "m:A -m:A"})) == Rules{"irq-lock-state"});
  CHECK(said(in_processes({"m:A -m:A", "!m:A -m:A"})) == Rules{"irq-lock-state"});
  CHECK(said(in_processes({"!m:A -m:A", "i m:A -m:A -i"})).empty());
}

TEST_CASE(
    "irqsafe3: a lock of interrupts held while one is taken that an interrupt may strike under") {
  CHECK(said(in_processes({"!m:A -m:A", "i m:A m:B -m:B -m:A -i", "m:B -m:B"})) ==
        Rules{"irq-lock-order"});
  CHECK(said(in_processes({"m:B -m:B", "i m:A m:B -m:B -m:A -i", "!m:A -m:A"})) ==
        Rules{"irq-lock-order"});
  CHECK(said(in_processes({"!m:A -m:A", "i m:A m:B -m:B -m:A -i", "i m:B -m:B -i"})).empty());
}

TEST_CASE("Readers in interrupts do not exclude readers outside of them") {
  CHECK(said(in_processes({"!R:A -R:A", "R:A -R:A"})).empty());
  CHECK(said(in_processes({"!R:A -R:A", "W:A -W:A"})) == Rules{"irq-lock-state"});
}
