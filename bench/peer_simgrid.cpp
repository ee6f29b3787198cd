// The hold model on SimGrid: one S4U actor per pending event, sleeping in a loop.
//   bench_peer_simgrid PENDING EVENTS
#include <xbt/log.h>

#include <simgrid/s4u.hpp>

#include "bench/measure.hpp"

namespace {

using namespace fencelab;
namespace s4u = simgrid::s4u;

struct Workload {
  bench::Increments increments;
  double warm_until, end;  ///< simulated seconds
  std::int64_t events = 0;
  double started = 0, ended = 0;  ///< processor time
};

void sleeper(Workload& work) {
  for (;;) {
    s4u::this_actor::sleep_for(static_cast<double>(work.increments.next()) * 1e-9);
    const double now = s4u::Engine::get_clock();
    if (now > work.end) break;
    if (now <= work.warm_until) continue;
    if (work.events++ == 0) work.started = bench::cpu_seconds();
  }
  if (work.ended == 0) work.ended = bench::cpu_seconds();  // the first to pass the end
}

}  // namespace

int main(int argc, char** argv) {
  const bench::HoldSize size = bench::size_from(argc, argv);
  xbt_log_control_set("xbt_cfg.thresh:warning");  // it would report each setting
  s4u::Engine engine(&argc, argv);
  // Small stacks without guard pages: 100,000 actors must fit, and mapping guards is not sleeping.
  s4u::Engine::set_config("contexts/stack-size:16");
  s4u::Engine::set_config("contexts/guard-size:0");
  auto* zone = s4u::create_full_zone("zone");
  auto* host = zone->create_host("host", 1e9);
  zone->seal();
  Workload work{.increments = {},
                .warm_until = static_cast<double>(bench::kWarmUpNs) * 1e-9,
                .end = static_cast<double>(bench::end_ns(size)) * 1e-9};
  for (std::int64_t i = 0; i < size.pending; ++i)
    s4u::Actor::create("sleeper", host, [&work] { sleeper(work); });
  engine.run();
  bench::print_rate("simgrid", size, work.events, work.ended - work.started);
}
