// OrderWatch: builds the ordering graph of a run from its probe events, and says afterwards which
// orders could close a cycle. One call: subscribe it before the run, ask it after.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/lockdep/causality.hpp"
#include "analysis/lockdep/held_stack.hpp"
#include "analysis/lockdep/irq_usage.hpp"
#include "analysis/lockdep/order_graph.hpp"
#include "analysis/lockdep/prediction.hpp"
#include "core/probe.hpp"
#include "core/simulation.hpp"

namespace fencelab::analysis {

/// What was done, in operations: the measure of linearity, for wall time lies.
struct OrderWork {
  std::uint64_t events = 0;  ///< received
  std::uint64_t steps = 0;   ///< entries of held stacks, waits and chains that were looked at
  std::size_t chains = 0;    ///< different combinations of held and asked instances
  std::size_t edges = 0;
  std::uint64_t cycle_steps = 0;  ///< of the search, once, at the end
};

struct OrderReport {
  std::vector<Prediction> reports;  ///< not harmless: for the prover
  std::vector<Prediction> notes;    ///< harmless by a filter: no failures
  bool complete = true;             ///< false: the search for cycles gave up, which is a failure
  OrderWork work;
};

/// What is one class among fences: each role and device is, or all dma_fences together are, as in
/// drivers/dma-buf/dma-fence.c, where one lockdep map, dma_fence_map, stands for every driver.
enum class FenceClasses : std::uint8_t { each, one };

/// Subject to a run of `simulation`; observes and changes nothing.
class OrderWatch final : public core::ProbeSink {
 public:
  explicit OrderWatch(core::Simulation& simulation, FenceClasses fences = FenceClasses::each);
  static constexpr core::Probe::Mask kMask = core::Probe::kOrdering |
                                             core::Probe::bit(core::ProbeKind::lock_taken) |
                                             core::Probe::bit(core::ProbeKind::lock_released) |
                                             core::Probe::bit(core::ProbeKind::wait_end) |
                                             core::Probe::bit(core::ProbeKind::process_started) |
                                             core::Probe::bit(core::ProbeKind::process_ended) |
                                             core::Probe::bit(core::ProbeKind::fence_created) |
                                             core::Probe::bit(core::ProbeKind::fence_signaled) |
                                             core::Probe::bit(core::ProbeKind::fence_forced) |
                                             core::Probe::bit(core::ProbeKind::timeline_advanced);

  void on_event(const core::ProbeEvent& event) override;

  FenceClasses fence_classes() const {
    return every_fence_ == core::kNoOrderClass ? FenceClasses::each : FenceClasses::one;
  }

  /// Everything that the events so far foretell. Costs a search for cycles over classes.
  OrderReport report() const;
  /// The reports of it, without the notes.
  std::vector<Prediction> predictions() const { return report().reports; }

 private:
  /// The last time a process asked for something of a class; for duties.
  struct Asked {
    core::OrderClassId order_class;
    std::uint64_t number;
    core::ObjectId object;
    core::Time at;
    std::uint32_t place;
  };
  /// When a process last brought about something of a class.
  struct Fulfilled {
    core::OrderClassId order_class;
    std::uint64_t number;
  };
  struct ProcessState {
    explicit ProcessState(std::uint64_t seed) : held(seed) {}
    HeldStack held;
    core::ObjectId asked_lock = core::kNoObject;
    bool interrupt = false;
    bool recovering = false;  ///< forces a fence: it does not do what it was to do
    std::uint32_t irqs_off = 0;
    core::AllocContext allocates = core::AllocContext::kernel;  ///< the newest allocation
    std::vector<Asked> asked;
    std::vector<Fulfilled> fulfilled;
    CausalClock clock;
  };
  /// What is asked for.
  struct Target {
    core::OrderClassId order_class = core::kNoOrderClass;
    core::OrderKind kind{};
    const core::Waitable* object = nullptr;
    bool per_instance = false;  ///< instances of it tell chains apart (locks)
    core::LockMode mode = core::LockMode::exclusive;
    std::uint64_t ticket = 0;
  };

  ProcessState& state(core::ProcessId id);
  core::OrderKind kind_of(core::OrderClassId id);
  /// The class that `id` counts as.
  core::OrderClassId joined(core::OrderClassId id);

  void on_lock_asked(const core::LockEvent& event);
  void on_lock_taken(const core::LockEvent& event, core::Time at);
  void on_lock_released(const core::LockEvent& event);
  void on_misuse(const core::ProbeEvent& event);
  void on_wait_asked(const core::WaitAsk& ask);
  void on_wait_end(const core::Process& process);
  void on_scope(const core::ScopeEvent& event, bool entered, core::Time at);
  void on_allocation(const core::ProbeEvent& event);
  void on_signal(const core::ProbeEvent& event);
  void on_process_started(const core::ProbeEvent& event);
  void on_process_ended(const core::ProbeEvent& event);
  void report_held(const core::Process& process, const ProcessState& ended);
  void on_dependency(const core::FenceDependency& dependency);

  void push(ProcessState& state, HeldEntry entry, const core::Process& process);
  void pop(ProcessState& state, core::OrderClassId order_class, core::ObjectId object);
  void ask(const core::Process& process, ProcessState& state, const Target& target);
  void ask_for(const core::Process& process, ProcessState& state, const core::Waitable& object);
  void check_context(const core::Process& process, const ProcessState& state, const Target& target);
  void note_asked(ProcessState& state, const core::Process& process, const Target& target);
  void new_chain(const core::Process& process, ProcessState& state, const Target& target,
                 std::uint64_t key);
  void stand_behind(const core::Process& process, ProcessState& state, core::OrderClassId duty,
                    const HeldEntry& queue);
  void fulfil(const core::Process& process, ProcessState& state, core::OrderClassId duty);
  void note_use(const core::Process& process, ProcessState& state, const core::LockEvent& event);
  void receive(ProcessState& state, const core::WaitLink& link);
  EdgeWitness witness(const core::Process& process, const ProcessState& state, const Target& target,
                      std::size_t from) const;
  void add_finding(std::string rule, core::OrderClassId order_class, EdgeWitness witness);

  core::Simulation& simulation_;
  OrderGraph graph_;
  Causality causality_;
  IrqUsage irqs_;
  std::vector<std::unique_ptr<ProcessState>> states_;     ///< by process id; none of finished ones
  std::vector<core::OrderKind> kinds_;                    ///< by class
  core::OrderClassId every_fence_ = core::kNoOrderClass;  ///< with FenceClasses::one
  std::vector<bool> published_;                           ///< by class
  std::vector<Prediction> findings_;                      ///< that need no cycle
  core::ObjectId newest_fence_ = core::kNoObject;
  std::uint64_t asks_ = 0;
  OrderWork work_;
};

}  // namespace fencelab::analysis
