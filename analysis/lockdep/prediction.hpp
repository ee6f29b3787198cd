// What a prediction is: a rule of ordering that a run broke although it completed, as a cycle over
// classes with one instance chain per edge.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/deadlock/wait_edges.hpp"
#include "core/ids.hpp"
#include "core/order_class.hpp"
#include "core/order_events.hpp"
#include "core/time.hpp"

namespace fencelab::analysis {

/// How an edge "while FROM is not released, TO may be waited for" became known.
enum class EdgeOrigin : std::uint8_t {
  held,        ///< a process asked for TO while it held FROM or was inside of it
  duty,        ///< a process asked for TO on its way to bringing FROM about
  dependency,  ///< a fence was promised that cannot signal before TO has
  contract,    ///< the cross-driver contract allows it (analysis/lockdep/contract.hpp)
};

std::string_view to_string(EdgeOrigin origin);

/// Something a process held, or was inside of, when it asked.
struct HeldWitness {
  core::OrderClassId order_class = core::kNoOrderClass;
  core::ObjectId object = core::kNoObject;  ///< none for a section
  std::string label;                        ///< e.g. "lock vm->lock"
  core::LockMode mode = core::LockMode::exclusive;
  core::Time since{};
  std::uint32_t place = ~std::uint32_t{0};  ///< source place of the operation that took it
  bool by_trylock = false;
};

/// The first time an edge was seen.
struct EdgeWitness {
  core::ProcessId process = core::kNoProcess;
  std::string process_name;  ///< empty: nobody; the edge is a promise or the contract
  std::string doing;         ///< what the process was about, e.g. "submit"
  core::Time at{};
  std::uint32_t place = ~std::uint32_t{0};
  core::ObjectId object = core::kNoObject;
  std::string object_label;       ///< what was asked for, e.g. "dma_fence job draw of app"
  std::vector<HeldWitness> held;  ///< outermost first
  std::size_t from = 0;           ///< the one of `held` that the edge starts at
  std::string words;              ///< how else it is known: the rule of the contract, the promise
  std::string source;             ///< where that rule is written
};

struct PredictedEdge {
  EdgeOrigin origin{};
  bool from_shared = false;   ///< FROM was held for reading
  bool to_recursive = false;  ///< TO was asked for reading, past queued writers
  std::uint64_t count = 0;    ///< how often; 0: contract
  EdgeWitness witness;
};

/// Why a cycle cannot close in the executions that the run stands for.
enum class FilterKind : std::uint8_t {
  gate_lock,     ///< two of its edges always happen under one more lock, the same one
  must_order,    ///< two of its edges are ordered by start, join or fence in every execution
  same_process,  ///< two of its edges are only ever made by one process
};

std::string_view to_string(FilterKind kind);

struct FilterNote {
  FilterKind kind{};
  std::string words;  ///< e.g. "guarded by lock G"
};

/// What the prover made of it. Predictions are made `open`; whoever proves sets the rest.
enum class PredictionState : std::uint8_t { open, confirmed, refuted };

std::string_view to_string(PredictionState state);

struct PredictedClass {
  core::OrderKind kind{};
  std::string name;
};

struct Prediction {
  std::string rule;  ///< stable, e.g. "lock-order"; all of them in docs/guide/predicted.md
  std::vector<PredictedClass> cycle;
  std::vector<PredictedEdge> edges;  ///< edge i leads from cycle[i] to the next; the last one back
  std::vector<FilterNote> filters;   ///< not empty: harmless, as far as this run tells
  std::string signature;             ///< of the class cycle: no instances, no schedule
  PredictionState state = PredictionState::open;

  bool harmless() const { return !filters.empty(); }
};

/// Its cycle in words: who holds (or owes) a class, and what is asked for then.
std::vector<WaitEdge> wait_edges(const Prediction& prediction);

}  // namespace fencelab::analysis
