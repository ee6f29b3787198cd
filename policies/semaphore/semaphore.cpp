// How a queue waits on a value in its ring.
#include "policies/registry.hpp"

namespace fencelab::policies {

namespace {

class Semaphore final : public models::SemaphorePolicy {
 public:
  Semaphore(bool runs, core::Duration poll) : runs_(runs), poll_(poll) {}
  bool runs_before_value() const override { return runs_; }
  core::Duration poll_time() const override { return poll_; }

 private:
  bool runs_;
  core::Duration poll_;
};

}  // namespace

void add_semaphore_policies(Registry& registry) {
  registry.add({"semaphore",
                "spin",
                "the engine polls the value until its time slice ends",
                "MI_SEMAPHORE_WAIT in polling mode; i915 busy semaphores",
                {},
                [](auto& set, const auto&, RunState&) {
                  set.semaphore =
                      std::make_unique<Semaphore>(true, models::SemaphorePolicy::kForever);
                }});
  registry.add({"semaphore",
                "repoll",
                "looks once per time slice and yields if the value is not there",
                "proposed in the 2021 user-fence thread: yield the slice and look again",
                {{"poll_time",
                  ParameterKind::duration,
                  2'000,
                  1,
                  1'000'000'000,
                  "how long one look takes",
                  "assumed: a few microseconds",
                  {}}},
                [](auto& set, const auto& values, RunState&) {
                  set.semaphore = std::make_unique<Semaphore>(true, values.duration("poll_time"));
                }});
  registry.add({"semaphore",
                "aware",
                "the scheduler sees the wait and runs the queue when the value is there",
                "firmware schedulers that know semaphores",
                {},
                [](auto& set, const auto&, RunState&) {
                  set.semaphore =
                      std::make_unique<Semaphore>(false, models::SemaphorePolicy::kForever);
                }});
}

}  // namespace fencelab::policies
