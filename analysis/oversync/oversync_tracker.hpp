// Over-synchronisation: which dependencies the bytes ask for, which they do not, and what the
// latter cost.
//
// A dependency is needed if the program or memory management asked for it, or if producer and
// consumer touch overlapping bytes and one writes (the truth of the scenario, not what drivers are
// told); else it is false. What a job lost to false ones is its local counterfactual: all else as
// it was, it would have been ready at the head of its queue when the last job before it that it
// truly conflicts with was done, and would have begun when its engine next stood idle. Waits of
// threads that spare a queue a wait, and in-fences of page flips, are dependencies too.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/oversync/access_history.hpp"
#include "analysis/oversync/conflict.hpp"
#include "analysis/oversync/dependency_table.hpp"
#include "analysis/oversync/value_times.hpp"
#include "core/probe.hpp"
#include "models/cpu_access.hpp"
#include "models/display/display.hpp"
#include "models/gpu/dependency_wait.hpp"

namespace fencelab::analysis {

class OversyncTracker final : public core::ProbeSink {
 public:
  static const core::Probe::Mask kMask;
  void on_event(const core::ProbeEvent& event) override;

  /// Flips on `display` are judged from here on; their in-fences are named after `policy` (sync).
  void watch(const models::Display& display, const std::string& policy);
  /// The run is over: what was waited for and then never used was waited for in vain.
  void finish();

  std::uint64_t needed() const { return needed_; }
  std::uint64_t unneeded() const { return false_; }  ///< false ones
  std::uint64_t costly() const { return costly_; }   ///< false ones that cost something
  /// Nanoseconds that false dependencies cost: jobs, threads, flips.
  std::int64_t job_time() const { return job_time_; }
  std::int64_t thread_time() const { return thread_time_; }
  std::int64_t flip_time() const { return flip_time_; }
  std::int64_t time() const { return job_time_ + thread_time_ + flip_time_; }
  const DependencyTable& table() const { return table_; }

  /// What became of one job, for tests: its start, and the one with needed dependencies only.
  struct Judged {
    std::uint64_t job;
    core::Time start, could_start;
  };
  /// If set, told of every job when it is judged.
  void set_listener(std::function<void(const Judged&)> listener) {
    listener_ = std::move(listener);
  }

 private:
  enum class Where : std::uint8_t { queue, thread, flip };
  struct InFlight {
    const models::Job* job = nullptr;
    std::uint32_t queue = 0;
    std::uint32_t pending = 0;    ///< conflicting earlier jobs that are not done
    core::Time conflicts_done{};  ///< when the last of the others was
    core::Time ring_free{};       ///< when the job ahead of it in the ring was done
    std::uint64_t newest_waiter = 0;
    bool spins = false;  ///< has its engine, but waits for values
    /// If it spins: when it held the engine, which others may have had in between.
    boost::container::small_vector<std::pair<core::Time, core::Time>, 1> held;
    boost::container::small_vector<std::uint64_t, 4> waiters;  ///< jobs it makes wait in truth
    boost::container::small_vector<core::ObjectId, 1> judged;  ///< waited for by the thread
  };
  /// A wait of a thread for a buffer that it was to use, before anything told what for.
  struct Unclaimed {
    core::ProcessId process;
    const models::Buffer* buffer;
    DependencyTable::Key key;
    DependencyRow row;  ///< in words
    models::AccessList accesses;
    bool asked_for;
    core::Time since, until;
  };
  struct Cost {
    core::Time start, could_start, done;
  };
  struct Screen {
    const models::Display* display;
    std::string policy;
  };

  void on_submitted(const core::ProbeEvent& event, const models::Job& job);
  void on_started(const models::Job& job, core::Time now);
  void on_finished(const models::Job& job, core::Time now);
  void on_slice(const models::Job& job, bool begins, core::Time now);
  void on_waited(const core::ProbeEvent& event);
  void on_flip_queued(const core::ProbeEvent& event);
  void on_flip_latched(const core::ProbeEvent& event);
  void judge(const InFlight& own, core::Time start);
  core::Time could_start(const InFlight& own, core::Time ready, core::Time start) const;
  core::Time program_values(const models::Job& job) const;
  core::Time done_at(const models::Dependency& dependency) const;
  bool needed(const models::Dependency& dependency);
  struct Claimant {
    const models::AccessList& accesses;
    const void* key;
    std::string policy, name;
  };
  void claim(core::ProcessId process, const models::Job& job);
  void claim(core::ProcessId process, const models::CpuAccess& access);
  void claim(core::ProcessId process, const Claimant& who);
  void settle(const Unclaimed& wait, bool needed, const std::string& consumer);
  void count(const models::Dependency& dependency, const models::Job& consumer, bool needed,
             Where where, const Cost* cost);
  void add(DependencyRow& row, bool needed, Where where, const Cost* cost,
           const std::string& example);

  std::unordered_map<std::uint64_t, InFlight> jobs_;  ///< submitted, not done; never iterated
  AccessHistory history_;
  ConflictIndex index_;
  ValueTimes values_;
  std::vector<core::Time> queue_done_;  ///< by queue number: when its newest job was done
  std::vector<Unclaimed> unclaimed_;
  struct FlipFence {
    models::Dependency dependency;
    bool needed;
    std::string producer;
  };
  struct Flip {
    core::Time queued;
    std::vector<FlipFence> fences;
    std::string consumer;
  };
  std::map<const models::Display::Commit*, Flip> flips_;  ///< queued, not latched
  std::map<std::uint64_t, Screen> screens_;               ///< by id
  const std::string* intern(const std::string& name);
  std::set<std::string> names_;  ///< of what flips waited for
  DependencyTable table_;
  std::uint64_t needed_ = 0, false_ = 0, costly_ = 0;
  std::int64_t job_time_ = 0, thread_time_ = 0, flip_time_ = 0;
  std::function<void(const Judged&)> listener_;
};

}  // namespace fencelab::analysis
