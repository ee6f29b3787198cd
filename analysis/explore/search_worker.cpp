#include "analysis/explore/search_worker.hpp"

#include "analysis/explore/dpor_search.hpp"
#include "analysis/explore/state_search.hpp"

namespace fencelab::analysis {

SearchWorker::SearchWorker(Subject& subject, const ExecutionOptions& options)
    : subject_(subject), options_(options) {}

SearchWorker::~SearchWorker() = default;

std::string SearchWorker::serve(std::string_view task) {
  if (kind_of(task) == TaskKind::states) return to_bytes(search_on(states_task(task)));
  return to_bytes(explore(subtree_task(task)));
}

SubtreeResult SearchWorker::explore(SubtreeTask task) {
  subject_.actors().assign(task.actors);
  Rivals rivals(subject_.actors());
  for (const Rivals::Pair& pair : task.rivals) rivals.add(pair);
  ExecutionOptions among_rivals = options_;
  among_rivals.rivals = &rivals;
  DporSearch search(subject_, among_rivals, {});
  search.begin(std::move(task.state));
  const bool all = search.run([&](const Exploration& work) {
    return work.steps + work.replayed >= task.steps ||
           (task.stop_at_dead && work.found_deadlock()) ||
           subject_.actors().count() > task.actors.size();
  });
  SubtreeResult result;
  result.work = std::move(search.result());
  result.requests = search.requests();
  result.actors = subject_.actors().names();
  result.rivals = rivals.pairs();
  if (!all) result.rest = search.state();
  return result;
}

StatesResult SearchWorker::search_on(const StatesTask& task) {
  subject_.actors().assign(task.is_first ? task.actors : states_actors_);
  if (task.is_first) {
    ExploreLimits limits = task.limits;
    limits.steps = ~std::uint64_t{0};  // those are of this task, and the search goes on after it
    states_ = std::make_unique<StateSearch>(subject_, options_, limits);
  }
  StatesResult result;
  result.is_done = states_->run(task.limits.steps);
  result.work = states_->result();
  states_actors_ = result.actors = subject_.actors().names();
  return result;
}

}  // namespace fencelab::analysis
