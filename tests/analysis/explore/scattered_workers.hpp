// Workers for tests: in this process, and in no order. Answers come back when a seed says so, some
// very late; workers come late, and some get lost.
#pragma once

#include <algorithm>
#include <functional>
#include <random>

#include "analysis/explore/search_worker.hpp"
#include "analysis/explore/workers.hpp"

namespace fencelab::testing {

struct ScatteredOptions {
  std::size_t workers = 3;
  std::uint64_t seed = 1;
  std::uint32_t lost_of_hundred = 0;  ///< tasks after which the worker is no more
  std::uint64_t workers_most = 1000;  ///< with those that take the place of lost ones
};

class ScatteredWorkers final : public analysis::Workers {
 public:
  using MakeSubject = std::function<std::unique_ptr<analysis::Subject>()>;
  ScatteredWorkers(MakeSubject make_subject, const analysis::ExecutionOptions& execution,
                   const ScatteredOptions& options)
      : make_subject_(std::move(make_subject)),
        execution_(execution),
        options_(options),
        random_(options.seed) {}

  std::size_t count() override {
    const std::size_t alive = seats_.size() - lost_;
    // Now and then somebody comes free.
    if (alive < options_.workers && seats_.size() < options_.workers_most && random_() % 4 == 0) {
      Seat seat;
      seat.subject = make_subject_();
      seat.worker = std::make_unique<analysis::SearchWorker>(*seat.subject, execution_);
      seats_.push_back(std::move(seat));
    }
    return seats_.size();
  }
  void send(std::size_t worker, std::string task) override {
    waiting_.push_back({worker, std::move(task)});
    ++tasks;
  }
  std::optional<Answer> wait(std::chrono::duration<double>) override {
    if (waiting_.empty() || random_() % 3 == 0) return std::nullopt;
    // Most often the latest: what comes first in order tends to come last in time.
    std::size_t chosen = waiting_.size() - 1;
    if (random_() % 3 == 0) chosen = random_() % waiting_.size();
    const Waiting next = waiting_[chosen];
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(chosen));
    if (random_() % 100 < options_.lost_of_hundred) {
      ++lost_;
      return Answer{next.worker, true, {}};
    }
    return Answer{next.worker, false, seats_[next.worker].worker->serve(next.task)};
  }

  std::uint64_t tasks = 0;

 private:
  struct Seat {
    std::unique_ptr<analysis::Subject> subject;
    std::unique_ptr<analysis::SearchWorker> worker;
  };
  struct Waiting {
    std::size_t worker;
    std::string task;
  };
  MakeSubject make_subject_;
  analysis::ExecutionOptions execution_;
  ScatteredOptions options_;
  std::mt19937_64 random_;
  std::vector<Seat> seats_;
  std::vector<Waiting> waiting_;
  std::size_t lost_ = 0;
};

}  // namespace fencelab::testing
