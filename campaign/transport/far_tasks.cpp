#include "campaign/transport/far_tasks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

namespace fencelab::campaign {

using Kind = RankMessage::Kind;
using Status = WorkerResult::Status;

// Messages: `open` gives an order, `text` answers it; both name the task. An answer begins with the
// number of its status.

FarTasks::FarTasks(Ranks& ranks, unsigned slots_per_rank)
    : link_(ranks),
      slots_(std::max(slots_per_rank, 1u)),
      ranks_(static_cast<std::size_t>(ranks.size())) {
  ranks_.front().is_gone = true;
}

bool FarTasks::has_room() const {
  return std::any_of(ranks_.begin(), ranks_.end(), [this](const Rank& rank) {
    return !rank.is_gone && rank.tasks.size() < 2 * slots_;
  });
}

void FarTasks::begin(std::size_t task, std::string_view order) {
  const auto least =
      std::min_element(ranks_.begin(), ranks_.end(), [](const Rank& one, const Rank& other) {
        return std::pair(one.is_gone, one.tasks.size()) <
               std::pair(other.is_gone, other.tasks.size());
      });
  least->tasks.push_back(task);
  link_.send(static_cast<int>(least - ranks_.begin()),
             to_bytes({Kind::open, task, 0, std::string(order)}));
}

std::size_t FarTasks::size() const {
  std::size_t size = 0;
  for (const Rank& rank : ranks_) size += rank.tasks.size();
  return size;
}

void FarTasks::add_to(std::vector<pollfd>& waits) const {
  const short mail = link_.has_unsent() ? POLLIN | POLLOUT : POLLIN;
  waits.push_back({link_.descriptor(), mail, 0});
}

void FarTasks::collect(const WorkerFinished& finished,
                       const std::function<void(std::size_t task)>& given_back) {
  while (const auto mail = link_.receive()) {
    const auto from = static_cast<std::size_t>(mail->from);
    if (mail->bytes.empty()) {
      lose(from, finished, given_back);
      continue;
    }
    const RankMessage message = rank_message(mail->bytes);
    Tasks& tasks = ranks_.at(from).tasks;
    const auto found = std::find(tasks.begin(), tasks.end(), message.session);
    if (message.kind != Kind::text || found == tasks.end() || message.text.empty()) continue;
    tasks.erase(found);
    finished(message.session,
             {static_cast<Status>(message.text.front() - '0'), message.text.substr(1)});
  }
  if (link_.descriptor() >= 0) return;
  for (std::size_t rank = 1; rank < ranks_.size(); ++rank) lose(rank, finished, given_back);
}

void FarTasks::lose(std::size_t rank, const WorkerFinished& finished,
                    const std::function<void(std::size_t task)>& given_back) {
  ranks_.at(rank).is_gone = true;
  const Tasks tasks = std::exchange(ranks_.at(rank).tasks, {});
  // It begins them in the order in which they were given.
  for (std::size_t i = 0; i < tasks.size(); ++i)
    if (i < slots_)
      finished(tasks[i], {Status::crashed, fmt::format("rank {} died with the run", rank)});
    else
      given_back(tasks[i]);
}

// ---------------------------------------------------------------- the other side

namespace {

class TaskServer {
 public:
  TaskServer(Ranks& ranks, unsigned jobs, const WorkerLimits& limits, const TaskOfOrder& task_of)
      : ranks_(ranks), jobs_(std::max(jobs, 1u)), workers_(limits), task_of_(task_of) {}

  void run() {
    for (;;) {
      while (const auto mail = ranks_.receive()) take(*mail);
      if (is_finished_ || ranks_.descriptor() < 0) return;
      while (!orders_.empty() && workers_.size() < jobs_ && start(orders_.front()))
        orders_.pop_front();
      listen();
    }
  }

 private:
  struct Order {
    std::uint64_t task = 0;
    std::string text;
  };

  void take(const Ranks::Mail& mail) {
    if (mail.bytes.empty()) {  // the first is no more
      is_finished_ = true;
      return;
    }
    RankMessage message = rank_message(mail.bytes);
    if (message.kind == Kind::finish) is_finished_ = true;
    if (message.kind == Kind::open) orders_.push_back({message.session, std::move(message.text)});
  }

  /// False if it has to wait until another is done.
  bool start(const Order& order) {
    try {
      if (workers_.start(order.task, task_of_(order.text))) return true;
      if (workers_.size() > 0) return false;
      tell(order.task, {Status::crashed, fmt::format("cannot start a run: {}", strerror(errno))});
    } catch (const std::exception& error) {
      tell(order.task, {Status::crashed, error.what()});
    }
    return true;
  }

  void tell(std::uint64_t task, const WorkerResult& result) {
    std::string text(1, static_cast<char>('0' + static_cast<int>(result.status)));
    ranks_.send(0, to_bytes({Kind::text, task, 0, text + result.text}));
  }

  void listen() {
    std::vector<pollfd> waits;
    workers_.add_to(waits);
    const short mail = ranks_.has_unsent() ? POLLIN | POLLOUT : POLLIN;
    waits.push_back({ranks_.descriptor(), mail, 0});
    if (::poll(waits.data(), waits.size(), workers_.patience()) < 0) return;
    const auto done = [this](std::size_t task, const WorkerResult& result) { tell(task, result); };
    workers_.collect(waits.data(), done);
    workers_.kill_overdue(done);
  }

  Ranks& ranks_;
  std::size_t jobs_;
  WorkerSet workers_;
  const TaskOfOrder& task_of_;
  std::deque<Order> orders_;
  bool is_finished_ = false;
};

}  // namespace

void serve_tasks(Ranks& ranks, unsigned jobs, const WorkerLimits& limits,
                 const TaskOfOrder& task_of) {
  TaskServer(ranks, jobs, limits, task_of).run();
}

}  // namespace fencelab::campaign
