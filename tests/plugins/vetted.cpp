// Policies for `fencelab vet`: a good one, and one for each check that must catch it.
#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "models/gpu/job.hpp"
#include "models/winsys/swapchain.hpp"
#include "policies/plugin/plugin.hpp"
#include "policies/sync/implicit.hpp"

namespace {

using namespace fencelab;
using Presented = std::span<const models::SwapImage* const>;

bool is_drawn(const models::SwapImage& image) {
  return std::all_of(image.drawn.begin(), image.drawn.end(),
                     [](const models::SyncPoint& point) { return point.poll(); });
}

/// The newest frame that is drawn, if `may` says so.
template <class May>
class Flip final : public models::FlipPolicy {
 public:
  explicit Flip(May may) : may_(std::move(may)) {}
  std::optional<std::size_t> choose(Presented presented, core::Time, core::Time) override {
    for (std::size_t i = presented.size(); i-- > 0;)
      if (is_drawn(*presented[i]) && may_()) return i;
    return std::nullopt;
  }
  bool insists_on(const models::SyncPoint&) const override { return true; }

 private:
  May may_;
};

/// Waits for a fence that nobody will signal before it takes a buffer over.
class GetsStuck final : public policies::ImplicitSync {
 public:
  using ImplicitSync::ImplicitSync;
  core::Task<> accept(models::Client&, models::Gpu&, models::Buffer&, models::HandOver) override {
    const auto never = core::make_intrusive<core::DmaFence>(
        simulation_, nullptr, core::new_fence_context(simulation_), 1);
    co_await never->wait();
  }
};

/// Waits for nobody.
class Races final : public policies::ImplicitSync {
 public:
  using ImplicitSync::ImplicitSync;
  void add_dependencies(models::Job&) override {}
  std::optional<models::Usage> query_for(const models::Access&, bool) const override {
    return std::nullopt;
  }
};

/// Has jobs do less than what was submitted.
class Shortens final : public policies::ImplicitSync {
 public:
  using ImplicitSync::ImplicitSync;
  void add_dependencies(models::Job& job) override {
    job.duration /= 10;
    job.remaining = job.duration;
    ImplicitSync::add_dependencies(job);
  }
};

template <class May>
void add_flip(plugin::Contents& plugin, const char* name, May may_in) {
  plugin.add(policies::PolicyInfo{
      "flip",
      name,
      "for vet",
      "tests/plugins/vetted.cpp",
      {},
      [may_in](models::DriverPolicies& set, const policies::ParameterValues&,
               policies::RunState& run) {
        const auto may = [may_in, &simulation = run.simulation] { return may_in(simulation); };
        set.flip = std::make_unique<Flip<decltype(may)>>(may);
      }});
}

template <class Policy>
void add_sync(plugin::Contents& plugin, const char* name) {
  plugin.add(policies::PolicyInfo{
      "sync",
      name,
      "for vet",
      "tests/plugins/vetted.cpp",
      {},
      [](models::DriverPolicies& set, const policies::ParameterValues&, policies::RunState& run) {
        set.sync = std::make_unique<Policy>(run.simulation, false);
      }});
}

void contents(plugin::Contents& plugin) {
  add_flip(plugin, "is-good", [](core::Simulation&) { return true; });
  add_flip(plugin, "crashes", [](core::Simulation&) -> bool { std::abort(); });
  add_flip(plugin, "looks-at-the-clock", [](core::Simulation&) {
    return std::chrono::steady_clock::now().time_since_epoch().count() / 100 % 2 == 0;
  });
  add_flip(plugin, "knows-who-watches", [](core::Simulation& simulation) {
    static int number = 0;
    return !simulation.probe().wanted(core::ProbeKind::lock_asked) || ++number % 2 == 0;
  });
  add_sync<GetsStuck>(plugin, "gets-stuck");
  add_sync<Races>(plugin, "races");
  add_sync<Shortens>(plugin, "shortens-jobs");
}

}  // namespace

FENCELAB_PLUGIN("vetted", "1.0", contents)
