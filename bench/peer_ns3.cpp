// The hold model on ns-3 with its default scheduler (a std::map): each event schedules itself
// again. Compiled as C++17, which is what the packaged headers are.
//   bench_peer_ns3 PENDING EVENTS
#include <ns3/core-module.h>

#include "bench/measure.hpp"

namespace {

using namespace fencelab;

bench::Increments increments;
std::int64_t events = 0;

void wake() {
  ++events;
  ns3::Simulator::Schedule(ns3::NanoSeconds(increments.next()), &wake);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::HoldSize size = bench::size_from(argc, argv);
  for (std::int64_t i = 0; i < size.pending; ++i)
    ns3::Simulator::Schedule(ns3::NanoSeconds(increments.next()), &wake);
  ns3::Simulator::Stop(ns3::NanoSeconds(bench::kWarmUpNs));
  ns3::Simulator::Run();
  const std::int64_t warm = events;
  const double start = bench::cpu_seconds();
  ns3::Simulator::Stop(ns3::NanoSeconds(bench::end_ns(size) - bench::kWarmUpNs));
  ns3::Simulator::Run();
  bench::print_rate("ns3", size, events - warm, bench::cpu_seconds() - start);
  ns3::Simulator::Destroy();
}
