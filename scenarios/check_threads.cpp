// Forks: who starts a forked thread, is it one who does so once, and do threads fork each other in
// a circle?
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/load_parts.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

struct ForkEdge {
  Index thread;
  Place place;
  bool is_repeated;  ///< in a loop
};

// Forks of forked threads; that of another has been reported where it stands.
void collect_forks(const ProcessSpec& process, const Program& program, bool is_repeated,
                   std::vector<ForkEdge>& edges) {
  for (const Op& op : program) {
    const auto* const fork = std::get_if<ForkOp>(&op.what);
    const bool is_fork = fork != nullptr && !fork->join && fork->thread != kNone;
    if (is_fork && process.threads[fork->thread].forked)
      edges.push_back({fork->thread, op.place, is_repeated});
    if (const auto* const loop = std::get_if<LoopOp>(&op.what))
      collect_forks(process, loop->body, is_repeated || loop->times != 1, edges);
  }
}

// Threads of one process and who forks whom.
class ForkGraph {
 public:
  ForkGraph(LoadContext& context, const ProcessSpec& process)
      : context_(context), process_(process) {
    edges_.resize(process.threads.size());
    state_.resize(process.threads.size(), State::unseen);
    for (std::size_t i = 0; i < edges_.size(); ++i)
      collect_forks(process, process.threads[i].program, false, edges_[i]);
  }

  void report_orphans();
  void report_repeated();
  void report_cycles();

 private:
  enum class State : std::uint8_t { unseen, open, done };

  void visit(Index thread);
  void report_cycle(const ForkEdge& closing);

  LoadContext& context_;
  const ProcessSpec& process_;
  std::vector<std::vector<ForkEdge>> edges_;
  std::vector<State> state_;
  std::vector<Index> path_;
};

void ForkGraph::report_orphans() {
  // A fork that could not be read may be the one that is missed.
  if (context_.sink.has_error_under(process_.place.pointer)) return;
  std::vector<bool> is_forked(process_.threads.size(), false);
  for (const auto& edges : edges_) {
    for (const ForkEdge& edge : edges) is_forked[edge.thread] = true;
  }
  for (std::size_t i = 0; i < process_.threads.size(); ++i) {
    const ThreadSpec& thread = process_.threads[i];
    if (!thread.forked || is_forked[i]) continue;
    context_.sink.error(thread.place.pointer,
                        {.code = "never-forked",
                         .message = fmt::format("nobody forks thread {}", quote(thread.name)),
                         .expected = fmt::format("an operation {{\"fork\": {}}} in another thread",
                                                 quote(thread.name))});
  }
}

// A thread runs once: it has one end that can be joined.
void ForkGraph::report_repeated() {
  if (context_.sink.has_error_under(process_.place.pointer)) return;  // a circle is one of them
  std::vector<bool> is_forked(process_.threads.size(), false);
  for (const auto& edges : edges_) {
    for (const ForkEdge& edge : edges) {
      const bool again = is_forked[edge.thread];
      is_forked[edge.thread] = true;
      if (!again && !edge.is_repeated) continue;
      context_.sink.error(
          edge.place.pointer,
          {.code = "forked-again",
           .message =
               fmt::format("thread {} is forked {}", quote(process_.threads[edge.thread].name),
                           again ? "a second time" : "in every round of a loop"),
           .expected = "one fork of each forked thread, outside loops: a thread runs once"});
    }
  }
}

void ForkGraph::report_cycles() {
  for (std::size_t i = 0; i < edges_.size(); ++i) {
    if (state_[i] == State::unseen) visit(static_cast<Index>(i));
  }
}

// Depth first; an edge to a thread that is still open closes a cycle.
void ForkGraph::visit(Index thread) {
  state_[thread] = State::open;
  path_.push_back(thread);
  for (const ForkEdge& edge : edges_[thread]) {
    if (state_[edge.thread] == State::open)
      report_cycle(edge);
    else if (state_[edge.thread] == State::unseen)
      visit(edge.thread);
  }
  path_.pop_back();
  state_[thread] = State::done;
}

void ForkGraph::report_cycle(const ForkEdge& closing) {
  std::string way;
  const auto first = std::find(path_.begin(), path_.end(), closing.thread);
  for (auto each = first; each != path_.end(); ++each) way += process_.threads[*each].name + " -> ";
  way += process_.threads[closing.thread].name;
  context_.sink.error(closing.place.pointer,
                      {.code = "fork-cycle",
                       .message = "threads fork each other in a circle: " + way,
                       .expected = "each thread forked by one that runs before it"});
}

}  // namespace

void check_threads(LoadContext& context) {
  for (const ProcessSpec& process : context.scenario.processes) {
    ForkGraph graph(context, process);
    graph.report_orphans();
    graph.report_cycles();
    graph.report_repeated();
  }
}

}  // namespace fencelab::scenarios
