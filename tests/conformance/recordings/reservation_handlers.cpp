// Operations that the recorder's test module forwards: timelines of fences, and dma_resv with all
// four usages.
#include "core/fence_array.hpp"
#include "core/fence_chain.hpp"
#include "tests/conformance/recordings/handlers.hpp"

namespace fencelab::recordings {

namespace {

json make_timeline(World& world, const Operation& op) {
  world.add_timeline(op.arg(0));
  return 0;
}

json make_fence(World& world, const Operation& op) {
  world.define_file(op.arg(2), models::SyncFile(world.timeline(op.arg(0)).fence_at(op.number(1))));
  return 0;
}

json advance(World& world, const Operation& op) {
  const int error = op.has(2) ? -static_cast<int>(op.number(2)) : 0;
  world.timeline(op.arg(0)).advance_to(op.number(1), error);
  return 0;
}

models::DmaResv& resv_of(World& world, const Operation& op) {
  return world.buffer(op.arg(0)).resv();
}

json add(World& world, const Operation& op) {
  resv_of(world, op).add(world.file(op.arg(2)).fence(), parse_usage(op.arg(1)));
  return 0;
}

json replace(World& world, const Operation& op) {
  resv_of(world, op).replace(world.timeline(op.arg(1)).context(), world.file(op.arg(3)).fence(),
                             parse_usage(op.arg(2)));
  return 0;
}

json copy(World& world, const Operation& op) {
  resv_of(world, op).copy_from(world.buffer(op.arg(1)).resv());
  return 0;
}

json test(World& world, const Operation& op) {
  return resv_of(world, op).test_signaled(parse_usage(op.arg(1))) ? 1 : 0;
}

json get(World& world, const Operation& op) {
  const core::FencePtr all = resv_of(world, op).singleton(parse_usage(op.arg(1)));
  if (!all) return "none";
  world.define_file(op.arg(2), models::SyncFile(all));
  return 0;
}

json dump(World& world, const Operation& op) {
  static constexpr const char* kUsages[] = {"k", "w", "r", "b"};
  json list = json::array();
  for (const auto& entry : resv_of(world, op).entries())
    list.push_back({world.label_of(*entry.fence), entry.fence->seqno(),
                    kUsages[static_cast<std::size_t>(entry.usage)], entry.fence->status()});
  return list;
}

const char* type_of(core::DmaFence* fence) {
  if (core::FenceChain::from(fence)) return "chain";
  return fence->is_container() ? "array" : "fence";
}

json dump_fence(World& world, const Operation& op) {
  const core::FencePtr fence = world.file(op.arg(0)).fence();
  std::vector<core::FencePtr> leaves;
  fence->leaves(leaves);
  json list = json::array();
  for (const core::FencePtr& leaf : leaves)
    list.push_back({world.label_of(*leaf), leaf->seqno(), leaf->status()});
  return {{"t", type_of(fence.get())}, {"f", list}};
}

}  // namespace

void add_reservation_handlers(Handlers& handlers) {
  handlers.plain.insert({{"tl", make_timeline},
                         {"tfence", make_fence},
                         {"tset", advance},
                         {"radd", add},
                         {"rrep", replace},
                         {"rcopy", copy},
                         {"rtest", test},
                         {"rget", get},
                         {"rdump", dump},
                         {"fdump", dump_fence}});
}

}  // namespace fencelab::recordings
