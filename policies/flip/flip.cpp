// Which frame a compositor shows. Returns an index into what was presented, oldest first.
#include <algorithm>

#include "models/winsys/swapchain.hpp"
#include "policies/registry.hpp"

namespace fencelab::policies {

namespace {

using Presented = std::span<const models::SwapImage* const>;

template <class Ready>
std::optional<std::size_t> newest(Presented presented, Ready ready) {
  for (std::size_t i = presented.size(); i-- > 0;)
    if (ready(*presented[i])) return i;
  return std::nullopt;
}

bool signaled(const models::SwapImage& image) {
  return std::all_of(image.drawn.begin(), image.drawn.end(),
                     [](const auto& point) { return point.poll(); });
}

/// The newest one; whoever shows it waits for it.
class ImplicitLatest final : public models::FlipPolicy {
 public:
  std::optional<std::size_t> choose(Presented presented, core::Time, core::Time) override {
    return newest(presented, [](const auto&) { return true; });
  }
  bool insists_on(const models::SyncPoint&) const override { return false; }
};

/// The newest one whose completion is a kernel fence: it will signal in bounded time.
class WaitMaterialised final : public models::FlipPolicy {
 public:
  std::optional<std::size_t> choose(Presented presented, core::Time, core::Time) override {
    return newest(presented, [](const models::SwapImage& image) {
      return std::all_of(image.drawn.begin(), image.drawn.end(),
                         [](const auto& point) { return point.fence || point.poll(); });
    });
  }
  bool insists_on(const models::SyncPoint& point) const override { return point.is_value(); }
};

/// The newest one that is drawn.
class WaitSignaled final : public models::FlipPolicy {
 public:
  std::optional<std::size_t> choose(Presented presented, core::Time, core::Time) override {
    return newest(presented, signaled);
  }
  bool insists_on(const models::SyncPoint&) const override { return true; }
};

/// As wait-signaled, but it must have been ready `margin` before the vblank. When the compositor
/// looks does not matter: inside the margin it finds what was ready at its beginning. Of a value
/// nobody knows when it was written: one that is there counts.
class Deadline final : public models::FlipPolicy {
 public:
  explicit Deadline(core::Duration margin) : margin_(margin) {}
  std::optional<std::size_t> choose(Presented presented, core::Time next_vblank,
                                    core::Time now) override {
    const core::Time deadline = next_vblank - margin_;
    if (now <= deadline) return newest(presented, signaled);
    return newest(presented, [deadline](const models::SwapImage& image) {
      return image.frame->presented <= deadline &&
             std::all_of(image.drawn.begin(), image.drawn.end(), [deadline](const auto& point) {
               return point.poll() && (!point.fence || point.fence->signaled_at() <= deadline);
             });
    });
  }
  bool insists_on(const models::SyncPoint&) const override { return true; }

 private:
  core::Duration margin_;
};

}  // namespace

void add_flip_policies(Registry& registry) {
  registry.add(
      {"flip",
       "implicit-latest",
       "the newest frame, drawn or not; the kernel waits",
       "mailbox without a readiness check (GNOME shell-dev blog, 2023-03-30)",
       {},
       [](auto& set, const auto&, RunState&) { set.flip = std::make_unique<ImplicitLatest>(); }});
  registry.add(
      {"flip",
       "wait-materialised",
       "the newest frame whose completion is a kernel fence",
       "wlroots commit 94b99310be: wait until the point materialises",
       {},
       [](auto& set, const auto&, RunState&) { set.flip = std::make_unique<WaitMaterialised>(); }});
  registry.add(
      {"flip",
       "wait-signaled",
       "the newest frame that is drawn",
       "mutter MR 3300",
       {},
       [](auto& set, const auto&, RunState&) { set.flip = std::make_unique<WaitSignaled>(); }});
  registry.add({"flip",
                "deadline",
                "the newest frame drawn early enough before the vblank, else the old one",
                "gamescope vblankmanager.hpp (red zone 1.65 ms)",
                {{"margin",
                  ParameterKind::duration,
                  1'650'000,
                  0,
                  1'000'000'000,
                  "how long before the vblank",
                  "gamescope: red zone 1.65 ms",
                  {}}},
                [](auto& set, const auto& values, RunState&) {
                  set.flip = std::make_unique<Deadline>(values.duration("margin"));
                }});
}

}  // namespace fencelab::policies
