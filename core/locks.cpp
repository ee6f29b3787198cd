#include "core/locks.hpp"

#include <algorithm>
#include <optional>

#include "core/assert.hpp"
#include "core/wait_graph_builder.hpp"

namespace fencelab::core {

namespace {

void note_held(Process& process, const Waitable& object) {
  process.held.push_back({&object, process.place, 1, process.doing});
}

void note_dropped(Process& process, const Waitable& object) {
  for (auto it = process.held.rbegin(); it != process.held.rend(); ++it) {
    if (it->object != &object) continue;
    process.held.erase(std::next(it).base());
    return;
  }
  FENCELAB_ASSERT(false, "{} releases {} without holding it", process.spec.name, object.describe());
}

OrderClassId class_of(Simulation& simulation, OrderKind kind, const std::string& name,
                      std::string_view order_class) {
  return simulation.order_classes().intern(kind, order_class.empty() ? name : order_class);
}

void publish_lock(ProbeKind kind, const LockEvent& event, std::uint64_t a) {
  event.lock->simulation().emit(kind, event.lock->id(), a, 0, &event);
}

/// The gate that opens when `holders` are done and so are those ahead of `link` that `counts` says
/// matter. Built place by place along the queue, so that a queue of n waiters takes n gates.
template <class Holders, class Counts>
GateIndex ahead_of(WaitGraphBuilder& builder, const WaitLink& link, std::uint64_t aspect,
                   Holders holders, Counts counts) {
  std::vector<const WaitLink*> missing;
  std::optional<std::uint64_t> gate;
  for (const WaitLink* other = link.previous; other && !gate; other = other->previous) {
    gate = builder.known(other, aspect);
    if (!gate) missing.push_back(other);
  }
  auto last = gate ? static_cast<GateIndex>(*gate) : holders();
  for (auto it = missing.rbegin(); it != missing.rend(); ++it) {
    if (counts(**it)) last = builder.all_of({last, builder.process((*it)->process)});
    builder.remember(*it, aspect, last);
  }
  return last;
}

std::uint64_t hash_of(const Process* process) { return process ? raw(process->id) : 0; }

void hash_queue(const WaitLink* head, std::uint64_t& hash) {
  for (const WaitLink* link = head; link; link = link->next)
    hash = mix_hash(mix_hash(hash, hash_of(link->process)), link->value);
}

/// Touch::before of steps on a ww_mutex: 1 + the ticket that a request could die by, or that of the
/// holder who releases; above that how often it was taken by then, this time included. A request
/// that more may matter to says 0, as does a release that more than one waits for.
constexpr std::uint64_t kCannotDie = 0, kKillsNobody = 0xFFFFFFFEu;

constexpr std::uint64_t ww_turn(std::uint32_t taken, std::uint64_t ticket) {
  return std::uint64_t{taken} << 32 | (std::min(ticket, kKillsNobody) + 1);
}

constexpr auto kEverybody = [](const WaitLink&) { return true; };

}  // namespace

// ---------------------------------------------------------------- Mutex

Mutex::Mutex(Simulation& simulation, std::string name, std::string_view order_class)
    : Waitable(simulation),
      name_(std::move(name)),
      order_class_(class_of(simulation, OrderKind::lock, name_, order_class)) {}

void Mutex::announce(ProbeKind kind, const Process* owner, std::uint64_t a) const {
  publish_lock(kind, {this, owner, order_class_, LockMode::exclusive, 0}, a);
}

void Mutex::take(Process& process) {
  owner_ = &process;
  note_held(process, *this);
  announce(ProbeKind::lock_taken, owner_);
}

void Mutex::initialise() {
  if (owner_)
    announce(ProbeKind::lock_misused, owner_,
             static_cast<std::uint64_t>(LockMisuse::reinitialised_while_held));
  FENCELAB_ASSERT(!owner_, "{} initialised while {} holds it", describe(), owner_->spec.name);
}

bool Mutex::grab() {
  if (owner_) return false;
  take(*simulation().current());
  return true;
}

bool Mutex::try_lock() {
  const bool taken = grab();
  note(Access::attempt, taken, taken);
  if (taken && simulation().untimed()) simulation().not_before(released_at_);
  return taken;
}

bool Mutex::hash_state(std::uint64_t& hash) const {
  hash = mix_hash(hash_of(owner_), simulation().hash_of(released_at_));
  hash_queue(head_, hash);
  return true;
}

void Mutex::unlock() {
  if (!owner_)
    announce(ProbeKind::lock_misused, simulation().current(),
             static_cast<std::uint64_t>(LockMisuse::double_unlock));
  FENCELAB_ASSERT(owner_, "{} unlocked but free", describe());
  note(Access::release);
  released_at_ = simulation().now();
  note_dropped(*owner_, *this);
  announce(ProbeKind::lock_released, owner_);
  owner_ = nullptr;
  if (WaitLink* next = head_) {
    take(*next->process);
    satisfy(*next);
  }
}

GateIndex Mutex::describe_release(WaitGraphBuilder& builder, const WaitLink& link) const {
  const auto owner = [&] { return builder.process(owner_); };
  return builder.all_of({ahead_of(builder, link, 0, owner, kEverybody)}, describe(), id());
}

// ---------------------------------------------------------------- RwLock

RwLock::RwLock(Simulation& simulation, std::string name, ReaderRule readers,
               std::string_view order_class)
    : Waitable(simulation),
      name_(std::move(name)),
      rule_(readers),
      order_class_(class_of(simulation, OrderKind::lock, name_, order_class)) {}

void RwLock::announce(ProbeKind kind, const Process* owner, std::uint64_t mode) const {
  const LockMode as = mode == kWrite                   ? LockMode::exclusive
                      : rule_ == ReaderRule::recursive ? LockMode::recursive_read
                                                       : LockMode::read;
  publish_lock(kind, {this, owner, order_class_, as, 0}, mode);
}

bool RwLock::satisfied(std::uint64_t mode) const { return const_cast<RwLock*>(this)->grab(mode); }

bool RwLock::hash_state(std::uint64_t& hash) const {
  hash = mix_hash(mix_hash(hash_of(writer_), simulation().hash_of(written_at_)),
                  simulation().hash_of(read_at_));
  // Who reads matters, in which order they came does not.
  for (const Process* reader : readers_) hash += mix_hash(1, hash_of(reader));
  hash_queue(head_, hash);
  return true;
}

void RwLock::take(Process& process, std::uint64_t mode) {
  if (mode == kWrite)
    writer_ = &process;
  else
    readers_.push_back(&process);
  note_held(process, *this);
  announce(ProbeKind::lock_taken, &process, mode);
}

bool RwLock::grab(std::uint64_t mode) {
  note_turn();
  if (writer_ || (mode == kWrite && !readers_.empty())) return false;
  if (head_ && (mode == kWrite || !readers_first())) return false;
  take(*simulation().current(), mode);
  return true;
}

// Whether a reader comes in depends on whether another is still inside to keep the queued writer
// out: with readers first nothing commutes.
void RwLock::note_turn() const {
  if (readers_first()) note(Access::write);
}

bool RwLock::try_lock_read() {
  const bool taken = grab(kRead);
  note(Access::read_attempt, taken, taken);
  return taken;
}

bool RwLock::try_lock_write() {
  const bool taken = grab(kWrite);
  note(Access::write_attempt, taken, taken);
  return taken;
}

void RwLock::drop(std::uint64_t mode) {
  Process* process = mode == kWrite ? writer_ : simulation().current();
  FENCELAB_ASSERT(process, "{} unlocked but free", describe());
  note_turn();
  note(mode == kWrite ? Access::write_release : Access::read_release);
  Time& released_at = mode == kWrite ? written_at_ : read_at_;
  released_at = std::max(released_at, simulation().now());
  if (mode == kWrite) {
    writer_ = nullptr;
  } else {
    const auto found = std::find(readers_.begin(), readers_.end(), process);
    FENCELAB_ASSERT(found != readers_.end(), "{} does not read {}", process->spec.name, describe());
    readers_.erase(found);
  }
  note_dropped(*process, *this);
  announce(ProbeKind::lock_released, process, mode);
  grant();
}

void RwLock::unlock_read() { drop(kRead); }
void RwLock::unlock_write() { drop(kWrite); }

void RwLock::grant_readers() {
  for (WaitLink* link = head_; link && !writer_;) {
    WaitLink* const next = link->next;
    if (link->value == kRead) {
      take(*link->process, kRead);
      satisfy(*link);
    }
    link = next;
  }
}

void RwLock::grant() {
  if (readers_first()) grant_readers();
  while (WaitLink* next = head_) {
    const bool write = next->value == kWrite;
    if (writer_ || (write && !readers_.empty())) return;
    take(*next->process, next->value);
    satisfy(*next);
  }
}

void RwLock::remove_waiter(WaitLink& link) {
  unlink(link);
  grant();  // readers may have been behind a writer that gave up
}

// A reader needs the writer and the writers ahead of it; other readers do not keep it out. A writer
// needs everybody: those inside and those ahead.
GateIndex RwLock::describe_release(WaitGraphBuilder& builder, const WaitLink& link) const {
  const bool writes = link.value == kWrite;
  const auto holders = [&] {
    std::vector<GateIndex> gates;
    if (writer_) gates.push_back(builder.process(writer_));
    if (writes)
      for (const Process* reader : readers_) gates.push_back(builder.process(reader));
    return builder.all_of(std::move(gates));
  };
  const auto counts = [&](const WaitLink& other) {
    return writes || (other.value == kWrite && !readers_first());
  };
  return builder.all_of({ahead_of(builder, link, writes, holders, counts)}, describe(), id());
}

// ---------------------------------------------------------------- WwMutex

WwMutex::WwMutex(Simulation& simulation, std::string name, std::string_view order_class)
    : Waitable(simulation),
      name_(std::move(name)),
      order_class_(class_of(simulation, OrderKind::ww_lock, name_, order_class)) {}

void WwMutex::announce(ProbeKind kind, const Process* owner, const WwContext* context) const {
  publish_lock(kind,
               {this, owner, order_class_, LockMode::exclusive, context ? context->ticket : 0}, 0);
}

void WwMutex::take(Process& process, WwContext* context) {
  owner_ = &process;
  context_ = context;
  ++grants_;
  if (context) ++context->acquired;
  note_held(process, *this);
  announce(ProbeKind::lock_taken, owner_, context);
}

bool WwMutex::grab(Process& process, WwContext* context) {
  if (owner_) return false;
  take(process, context);
  return true;
}

bool WwMutex::try_lock(WwContext* context) {
  const bool taken = grab(*simulation().current(), context);
  note(Access::attempt, taken, taken);
  return taken;
}

bool WwMutex::hash_state(std::uint64_t& hash) const {
  // Of tickets only who has one: their order is the counter's state.
  const auto kind_of = [](const WwContext* context) {
    return context ? 1 + (context->ticket & 3) : 0;
  };
  hash = mix_hash(hash_of(owner_), kind_of(context_));
  hash = mix_hash(hash, simulation().hash_of(released_at_));
  for (const Request& request : requests_)
    hash = mix_hash(mix_hash(hash, hash_of(request.link->process)), kind_of(request.context));
  return true;
}

void WwMutex::unlock() {
  FENCELAB_ASSERT(owner_, "{} unlocked but free", describe());
  const std::uint64_t holder = context_ ? context_->ticket : kKillsNobody;
  note(Access::ww_release, false, 0, requests_.size() > 1 ? 0 : ww_turn(grants_, holder));
  released_at_ = simulation().now();
  note_dropped(*owner_, *this);
  last_ticket_ = context_ ? context_->ticket : 0;
  if (context_) --context_->acquired;
  announce(ProbeKind::lock_released, owner_, context_);
  owner_ = nullptr;
  context_ = nullptr;
  if (requests_.empty()) return;
  const Request next = requests_.front();
  requests_.erase(requests_.begin());
  take(*next.link->process, next.context);
  satisfy(*next.link);
}

// Wait-die: a context that holds something dies on an older holder or an older waiter.
bool WwMutex::must_die(const WwContext& context) const {
  if (context.acquired == 0) return false;
  const auto is_older = [&](const WwContext* other) {
    return other && simulation().is_older(other->ticket, context.ticket);
  };
  return is_older(context_) ||
         std::any_of(requests_.begin(), requests_.end(),
                     [&](const Request& request) { return is_older(request.context); });
}

// An older context joins the queue: younger ones that hold something and wait here must die now.
void WwMutex::kill_younger_waiters(const WwContext& context) {
  for (std::size_t i = 0; i < requests_.size();) {
    Request& request = requests_[i];
    const bool dies = request.context && request.context->acquired > 0 &&
                      simulation().is_older(context.ticket, request.context->ticket);
    if (!dies) {
      ++i;
      continue;
    }
    WaitLink& link = *request.link;
    requests_.erase(requests_.begin() + static_cast<std::ptrdiff_t>(i));
    link.value = 1;  // tells the awaiter that it was killed, not granted
    satisfy(link);
  }
}

void WwMutex::add_waiter(WaitLink& link) { append(link); }

void WwMutex::remove_waiter(WaitLink& link) {
  unlink(link);
  std::erase_if(requests_, [&](const Request& request) { return request.link == &link; });
}

GateIndex WwMutex::describe_release(WaitGraphBuilder& builder, const WaitLink& link) const {
  // The queue is requests_, not the list of links: contexts stand in it by age.
  const auto own = std::find_if(requests_.begin(), requests_.end(),
                                [&](const Request& request) { return request.link == &link; });
  auto place = own;
  std::optional<std::uint64_t> gate;
  while (place != requests_.begin() && !gate) gate = builder.known((--place)->link, 0);
  auto last = gate ? static_cast<GateIndex>(*gate) : builder.process(owner_);
  if (gate) ++place;
  for (; place != own; ++place) {
    last = builder.all_of({last, builder.process(place->link->process)});
    builder.remember(place->link, 0, last);
  }
  return builder.all_of({last}, describe(), id());
}

WwMutex::LockAwaiter::LockAwaiter(WwMutex& mutex, WwContext* context, Signals signals)
    : WaitAwaiterBase(mutex.simulation(), {.reason = WaitReason::ww_lock,
                                           .interruptible = signals == Signals::interrupt}),
      mutex_(mutex),
      context_(context) {
  link_.object = &mutex;
  set_links({&link_, 1}, 1);
}

// Whether the answer is known without waiting.
bool WwMutex::LockAwaiter::decide(Process& process) {
  if (context_ && mutex_.context_ == context_) {
    result_ = WwResult::already_held;
    return true;
  }
  mutex_.note_asked(context_);
  if (mutex_.grab(process, context_)) return true;
  if (context_ && mutex_.must_die(*context_)) {
    result_ = WwResult::deadlock;
    return true;
  }
  return false;
}

// Contexts queue by age among themselves; a request without context keeps its place in time.
void WwMutex::LockAwaiter::enqueue() {
  auto& requests = mutex_.requests_;
  if (context_) mutex_.kill_younger_waiters(*context_);
  auto place = requests.end();
  while (context_ && place != requests.begin() && std::prev(place)->context &&
         simulation().is_older(context_->ticket, std::prev(place)->context->ticket))
    --place;
  requests.insert(place, {&link_, context_, false});
}

bool WwMutex::LockAwaiter::await_ready() {
  if (simulation().untimed()) return false;
  Process& process = *simulation().current();
  if (decide(process)) return true;
  if (!is_interrupted(process)) return false;
  result_ = WwResult::interrupted;
  return true;
}

void WwMutex::LockAwaiter::await_suspend(std::coroutine_handle<> handle) {
  if (!simulation().untimed()) enqueue();
  WaitAwaiterBase::await_suspend(handle);
}

void WwMutex::LockAwaiter::engage(Process& process) {
  const bool holds_others = context_ && context_->acquired > 0;
  const bool alone = mutex_.requests_.empty() && !process.wait.interruptible;
  const std::uint64_t turn =
      ww_turn(mutex_.grants_ + 1, holds_others ? context_->ticket : kCannotDie);
  // Had it come before the last release it might have died.
  if (holds_others && !mutex_.owner_ && mutex_.last_ticket_ > 0)
    simulation().may_compare(context_->ticket, mutex_.last_ticket_);
  const bool decided = decide(process);
  mutex_.note(Access::ww_request, decided, static_cast<std::uint64_t>(result_),
              alone && result_ == WwResult::locked ? turn : 0);
  if (decided) {
    link_.done = true;
    process.wait.need = 0;
    if (result_ == WwResult::locked) simulation().not_before(mutex_.opened_at(0));
    if (result_ == WwResult::locked) mutex_.note(Access::observe, true);
  } else if (is_interrupted(process)) {
    result_ = WwResult::interrupted;
    process.wait.need = 0;
  } else {
    enqueue();
  }
  block(process);
}

WwResult WwMutex::LockAwaiter::await_resume() {
  const WaitResult waited = WaitAwaiterBase::await_resume();
  if (waited == WaitResult::interrupted) result_ = WwResult::interrupted;
  if (link_.value == 1) result_ = WwResult::deadlock;
  return result_;
}

}  // namespace fencelab::core
