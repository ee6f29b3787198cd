// A policy of an axis without coroutines, with a parameter of each kind.
#include <algorithm>

#include "models/winsys/swapchain.hpp"
#include "policies/plugin/plugin.hpp"

namespace {

using namespace fencelab;

/// The newest frame that is drawn, or the newest of all.
class Newest final : public models::FlipPolicy {
 public:
  explicit Newest(bool drawn) : drawn_(drawn) {}
  std::optional<std::size_t> choose(std::span<const models::SwapImage* const> presented, core::Time,
                                    core::Time) override {
    for (std::size_t i = presented.size(); i-- > 0;)
      if (!drawn_ || std::all_of(presented[i]->drawn.begin(), presented[i]->drawn.end(),
                                 [](const models::SyncPoint& point) { return point.poll(); }))
        return i;
    return std::nullopt;
  }
  bool insists_on(const models::SyncPoint&) const override { return drawn_; }

 private:
  bool drawn_;
};

void contents(plugin::Contents& plugin) {
  using policies::ParameterKind;
  plugin.add(policies::PolicyInfo{
      "flip",
      "acme-newest",
      "the newest frame, or the newest that is drawn",
      "tests/plugins/good.cpp",
      {{"drawn", ParameterKind::flag, 1, 0, 1, "whether it has to be drawn", "a test", {}},
       {"margin", ParameterKind::duration, 1'000'000, 0, 5'000'000, "unused", "a test", {}},
       {"mode", ParameterKind::word, 1, 0, 1, "unused", "a test", {"slow", "fast"}}},
      [](models::DriverPolicies& set, const policies::ParameterValues& values,
         policies::RunState&) { set.flip = std::make_unique<Newest>(values.flag("drawn")); }});
}

}  // namespace

FENCELAB_PLUGIN("acme", "1.0", contents)
