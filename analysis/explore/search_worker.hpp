// What a worker does for a search: takes messages, gives answers.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "analysis/explore/search_messages.hpp"

namespace fencelab::analysis {

class StateSearch;

class SearchWorker {
 public:
  /// `subject` must be as that of the search, and nobody else's meanwhile.
  SearchWorker(Subject& subject, const ExecutionOptions& options);
  ~SearchWorker();
  /// An answer for a task. Throws what the models throw.
  std::string serve(std::string_view task);

 private:
  SubtreeResult explore(SubtreeTask task);
  StatesResult search_on(const StatesTask& task);

  Subject& subject_;
  ExecutionOptions options_;
  std::unique_ptr<StateSearch> states_;  ///< stays here between its tasks
  std::vector<ActorName> states_actors_;
};

}  // namespace fencelab::analysis
