// Bugs in what a flip waits for and in which frame is shown.
#include "models/client.hpp"
#include "models/memory/buffer.hpp"
#include "models/winsys/swapchain.hpp"
#include "tests/mutation/forwarding.hpp"
#include "tests/mutation/mutant.hpp"

namespace fencelab::mutation {

namespace {

using models::HandOver;
using Presented = std::span<const models::SwapImage* const>;

/// Changes what a flip waits for.
class OtherFlipFences final : public ForwardingSync {
 public:
  using Change = void (*)(HandOver& fences);
  OtherFlipFences(std::unique_ptr<models::SyncPolicy> right, Change change)
      : ForwardingSync(std::move(right)), change_(change) {}
  HandOver flip_fences(models::Client& client, models::Buffer& buffer) override {
    HandOver fences = right().flip_fences(client, buffer);
    change_(fences);
    return fences;
  }

 private:
  Change change_;
};

Seed flips_with(OtherFlipFences::Change change) {
  return [=](models::DriverPolicies& set, const policies::ParameterValues&, policies::RunState&) {
    set.sync = std::make_unique<OtherFlipFences>(std::move(set.sync), change);
  };
}

/// The newest frame, as soon as some part of it is drawn.
class AnyPartDrawn final : public ForwardingFlip {
 public:
  using ForwardingFlip::ForwardingFlip;
  std::optional<std::size_t> choose(Presented presented, core::Time, core::Time) override {
    for (std::size_t i = presented.size(); i-- > 0;) {
      const auto& drawn = presented[i]->drawn;
      if (drawn.size() < 2 ||
          std::any_of(drawn.begin(), drawn.end(), [](const auto& point) { return point.poll(); }))
        return i;
    }
    return std::nullopt;
  }
};

/// The newest frame, whether it is drawn or not.
class NewestAtAll final : public ForwardingFlip {
 public:
  using ForwardingFlip::ForwardingFlip;
  std::optional<std::size_t> choose(Presented presented, core::Time, core::Time) override {
    if (presented.empty()) return std::nullopt;
    return presented.size() - 1;
  }
};

/// Looks at all frames but the newest: one off.
class NeverTheNewest final : public ForwardingFlip {
 public:
  using ForwardingFlip::ForwardingFlip;
  std::optional<std::size_t> choose(Presented presented, core::Time next_vblank,
                                    core::Time now) override {
    if (presented.empty()) return std::nullopt;
    return right().choose(presented.first(presented.size() - 1), next_vblank, now);
  }
};

template <class Policy>
Seed chooses() {
  return [](models::DriverPolicies& set, const policies::ParameterValues&, policies::RunState&) {
    set.flip = std::make_unique<Policy>(std::move(set.flip));
  };
}

void drop_all(HandOver& fences) { fences.clear(); }
void drop_values(HandOver& fences) {
  std::erase_if(fences, [](const auto& entry) { return entry.point.is_value(); });
}
void drop_all_but_first(HandOver& fences) {
  fences.resize(std::min<std::size_t>(fences.size(), 1));
}

}  // namespace

void add_flip_mutants(std::vector<Mutant>& mutants) {
  mutants.push_back({"flips-at-once", "sync", "fullscreen", "linux-implicit",
                     "an atomic commit takes no fence from the reservation of its planes",
                     "drm_atomic_helper.c", flips_with(drop_all)});
  mutants.push_back({"flips-without-values", "sync", "fullscreen", "user-queues-preempt-ctx",
                     "a flip waits for dma_fences only, and the frame is drawn by a user queue",
                     "-", flips_with(drop_values)});
  mutants.push_back({"flips-with-one-fence", "sync", "fullscreen", "linux-implicit",
                     "a plane has room for one in-fence, and two engines draw into it", "-",
                     flips_with(drop_all_but_first)});
  mutants.push_back({"shows-undrawn", "flip", "late-frame", "wait-signaled",
                     "the compositor takes the newest frame, drawn or not",
                     "GNOME shell-dev blog, 2023-03-30", chooses<NewestAtAll>()});
  mutants.push_back({"shows-half-drawn", "flip", "late-frame", "wait-signaled",
                     "a frame counts as drawn when some part of it is", "-",
                     chooses<AnyPartDrawn>()});
  mutants.push_back({"never-the-newest", "flip", "single-frame", "wait-signaled",
                     "the search for a frame is one off and never sees the newest", "-",
                     chooses<NeverTheNewest>()});
}

}  // namespace fencelab::mutation
