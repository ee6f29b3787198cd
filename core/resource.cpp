#include "core/resource.hpp"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "core/assert.hpp"
#include "core/wait_graph_builder.hpp"

namespace fencelab::core {

bool CountedResource::try_acquire(std::uint64_t units) {
  const bool got = grab(units);
  if (simulation().footprint()) [[unlikely]]
    note(Access::allocate, got, units, got ? bookings_.take(simulation(), units) : 0);
  else
    bookings_.begin_with(free_);
  return got;
}

bool CountedResource::request(std::uint64_t units) {
  const bool got = grab(units);
  if (simulation().footprint()) [[unlikely]]
    note(Access::acquire, got, units, bookings_.take(simulation(), units));
  return got;
}

Bookings::Account& Bookings::account_of_current(const Simulation& simulation) {
  const Process* const process = simulation.current();
  const std::uint32_t actor = process ? process->actor : kSetUp;
  for (Account& account : accounts_)
    if (account.actor == actor) return account;
  return accounts_.emplace_back(Account{actor});
}

std::uint64_t Bookings::take(const Simulation& simulation, std::uint64_t units) {
  Account& account = account_of_current(simulation);
  account.now += static_cast<std::int64_t>(units);
  if (account.now > account.most) {
    spare_ -= account.now - account.most;
    account.most = account.now;
  }
  if (spare_ >= 0) return static_cast<std::uint64_t>(spare_) + 1;
  unsure_at_ = simulation.events();
  return 0;
}

bool Bookings::renew(const Simulation& simulation, std::uint64_t units) {
  if (unsure_at_ == kNone || unsure_at_ == simulation.events()) return false;
  accounts_.clear();
  begin_with(units);
  unsure_at_ = kNone;
  return true;
}

void Bookings::give_back(const Simulation& simulation, std::uint64_t units) {
  account_of_current(simulation).now -= static_cast<std::int64_t>(units);
}

bool CountedResource::hash_state(std::uint64_t& hash) const {
  hash = free_;
  for (const WaitLink* link = head_; link; link = link->next)
    hash = mix_hash(mix_hash(hash, raw(link->process->id)), link->value);
  return true;
}

bool CountedResource::grab(std::uint64_t units) {
  FENCELAB_ASSERT(units <= capacity_, "{}: {} of {} units", name_, units, capacity_);
  if (head_ || units > free_) return false;
  free_ -= units;
  return true;
}

void CountedResource::release(std::uint64_t units) {
  FENCELAB_ASSERT(free_ + units <= capacity_, "{}: {} + {} > {}", name_, free_, units, capacity_);
  if (simulation().footprint()) [[unlikely]] {
    note(Access::free, head_ == nullptr, units);
    bookings_.give_back(simulation(), units);
  }
  free_ += units;
  grant();
}

void CountedResource::grant() {
  while (head_ && head_->value <= free_) {
    free_ -= head_->value;
    satisfy(*head_);
  }
}

void CountedResource::remove_waiter(WaitLink& link) {
  unlink(link);
  grant();
}

// FIFO admission without asking that those ahead be live: the request fits once all units up to and
// including it are there, and whoever is ahead gives its own back when it is done.
GateIndex CountedResource::describe_release(WaitGraphBuilder& builder, const WaitLink& link) const {
  const PoolIndex pool = builder.pool_once(this, [&](WaitPool& description) {
    description.name = name_;
    description.object = id();
    description.free = free_;
    if (describe_holdings_) {
      describe_holdings_(builder, description);
    } else if (free_ < capacity_) {
      description.holdings.push_back(
          {kNoIndex, builder.environment("units in use"), capacity_ - free_});
    }
    for (const WaitLink* queued = head_; queued; queued = queued->next)
      description.holdings.push_back({builder.agent_of(*queued->process), kNoIndex, queued->value});
  });
  // What the requests up to and including this one come to; each place in the queue once.
  std::vector<const WaitLink*> missing;
  std::optional<std::uint64_t> amount;
  for (const WaitLink* other = &link; other && !amount; other = other->previous) {
    amount = builder.known(other, 0);
    if (!amount) missing.push_back(other);
  }
  std::uint64_t total = amount.value_or(0);
  for (auto it = missing.rbegin(); it != missing.rend(); ++it) {
    total += (*it)->value;
    builder.remember(*it, 0, total);
  }
  return builder.units(pool, total, fmt::format("{}: needs {}, free {}", name_, link.value, free_),
                       id());
}

}  // namespace fencelab::core
