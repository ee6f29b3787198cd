#include "analysis/run/resource_series.hpp"

#include <algorithm>

namespace fencelab::analysis {

ResourceSeries::ResourceSeries(models::Machine& machine)
    : machine_(machine), bins_(machine.memory().pools().size(), machine.hardware().links() + 1) {
  look_at_pools(0);
}

void ResourceSeries::look_at_pools(std::int64_t at) {
  const auto& pools = machine_.memory().pools();
  for (std::size_t i = 0; i < pools.size(); ++i) bins_.set_level(i, at, pools[i]->used);
}

void ResourceSeries::on_event(const core::ProbeEvent& event) {
  const std::int64_t at = core::nanoseconds_of(event.at);
  look_at_pools(at);
  if (event.kind != core::ProbeKind::bytes_moved) return;
  const auto& hardware = machine_.hardware();
  std::size_t link = 0;
  while (link < hardware.links() && hardware.link_id(link) != event.object) ++link;
  // What is no link is the disk.
  bins_.add_amount(link, std::max<std::int64_t>(0, at - static_cast<std::int64_t>(event.b)), at,
                   event.a);
}

RunSeries ResourceSeries::finish(core::Time end) {
  bins_.finish(core::nanoseconds_of(end));
  RunSeries series{bins_.bin_ns(), {}};
  const auto add = [&](const char* kind, const std::string& name,
                       const std::vector<std::uint64_t>& bytes) {
    SeriesTrack track{kind, name, {}};
    for (const std::uint64_t value : bytes) track.kib.push_back((value + 1023) / 1024);
    const bool is_used = std::any_of(track.kib.begin(), track.kib.end(),
                                     [](std::uint64_t value) { return value != 0; });
    if (is_used) series.tracks.push_back(std::move(track));
  };
  const auto& pools = machine_.memory().pools();
  for (std::size_t i = 0; i < pools.size(); ++i) add("pool", pools[i]->name, bins_.level(i));
  const auto& hardware = machine_.hardware();
  for (std::size_t i = 0; i < hardware.links(); ++i)
    add("link", hardware.link_name(i), bins_.amount(i));
  add("link", "swap", bins_.amount(hardware.links()));
  return series;
}

}  // namespace fencelab::analysis
