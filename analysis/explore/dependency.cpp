#include "analysis/explore/dependency.hpp"

#include <algorithm>

namespace fencelab::analysis {

using core::Access;
using core::kAccessCount;
using core::Touch;

namespace {

enum class Rule : unsigned char {
  undecided,
  independent,
  dependent,
  unless_both_failed,  ///< two attempts that failed
  enough_for_both,     ///< commute if there is enough for both, however it comes
  attempts,            ///< the same, or if both fail
  enough_without,      ///< commute if there is enough without what is given back
  frees,               ///< commute if nobody waited
  neighbours,          ///< an item taken and the one put after it: whether it found the queue empty
  outranks,            ///< what is offered would have been picked instead
  reaches,             ///< it was asked whether a value is there, and this brought it
  overtakes,           ///< whom units go to depends on who asked before
  dies,                ///< a ww request depends on who holds it, or on who else waits
};

using Table = std::array<std::array<Rule, kAccessCount>, kAccessCount>;

constexpr std::size_t index(Access access) { return static_cast<std::size_t>(access); }

struct Pair {
  Access first, second;
  Rule rule;
};

// Groups of accesses that go together on one kind of object.
constexpr Pair kPairs[] = {
    // Mutex: FIFO with hand-over.
    {Access::request, Access::request, Rule::dependent},
    {Access::request, Access::release, Rule::independent},
    {Access::request, Access::attempt, Rule::dependent},
    {Access::release, Access::release, Rule::independent},
    {Access::release, Access::attempt, Rule::dependent},
    {Access::attempt, Access::attempt, Rule::unless_both_failed},
    // Reader-writer lock, fair: queueing behind a writer is observable.
    {Access::read_request, Access::read_request, Rule::independent},
    {Access::read_request, Access::write_request, Rule::dependent},
    {Access::write_request, Access::write_request, Rule::dependent},
    {Access::read_request, Access::read_release, Rule::independent},
    {Access::read_request, Access::write_release, Rule::independent},
    {Access::write_request, Access::read_release, Rule::independent},
    {Access::write_request, Access::write_release, Rule::independent},
    {Access::read_release, Access::read_release, Rule::independent},
    {Access::read_release, Access::write_release, Rule::independent},
    {Access::write_release, Access::write_release, Rule::independent},
    {Access::read_attempt, Access::read_attempt, Rule::independent},
    {Access::read_attempt, Access::write_attempt, Rule::unless_both_failed},
    {Access::write_attempt, Access::write_attempt, Rule::unless_both_failed},
    {Access::read_attempt, Access::read_request, Rule::independent},
    {Access::read_attempt, Access::write_request, Rule::dependent},
    {Access::read_attempt, Access::read_release, Rule::dependent},
    {Access::read_attempt, Access::write_release, Rule::dependent},
    {Access::write_attempt, Access::read_request, Rule::dependent},
    {Access::write_attempt, Access::write_request, Rule::dependent},
    {Access::write_attempt, Access::read_release, Rule::dependent},
    {Access::write_attempt, Access::write_release, Rule::dependent},
    // ww_mutex: the answer to a request looks at the holder, and at who else waits.
    {Access::ww_request, Access::ww_request, Rule::dependent},
    {Access::ww_request, Access::ww_release, Rule::dies},
    {Access::ww_release, Access::ww_release, Rule::independent},
    // A trylock that failed, and whoever joined the queue: neither sees the other.
    {Access::ww_request, Access::attempt, Rule::unless_both_failed},
    {Access::ww_release, Access::attempt, Rule::dependent},
    // Fences.
    {Access::signal, Access::signal, Rule::dependent},
    {Access::signal, Access::test, Rule::dependent},
    {Access::signal, Access::any_of, Rule::dependent},
    {Access::signal, Access::subscribe, Rule::dependent},
    {Access::test, Access::test, Rule::independent},
    {Access::test, Access::any_of, Rule::independent},
    {Access::test, Access::subscribe, Rule::independent},
    {Access::subscribe, Access::subscribe, Rule::dependent},
    {Access::subscribe, Access::any_of, Rule::independent},
    {Access::any_of, Access::any_of, Rule::independent},
    // Timelines.
    {Access::advance, Access::advance, Rule::dependent},
    {Access::advance, Access::query, Rule::reaches},
    {Access::advance, Access::test, Rule::dependent},
    {Access::advance, Access::any_of, Rule::dependent},
    {Access::query, Access::query, Rule::independent},
    {Access::query, Access::test, Rule::independent},
    {Access::query, Access::any_of, Rule::independent},
    // Counted resources.
    {Access::acquire, Access::acquire, Rule::enough_for_both},
    {Access::acquire, Access::allocate, Rule::enough_for_both},
    {Access::acquire, Access::free, Rule::enough_without},
    {Access::acquire, Access::query, Rule::dependent},
    {Access::allocate, Access::allocate, Rule::attempts},
    {Access::allocate, Access::free, Rule::enough_without},
    {Access::allocate, Access::query, Rule::dependent},
    {Access::free, Access::free, Rule::frees},
    {Access::free, Access::query, Rule::dependent},
    // Queues with one consumer. That nothing can be taken before it was put is a gate's business.
    {Access::put, Access::put, Rule::dependent},
    {Access::put, Access::get, Rule::neighbours},
    {Access::put, Access::peek, Rule::dependent},
    {Access::get, Access::get, Rule::dependent},
    {Access::get, Access::peek, Rule::dependent},
    {Access::peek, Access::peek, Rule::independent},
    // Lists that one server picks from.
    {Access::offer, Access::offer, Rule::dependent},
    {Access::offer, Access::pick, Rule::outranks},
    {Access::pick, Access::pick, Rule::dependent},
    // Credits.
    {Access::claim, Access::claim, Rule::dependent},
    {Access::claim, Access::give_back, Rule::overtakes},
    {Access::give_back, Access::give_back, Rule::dependent},
    // Model state.
    {Access::read, Access::read, Rule::independent},
    {Access::read, Access::write, Rule::dependent},
    {Access::read, Access::add, Rule::dependent},
    {Access::write, Access::write, Rule::dependent},
    {Access::write, Access::add, Rule::dependent},
    {Access::add, Access::add, Rule::independent},
};

/// The kind of object an access belongs to; accesses of different kinds never meet, except that
/// `test`, `any_of` and `write` also end waits for objects of other kinds.
constexpr int kind_of(Access access) {
  switch (access) {
    case Access::request:
    case Access::attempt:
    case Access::release: return 1;
    case Access::read_request:
    case Access::write_request:
    case Access::read_attempt:
    case Access::write_attempt:
    case Access::read_release:
    case Access::write_release: return 2;
    case Access::ww_request:
    case Access::ww_release: return 3;
    case Access::signal:
    case Access::test:
    case Access::subscribe:
    case Access::any_of: return 4;
    case Access::advance:
    case Access::query: return 5;
    case Access::acquire:
    case Access::allocate:
    case Access::free: return 6;
    case Access::read:
    case Access::write:
    case Access::add: return 7;
    case Access::put:
    case Access::get:
    case Access::peek: return 8;
    case Access::offer:
    case Access::pick: return 9;
    case Access::claim:
    case Access::give_back: return 10;
    case Access::observe:
    case Access::cancel:
    case Access::count_: return 0;
  }
  return 0;
}

consteval Table make_table() {
  Table table{};
  for (const Pair& pair : kPairs) {
    table[index(pair.first)][index(pair.second)] = pair.rule;
    table[index(pair.second)][index(pair.first)] = pair.rule;
  }
  for (std::size_t i = 0; i < kAccessCount; ++i) {
    for (std::size_t j = 0; j < kAccessCount; ++j) {
      const int first = kind_of(static_cast<Access>(i)), second = kind_of(static_cast<Access>(j));
      Rule& rule = table[i][j];
      // A gate passed orders and never conflicts; ending a process is looked at apart.
      if (first == 0 || second == 0)
        rule = Rule::independent;
      else if (first == second && rule == Rule::undecided)
        throw "a pair of accesses to one kind of object is undecided";
      else if (rule == Rule::undecided)
        rule = Rule::dependent;  // a wait for several, or one with a deadline, on an odd object
    }
  }
  return table;
}

constexpr Table kTable = make_table();

constexpr Rule rule_of(Access first, Access second) { return kTable[index(first)][index(second)]; }

// What hangs on more than the two kinds may be independent of an earlier access of its own kind,
// and yet depend on something that came before that.
consteval std::array<bool, kAccessCount> make_dominated() {
  std::array<bool, kAccessCount> dominated{};
  for (std::size_t i = 0; i < kAccessCount; ++i) {
    dominated[i] = kTable[i][i] == Rule::dependent;
    for (const Rule rule : kTable[i])
      dominated[i] = dominated[i] && (rule == Rule::dependent || rule == Rule::independent);
  }
  return dominated;
}

constexpr std::array<bool, kAccessCount> kDominated = make_dominated();

// That the store held enough for a request at its time says little: without any one of several
// returns before it there might still have been enough, without all of them not. So what counts is
// whether there would have been enough in any order (Touch::before), and pairs of which only one
// could be sure keep their order.
bool is_enough_for_both(const Touch& first, const Touch& second, Sequence sequence) {
  // In sequence the second had its units on top of the first's, if that was counted with it: what
  // is not sure is not. Else neither knew of the other.
  if (sequence == Sequence::consecutive) return first.before > 0 && second.before > 0;
  return first.before > second.result && second.before > first.result;
}

bool reaches(const Touch& advance, const Touch& query) {
  if (query.before == 0) return true;
  return advance.before < query.before && query.before <= advance.result;
}

// Whoever asks when nobody else waits, and is the next to have the lock, gets it whether it asks
// before the release or after it; unless before it would have died on the holder: one that is
// older, while it holds other locks. What is further apart is ordered by those between.
bool is_release_seen(const Touch& request, const Touch& release) {
  if (request.before == 0 || release.before == 0) return true;
  if (request.before >> 32 != (release.before >> 32) + 1) return true;
  const std::uint64_t own = request.before & 0xFFFFFFFFu, holder = release.before & 0xFFFFFFFFu;
  return own > 1 && holder < own;
}

const Touch& the(Access access, const Touch& first, const Touch& second) {
  return first.access == access ? first : second;
}
const Touch& other_than(Access access, const Touch& first, const Touch& second) {
  return first.access == access ? second : first;
}

}  // namespace

bool is_dependent(const Touch& first, const Touch& second, Sequence sequence) {
  switch (rule_of(first.access, second.access)) {
    case Rule::independent: return false;
    case Rule::undecided:
    case Rule::dependent: return true;
    case Rule::unless_both_failed: return first.ok || second.ok;
    case Rule::enough_for_both: return !is_enough_for_both(first, second, sequence);
    case Rule::attempts:
      return (first.ok || second.ok) && !is_enough_for_both(first, second, sequence);
    case Rule::enough_without: return other_than(Access::free, first, second).before == 0;
    case Rule::frees: return !first.ok || !second.ok;
    case Rule::neighbours:
      return the(Access::put, first, second).result == the(Access::get, first, second).result + 1;
    case Rule::outranks:
      return the(Access::offer, first, second).result > the(Access::pick, first, second).result;
    case Rule::reaches:
      return reaches(the(Access::advance, first, second), the(Access::query, first, second));
    case Rule::dies:
      return is_release_seen(the(Access::ww_request, first, second),
                             the(Access::ww_release, first, second));
    case Rule::overtakes: return the(Access::claim, first, second).before != 0;
  }
  return true;
}

bool is_dependent(std::span<const Touch> first, std::span<const Touch> second, Sequence sequence) {
  for (const Touch& a : first)
    for (const Touch& b : second)
      if (a.object == b.object && is_dependent(a, b, sequence)) return true;
  return false;
}

bool is_dominated_by_own_kind(Access access) { return kDominated[index(access)]; }

bool opens(const Touch& opener, const Touch& gate) {
  switch (opener.access) {
    case Access::signal:
    case Access::release:
    case Access::write_release:
    case Access::ww_release:
    case Access::free:
    case Access::write: return true;
    case Access::read_release: return gate.result != 0;  // it kept a writer out, not a reader
    case Access::advance:
    case Access::give_back: return opener.result >= gate.result;
    default: return false;
  }
}

}  // namespace fencelab::analysis
