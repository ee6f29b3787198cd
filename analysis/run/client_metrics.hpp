// ClientMetrics: what each process got of the GPUs, from probe events alone.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/probe.hpp"
#include "core/time.hpp"

namespace fencelab::analysis {

class ClientMetrics final : public core::ProbeSink {
 public:
  static constexpr core::KindSet kMask =
      core::KindSet(core::ProbeKind::job_submitted) | core::KindSet(core::ProbeKind::job_finished) |
      core::KindSet(core::ProbeKind::engine_slice) | core::KindSet(core::ProbeKind::cycle_done) |
      core::KindSet(core::ProbeKind::priority_inverted);
  /// Least, sum and most of some times, in ns.
  struct Spread {
    std::uint64_t count = 0;
    std::int64_t least = 0, sum = 0, most = 0;
    void add(std::int64_t ns);
  };
  struct Client {
    std::uint64_t submitted = 0, done = 0, lost = 0;
    std::int64_t gpu_time = 0;  ///< ns that engines executed its jobs
    Spread latency;             ///< of jobs that are done, from submit
    Spread cycles;              ///< rounds of the outermost loops of its threads
    std::int64_t held_up = 0;   ///< ns that engines executed what is less urgent than its work
    std::uint64_t depth = 0, depth_most = 0;
    double depth_area = 0;  ///< jobs times ns, up to `depth_since`
    core::Time depth_since{};
  };

  void on_event(const core::ProbeEvent& event) override;
  /// By Client::index of the model; those at the end that did nothing are left out.
  const std::vector<Client>& clients() const { return clients_; }
  /// Jobs submitted and not done, averaged over a run up to `end`.
  static double mean_depth(const Client& client, core::Time end);
  /// Jain's index of the GPU time of those who submitted: 1 where all got the same, 1/n where one
  /// got all (Jain, Chiu, Hawe 1984). Negative: nobody got any.
  double fairness() const;
  /// The run is over: what still goes on has lasted until then. Once, before the rest is read.
  void finish(core::Time end);
  /// Sum over engines of the ns during which they executed something that nobody needed as urgently
  /// as what could have run instead, whoever needed that.
  std::int64_t inverted_time() const { return inverted_time_; }

 private:
  Client& at(std::uint64_t index);
  static void change_depth(Client& client, core::Time now, int change);
  /// Since when an engine keeps something urgent waiting, and for whom.
  struct Inversion {
    bool is_on = false;
    std::uint64_t client = 0;  ///< 1 + its index, or 0
    core::Time since{};
  };
  void end_inversion(Inversion& inversion, core::Time now);
  std::vector<Client> clients_;
  std::map<core::ObjectId, Inversion> inversions_;
  std::int64_t inverted_time_ = 0;
};

}  // namespace fencelab::analysis
