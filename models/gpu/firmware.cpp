#include "models/gpu/firmware.hpp"

#include <algorithm>

#include "models/gpu/context.hpp"
#include "models/gpu/gpu.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

using core::WaitReason;

Firmware::Firmware(Gpu& gpu, const Spec& spec)
    : gpu_(gpu),
      simulation_(gpu.machine().simulation()),
      spec_(spec),
      slot_wanted_(simulation_),
      off_bell_(simulation_),
      off_wanted_(!simulation_.untimed()),
      off_wanted_cell_(simulation_),
      cell_(simulation_) {
  off_bell_.describe_by([this](core::WaitGraphBuilder& builder) { return describe_off(builder); });
}

core::GateIndex Firmware::describe_off(core::WaitGraphBuilder& builder) const {
  std::vector<core::GateIndex> gates;
  for (const HwQueue* queue : unanswered_) gates.push_back(describe_silence(builder, *queue));
  for (const HwQueue* queue : gpu_.user_queues()) {
    if (queue->may_run() || !queue->on_engine()) continue;
    const Job* const head = queue->head();
    if (head->stalled || queue->context().preemption_period() == core::Duration{})
      gates.push_back(head->describe_finish(builder));
  }
  return builder.all_of(std::move(gates), "queues of " + gpu_.name() + " off the hardware");
}

// ---------------------------------------------------------------- slots

void Firmware::ring_doorbell(HwQueue& queue) {
  if (queue.suspended() || queue.asked_for_slot() || !queue.has_work()) return;
  queue.ask_for_slot(true);
  slot_wanted_.push(&queue);
  if (slots_bell_) slots_bell_->ring();
}

void Firmware::queue_emptied() {
  if (slots_bell_ && !waiting_.empty()) slots_bell_->ring();
}

// Where processes are isolated from each other only one has queues on the hardware at a time.
bool Firmware::isolates() const { return gpu_.policies().submission->isolates_processes(); }

bool Firmware::fits(const HwQueue& queue) const {
  if (mapped_.size() == spec_.slots) return false;
  return !isolates() || std::none_of(mapped_.begin(), mapped_.end(), [&](const HwQueue* other) {
    return &other->context().client() != &queue.context().client();
  });
}

// Whom to unmap for it: a mapped queue without work, else of the lowest priority, if that is no
// higher, the one used longest ago. Isolated, those of other processes come first.
HwQueue* Firmware::slot_victim(const HwQueue& wanting) const {
  HwQueue *idle = nullptr, *victim = nullptr;
  int lowest = wanting.context().priority();
  const bool others_only = isolates() && mapped_.size() < spec_.slots;
  for (HwQueue* queue : mapped_) {
    if (others_only && &queue->context().client() == &wanting.context().client()) continue;
    if (!queue->has_work()) {
      idle = queue;
      break;
    }
    const int priority = queue->context().priority();
    if (priority > lowest) continue;
    if (!victim || priority < lowest || queue->last_used() < victim->last_used()) victim = queue;
    lowest = priority;
  }
  return idle ? idle : victim;
}

// Takes a slot from somebody, who asks again if there is work left. Equals keep it for a while.
core::Task<bool> Firmware::free_a_slot(const HwQueue& wanting, bool waited) {
  HwQueue* const victim = slot_victim(wanting);
  if (!victim) co_return false;
  const bool equal = victim->context().priority() == wanting.context().priority();
  if (victim->has_work() && equal && !waited)
    co_await core::sleep_for(simulation_, spec_.quantum, WaitReason::firmware);
  co_await deliver();
  victim->set_mapped(false);
  std::erase(mapped_, victim);
  ring_doorbell(*victim);
  co_return true;
}

core::Task<bool> Firmware::make_room(const HwQueue& queue) {
  bool freed = true;
  for (bool first = true; freed && !fits(queue); first = false)
    freed = co_await free_a_slot(queue, !first);
  co_return freed;
}

// Who asked first, or is the most urgent of those who ask.
core::Task<HwQueue*> Firmware::next() {
  if (!gpu_.machine().priorities_differ()) {
    co_await slot_wanted_.arrival();
    HwQueue* const queue = slot_wanted_.front();
    slot_wanted_.pop();
    co_return queue;
  }
  if (!slots_bell_) slots_bell_.emplace(simulation_);
  for (;;) {
    slots_bell_->clear();
    while (!slot_wanted_.items().empty()) {
      waiting_.push_back(slot_wanted_.front());
      slot_wanted_.pop();
    }
    const auto most =
        std::max_element(waiting_.begin(), waiting_.end(), [](const HwQueue* a, const HwQueue* b) {
          return a->context().priority() < b->context().priority();
        });
    const bool room =
        most != waiting_.end() && (mapped_.size() < spec_.slots || slot_victim(**most) != nullptr);
    if (room) {
      HwQueue* const queue = *most;
      waiting_.erase(most);
      co_return queue;
    }
    co_await slots_bell_->wait();
  }
}

core::Task<> Firmware::serve() {
  for (;;) {
    HwQueue& queue = *co_await next();
    if (!fits(queue)) {
      if (queue.suspended() || !queue.has_work()) {
        queue.ask_for_slot(false);  // not now: who resumes it or adds work asks again
        continue;
      }
      const bool room = co_await make_room(queue);
      if (!room) {
        waiting_.push_back(&queue);
        continue;
      }
    }
    co_await deliver();
    if (gone_) continue;
    queue.use(simulation_.now());
    queue.set_mapped(true);
    mapped_.push_back(&queue);
  }
}

// ---------------------------------------------------------------- taking queues off

bool Firmware::is_unanswered(const HwQueue& queue) const {
  return std::find(unanswered_.begin(), unanswered_.end(), &queue) != unanswered_.end();
}

void Firmware::suspend(HwQueue& queue) {
  if (answers()) return queue.set_suspended(true);
  cell_.write();
  unanswered_.push_back(&queue);
}

void Firmware::resume(HwQueue& queue) {
  if (!answers()) {
    cell_.write();
    std::erase(unanswered_, &queue);
  }
  queue.set_suspended(false);
}

// Where one explores nobody hears it before the first has waited: until then no engine rings, and
// none competes with another.
void Firmware::queue_left_engine(bool withdrawn) {
  off_wanted_cell_.read();
  if (withdrawn && off_wanted_) off_bell_.ring();
}

core::Task<> Firmware::wait_until_left(HwQueue& queue) {
  if (!queue.off_engine() || is_unanswered(queue)) co_return co_await wait_until_off(queue);
  const auto timeout = gpu_.policies().hang->preempt_timeout();
  const core::Time deadline = timeout ? simulation_.now() + *timeout : core::kNever;
  for (;;) {
    const auto result = co_await core::SingleWait(
        *queue.off_engine(), 0,
        {.reason = WaitReason::engine, .deadline = deadline, .recovery = timeout.has_value()});
    if (result != core::WaitResult::timed_out) co_return;
    if (Engine* const engine = queue.on_engine()) engine->reset(core::fence_error::kTime);
  }
}

core::Task<> Firmware::wait_until_off(HwQueue& queue) {
  if (!off_wanted_) {
    off_wanted_cell_.write();
    off_wanted_ = true;
  }
  const auto timeout = gpu_.policies().hang->preempt_timeout();
  const core::Time deadline = timeout ? simulation_.now() + *timeout : core::kNever;
  while (queue.on_engine() || is_unanswered(queue)) {
    const auto result = co_await core::SingleWait(
        off_bell_, 0,
        {.reason = WaitReason::engine, .deadline = deadline, .recovery = timeout.has_value()});
    if (result != core::WaitResult::timed_out) continue;
    if (is_unanswered(queue))
      restart();
    else if (queue.on_engine())
      queue.on_engine()->reset(core::fence_error::kTime);
  }
}

// ---------------------------------------------------------------- silence

// One message: the kernel waits for the answer, and resets a firmware that gives none for as long
// as a preemption may take.
core::Task<> Firmware::await_answer() {
  while (!answers()) {
    const auto timeout = gpu_.policies().hang->preempt_timeout();
    const core::Time deadline = timeout ? simulation_.now() + *timeout : core::kNever;
    const auto result = co_await core::SingleWait(
        *answer_bell_, 0,
        {.reason = WaitReason::firmware, .deadline = deadline, .recovery = timeout.has_value()});
    if (result == core::WaitResult::timed_out) restart();
  }
}

core::Task<> Firmware::deliver() {
  co_await await_answer();
  co_await core::sleep_for(simulation_, spec_.latency, WaitReason::firmware);
}

void Firmware::stop_answering() {
  cell_.write();
  answers_ = false;
  if (!answer_bell_) answer_bell_.emplace(simulation_);
  answer_bell_->describe_by([this](core::WaitGraphBuilder& builder) {
    return builder.faulty("the firmware of " + gpu_.name() + " does not answer", off_bell_.id());
  });
}

// A reset of the device loads it anew, and it is told again what it had not answered. Nobody's work
// is to blame, and what is on engines is taken up where it was.
void Firmware::restart() {
  if (answers() || gone_) return;
  cell_.write();
  answers_ = true;
  simulation_.emit(core::ProbeKind::gpu_reset, gpu_.engines().front()->id());
  for (HwQueue* queue : std::exchange(unanswered_, {})) queue->set_suspended(true);
  if (answer_bell_) answer_bell_->ring();
  off_bell_.ring();
}

void Firmware::unplug() {
  cell_.write();
  gone_ = answers_ = true;
  unanswered_.clear();
  for (HwQueue* queue : std::exchange(mapped_, {})) queue->set_mapped(false);
  if (answer_bell_) answer_bell_->ring();
  off_bell_.ring();
}

core::GateIndex Firmware::describe_silence(core::WaitGraphBuilder& builder,
                                           const HwQueue& queue) const {
  if (gone_) return builder.faulty(gpu_.name() + " is gone", off_bell_.id());
  if (answers_ || (queue.mapped() && !is_unanswered(queue))) return core::kNoIndex;
  return builder.faulty("the firmware of " + gpu_.name() + " does not answer", off_bell_.id());
}

}  // namespace fencelab::models
