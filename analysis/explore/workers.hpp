// Somebody else to work on parts of a search: other processes of this machine or of others, as far
// as a search sees them. Made where processes are made (campaign/); a search knows none of that.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace fencelab::analysis {

/// When to call workers, and how much to give them at a time. It changes no result.
struct ParallelTuning {
  std::chrono::duration<double> alone{0.03};  ///< what takes no longer is not worth calling anybody
  std::uint64_t steps_per_task = 50'000;      ///< enough that sending it does not count
};

class Workers {
 public:
  virtual ~Workers() = default;

  struct Answer {
    std::size_t worker = 0;
    bool is_lost = false;  ///< it is no more, and what it was at is not done
    std::string bytes;     ///< what SearchWorker::serve() returned
  };

  /// How many there are, numbered from 0, with those that were lost. Grows when more come free. To
  /// call it may start them.
  virtual std::size_t count() = 0;
  /// Gives a task to a worker that has none.
  virtual void send(std::size_t worker, std::string task) = 0;
  /// The next answer of anybody; nothing if none comes in time.
  virtual std::optional<Answer> wait(std::chrono::duration<double> patience) = 0;
};

}  // namespace fencelab::analysis
