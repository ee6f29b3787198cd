#include "models/platform/simgrid/simgrid_platform.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/platform/shared_hardware.hpp"

namespace fencelab::models::platform {

namespace sg = simgrid::s4u;

namespace {

/// SimGrid never charges it (latency-factor 0), but flows without any latency hang in 3.32's CM02:
/// it takes their latency for the weight by which it skips idle ones.
constexpr double kNominalLatency = 1e-6;
constexpr double kNanosecondsPerSecond = 1e9;

void build_links(sg::NetZone& zone, const HardwareDescription& description,
                 SimgridPlatform& platform) {
  // A star: the route from a link's own host to the hub is that link alone.
  sg::Host* const hub = zone.create_host("hub", kNanosecondsPerSecond);
  zone.add_route(hub->get_netpoint(), nullptr, nullptr, nullptr, {}, true);
  for (std::size_t i = 0; i < description.links.size(); ++i) {
    const LinkDescription& described = description.links[i];
    sg::Host* const end = zone.create_host(fmt::format("end-{}", i), kNanosecondsPerSecond);
    sg::Link* const link = zone.create_link(fmt::format("{}-{}", i, described.name),
                                            static_cast<double>(described.bytes_per_second));
    link->set_latency(kNominalLatency)->seal();
    zone.add_route(end->get_netpoint(), nullptr, nullptr, nullptr, {sg::LinkInRoute(link)}, true);
    platform.routes.push_back({end, hub, {link}, described.latency});
  }
}

SimgridRoute route_between(sg::Host* from, sg::Host* to) {
  SimgridRoute route{from, to, {}, {}};
  double latency = 0;
  from->route_to(to, route.links, &latency);
  route.latency = core::Duration(std::llround(latency * kNanosecondsPerSecond));
  return route;
}

std::vector<sg::Host*> hosts_by_name(const sg::Engine& engine) {
  std::vector<sg::Host*> hosts = engine.get_all_hosts();  // in hash order
  std::sort(hosts.begin(), hosts.end(), [](const sg::Host* a, const sg::Host* b) {
    return std::string(a->get_cname()) < b->get_cname();
  });
  return hosts;
}

sg::Host* find_host(const sg::Engine& engine, const std::string& name) {
  sg::Host* const host = engine.host_by_name_or_null(name);
  if (host == nullptr)
    throw std::invalid_argument(fmt::format("the SimGrid platform has no host '{}'", name));
  return host;
}

/// "a->b" is a route between hosts; any other name is a link, used by itself.
SimgridRoute find_route(const sg::Engine& engine, const std::string& name) {
  const std::size_t arrow = name.find("->");
  if (arrow != std::string::npos)
    return route_between(find_host(engine, name.substr(0, arrow)),
                         find_host(engine, name.substr(arrow + 2)));
  const sg::Link* const link = engine.link_by_name_or_null(name);
  if (link == nullptr)
    throw std::invalid_argument(
        fmt::format("the SimGrid platform has no link '{}' (a route is named \"from->to\")", name));
  const std::vector<sg::Host*> hosts = hosts_by_name(engine);
  for (sg::Host* from : hosts)
    for (sg::Host* to : hosts) {
      if (from == to) continue;
      SimgridRoute route = route_between(from, to);
      if (route.links.size() == 1 && route.links.front() == link) return route;
    }
  throw std::invalid_argument(
      fmt::format("no two hosts of the SimGrid platform are joined by link '{}' alone; name a "
                  "route \"from->to\"",
                  name));
}

void load_links(sg::Engine& engine, const HardwareDescription& description,
                SimgridPlatform& platform) {
  engine.load_platform(description.simgrid_platform_file);
  for (const LinkDescription& described : description.links)
    platform.routes.push_back(find_route(engine, described.name));
  for (sg::Link* link : engine.get_all_links())
    if (link->get_latency() <= 0) link->set_latency(kNominalLatency);
  if (!description.simgrid_cpu_host.empty())
    platform.cpu = find_host(engine, description.simgrid_cpu_host);
}

/// A host on which a nanosecond of CPU time, or a byte of disk traffic, is one "flop".
sg::Host* add_host(sg::NetZone& zone, const char* name, double flops_per_second, int cores) {
  return zone.create_host(name, flops_per_second)->set_core_count(cores)->seal();
}

}  // namespace

bool SimgridRoute::is_on() const {
  return std::all_of(links.begin(), links.end(),
                     [](const sg::Link* link) { return link->is_on(); });
}

std::vector<std::string> simgrid_arguments(double precision_seconds) {
  return {
      "fencelab",
      "--log=root.thres:error",            // first: the next ones are announced otherwise
      "--cfg=debug/clean-atexit:no",       // its exit handler does not survive work in flight
      "--cfg=network/model:CM02",          // shares bandwidth; no slow start, no MTU
      "--cfg=network/bandwidth-factor:1",  // no header overhead
      "--cfg=network/latency-factor:0",    // we pay latencies ourselves, in whole nanoseconds
      "--cfg=network/weight-S:0",          // no bias against slow links ...
      "--cfg=network/crosstraffic:no",     // ... and no acknowledgements the other way
      "--cfg=network/TCP-gamma:1e30",      // no window
      fmt::format("--cfg=surf/precision:{}", precision_seconds),
  };
}

SimgridPlatform build_platform(sg::Engine& engine, const HardwareDescription& description) {
  SimgridPlatform platform;
  const bool from_file = !description.simgrid_platform_file.empty();
  sg::NetZone* const built = from_file ? nullptr : sg::create_star_zone("platform");
  if (from_file)
    load_links(engine, description, platform);
  else
    build_links(*built, description, platform);
  sg::NetZone& zone = *engine.get_netzone_root();
  if (platform.cpu == nullptr && description.cpu_cores > 0)
    platform.cpu = add_host(zone, "fencelab-cpu", kNanosecondsPerSecond,
                            static_cast<int>(description.cpu_cores));
  if (description.disk_bytes_per_second > 0)
    platform.disk =
        add_host(zone, "fencelab-disk", static_cast<double>(description.disk_bytes_per_second), 1);
  if (built != nullptr) built->seal();
  return platform;
}

}  // namespace fencelab::models::platform
