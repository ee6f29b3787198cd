#include "analysis/explore/worker_desk.hpp"

#include <algorithm>

#include "core/assert.hpp"

namespace fencelab::analysis {

void WorkerDesk::look_for_more() { seats_.resize(std::max(seats_.size(), workers_.count())); }

std::optional<std::size_t> WorkerDesk::idle() {
  look_for_more();
  for (std::size_t i = 0; i < seats_.size(); ++i)
    if (seats_[i].state == State::idle) return i;
  return std::nullopt;
}

std::size_t WorkerDesk::idle_count() {
  look_for_more();
  return static_cast<std::size_t>(std::count_if(
      seats_.begin(), seats_.end(), [](const Seat& seat) { return seat.state == State::idle; }));
}

bool WorkerDesk::is_idle(std::size_t worker) { return seats_.at(worker).state == State::idle; }

bool WorkerDesk::is_deserted() {
  look_for_more();
  return std::all_of(seats_.begin(), seats_.end(),
                     [](const Seat& seat) { return seat.state == State::lost; });
}

void WorkerDesk::give(std::size_t worker, std::string task, const void* owner, Finished finished) {
  Seat& seat = seats_.at(worker);
  FENCELAB_ASSERT(seat.state == State::idle, "worker {} has something to do", worker);
  seat = {State::busy, owner, std::move(finished)};
  workers_.send(worker, std::move(task));
}

void WorkerDesk::forget(const void* owner) {
  for (Seat& seat : seats_)
    if (seat.owner == owner) seat.finished = nullptr;
}

bool WorkerDesk::wait(std::chrono::duration<double> patience) {
  const std::optional<Workers::Answer> answer = workers_.wait(patience);
  if (!answer) return false;
  Seat& seat = seats_.at(answer->worker);
  seat.state = answer->is_lost ? State::lost : State::idle;
  const Finished finished = std::move(seat.finished);
  seat.finished = nullptr;
  if (finished) finished(*answer);
  return true;
}

}  // namespace fencelab::analysis
