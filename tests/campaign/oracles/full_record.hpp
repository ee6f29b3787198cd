// FullRecord: everything that happened in a small run, kept for good, and questions about it that
// are answered by looking at all pairs. It shares no code with the analyses it is the oracle of.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "core/probe.hpp"
#include "core/waitable.hpp"
#include "models/display/display.hpp"
#include "models/gpu/dependency_wait.hpp"
#include "models/gpu/job.hpp"
#include "models/sync/dma_resv.hpp"

namespace fencelab::tests {

class FullRecord final : public core::ProbeSink {
 public:
  void on_event(const core::ProbeEvent& event) override;
  /// What one process finds done all know: there is one bookkeeper (the oracle).
  bool one_bookkeeper = false;

  struct Signal {
    std::uint64_t object, value;
    core::Time at;
    int node;
  };
  struct Asked {
    std::uint64_t producer = 0;  ///< job; 0: none
    models::DependencyRule rule{};
    core::Time done{};
    int signal = -1;  ///< node after which it is done
  };
  struct JobRecord {
    std::uint64_t id = 0;
    std::uint32_t queue = 0, engine = 0;
    std::size_t submitted = 0;  ///< order
    std::size_t finished = ~std::size_t{0};
    core::Time head{}, start = core::kNever, done = core::kNever;
    core::Time begun = core::kNever;  ///< start, or when its semaphores opened after that
    std::vector<std::pair<core::Time, core::Time>> slices;  ///< in which it held its engine
    std::vector<Signal> ring_waits;  ///< values that the program asked for, when they came
    std::vector<models::Access> accesses;
    std::vector<Asked> dependencies;
    int submit_node = -1, start_node = -1, end_node = -1;
  };
  const std::map<std::uint64_t, JobRecord>& jobs() const { return jobs_; }
  /// What threads waited for in place of their jobs, before these had queues to wait in.
  struct ThreadWait {
    JobRecord consumer;  ///< its accesses only
    Asked asked;
    std::vector<Asked> others;  ///< what else was waited for in the same way
    core::Time since, until;
    bool in_place_of_queue = false;  ///< the job asks for it no more
  };
  const std::vector<ThreadWait>& thread_waits() const { return thread_waits_; }
  /// The end of a false one with needed ones only.
  core::Time could_go_on(const ThreadWait& wait) const;
  /// Waits of threads that no job asked for; they are judged elsewhere.
  std::size_t unasked_waits() const { return unasked_waits_; }
  /// Commit, plane, and whether it was drawn over before it left the screen (else: not drawn when
  /// it was latched).
  using Pictures = std::set<std::tuple<std::uint64_t, const models::Buffer*, bool>>;
  const Pictures& pictures() const { return pictures_; }
  std::size_t evictions() const { return evictions_; }
  std::size_t cpu_accesses() const { return touches_.size(); }

  /// The definition: overlapping bytes of one buffer, one writes.
  static bool conflict(const JobRecord& a, const JobRecord& b);
  bool needed(const JobRecord& consumer, const Asked& dependency) const;
  /// The start of `job` with needed dependencies only: derived from the times of all others.
  core::Time could_start(const JobRecord& job) const;
  /// Pairs that race: the one that was done first, the other, whether both write. Of each queue,
  /// access and kind the newest only.
  std::set<std::tuple<std::uint64_t, std::uint64_t>> races() const;

 private:
  int node(std::uint32_t process);
  int new_node();
  void edge(int from, int to) { after_[static_cast<std::size_t>(from)].push_back(to); }
  void on_asked(const core::ProbeEvent& event);
  void on_dependency_waited(const core::ProbeEvent& event);
  void on_slice(const core::ProbeEvent& event, JobRecord& job);
  void on_message(const core::ProbeEvent& event);
  Asked asked_of(const models::Dependency& dependency) const;
  /// `later` comes after what that reservation has dropped of the fences of that query.
  void after_forgotten(std::uint64_t lock, models::Usage query, int later);
  void on_submitted(const core::ProbeEvent& event, const models::Job& job);
  void on_started(const core::ProbeEvent& event, const models::Job& job);
  void on_finished(const core::ProbeEvent& event, const models::Job& job);
  void learned(std::uint32_t process, std::uint64_t object, std::uint64_t value);
  void on_wait(const core::ProbeEvent& event);
  void on_lock(const core::ProbeEvent& event);
  void on_accessed(const core::ProbeEvent& event);
  void on_flip(const core::ProbeEvent& event);
  bool writes(const JobRecord& record, const models::Display::ScanOut& plane) const;
  const Signal* find(std::uint64_t object, std::uint64_t value) const;
  bool idle(std::uint32_t engine, core::Time at, const JobRecord& but) const;
  std::vector<char> reachable_from(int from) const;

  /// Of a commit that waits to be latched.
  struct Flip {
    std::size_t submitted;
    std::set<std::uint64_t> unfinished;
  };
  /// What a display has scanned out since its last flip was latched.
  struct Screen {
    std::uint64_t commit = 0;
    std::size_t submitted = 0;  ///< before that flip was asked for
    std::vector<models::Display::ScanOut> planes;
  };
  void draw_over_screens(const JobRecord& record);
  std::vector<const JobRecord*> all() const;
  std::map<std::uint64_t, JobRecord> jobs_;
  std::map<std::uint64_t, JobRecord> touches_;       ///< accesses of threads
  std::map<std::uint32_t, std::uint64_t> touching_;  ///< by process
  std::map<std::pair<std::uint64_t, std::uint64_t>, int> messages_;
  std::map<std::uint64_t, std::vector<int>> given_;  ///< by buffer: images handed over
  std::map<std::uint64_t, std::vector<int>> completed_;
  std::vector<ThreadWait> thread_waits_;
  /// By engine: when it put a job aside that it had taken away.
  std::map<std::uint64_t, std::vector<std::pair<core::Time, core::Time>>> switches_;
  std::set<std::uint64_t> progress_;  ///< timelines that tell how far a queue is
  std::map<const void*, Flip> flips_;
  std::map<std::uint64_t, Screen> screens_;
  Pictures pictures_;
  std::size_t unasked_waits_ = 0, evictions_ = 0;
  std::vector<std::vector<int>> after_;
  std::map<std::uint32_t, int> last_;  ///< newest node of a process
  std::vector<Signal> signals_;
  std::map<std::uint32_t, int> last_end_;               ///< by queue
  std::map<std::uint32_t, std::vector<int>> polled_;    ///< by client: looks that found work done
  std::map<std::uint32_t, std::uint32_t> client_of_;    ///< by process
  std::map<std::uint64_t, std::vector<int>> unlocked_;  ///< by lock
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<int>>
      forgotten_;                                                ///< by lock, class
  std::set<std::pair<std::uint64_t, std::uint64_t>> taken_out_;  ///< client, lock
  std::map<std::uint64_t, std::uint64_t> ends_;  ///< fence or ring -> job whose end it is
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ending_;  ///< values the last job writes
  core::Time ending_at_{};
  int ending_node_ = -1;
  std::size_t submissions_ = 0, finishes_ = 0;
};

}  // namespace fencelab::tests
