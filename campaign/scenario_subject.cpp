#include "campaign/scenario_subject.hpp"

#include "analysis/run/verdict.hpp"
#include "campaign/hardware.hpp"
#include "scenarios/runtime/world.hpp"

namespace fencelab::campaign {

namespace {

class ScenarioRun final : public analysis::SubjectRun {
 public:
  ScenarioRun(core::Simulation& simulation, const scenarios::Scenario& scenario,
              const scenarios::ResolvedStack& stack)
      : hardware_(simulation, describe_hardware(scenario.platform)),
        state_(simulation),
        world_(simulation, hardware_, scenario, stack, state_),
        watch_(simulation, world_.machine()) {
    world_.start();
  }

  bool is_settled(const core::Simulation& simulation) const override {
    return simulation.unfinished() == 0 &&
           world_.machine().jobs_begun() == world_.machine().jobs_ended();
  }
  std::uint64_t progress(const core::Simulation& simulation) const override {
    return world_.machine().jobs_ended() - simulation.unfinished();
  }
  core::WaitGraph snapshot(const core::Simulation&) const override { return watch_.snapshot(); }
  const scenarios::World& world() const { return world_; }

 private:
  models::platform::SharedHardware hardware_;
  policies::RunState state_;
  mutable scenarios::World world_;
  analysis::DeadlockWatch watch_;
};

}  // namespace

const scenarios::World& ScenarioSubject::world_of(const analysis::SubjectRun& run) {
  return static_cast<const ScenarioRun&>(run).world();
}

std::unique_ptr<analysis::SubjectRun> ScenarioSubject::start(core::Simulation& simulation) {
  return std::make_unique<ScenarioRun>(simulation, scenario_, stack_);
}

}  // namespace fencelab::campaign
