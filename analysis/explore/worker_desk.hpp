// Who of the workers is at what. Several searches share the workers of a proof.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "analysis/explore/workers.hpp"

namespace fencelab::analysis {

class WorkerDesk {
 public:
  explicit WorkerDesk(Workers& workers) : workers_(workers) {}

  /// A worker that has nothing to do.
  std::optional<std::size_t> idle();
  std::size_t idle_count();
  bool is_idle(std::size_t worker);
  /// Whether nobody is there.
  bool is_deserted();

  using Finished = std::function<void(const Workers::Answer&)>;
  /// Gives an idle worker something to do for `owner`.
  void give(std::size_t worker, std::string task, const void* owner, Finished finished);
  /// Waits for an answer, once, and passes it on. False if none came in time.
  bool wait(std::chrono::duration<double> patience);
  /// Answers to what was given for `owner` so far interest nobody any more.
  void forget(const void* owner);

 private:
  enum class State : std::uint8_t { idle, busy, lost };
  struct Seat {
    State state = State::idle;
    const void* owner = nullptr;
    Finished finished;
  };
  void look_for_more();

  Workers& workers_;
  std::vector<Seat> seats_;
};

}  // namespace fencelab::analysis
