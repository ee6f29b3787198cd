// Operations on sync objects and eventfds.
#include "tests/conformance/recordings/handlers.hpp"

namespace fencelab::recordings {

namespace {

using models::SyncobjWaitKind;

json create(World& world, const Operation& op) {
  const bool signaled = op.has(1) && op.arg(1) == "signaled";
  world.syncobj(op.arg(0)) = models::Syncobj::make(world.simulation(), signaled);
  return 0;
}

json destroy(World& world, const Operation& op) {
  world.forget(op.arg(0));
  return 0;
}

json share(World& world, const Operation& op) {
  world.syncobj(op.arg(1)) = world.syncobj(op.arg(0));
  return 0;
}

json signal_all(World& world, const Operation& op) {
  for (const std::string& name : op.args) world.syncobj(name)->signal();
  return 0;
}

json reset_all(World& world, const Operation& op) {
  for (const std::string& name : op.args) world.syncobj(name)->reset();
  return 0;
}

json import_file(World& world, const Operation& op) {
  world.syncobj(op.arg(0))->import_sync_file(world.file(op.arg(1)));
  return 0;
}

json export_file(World& world, const Operation& op) {
  auto file = world.syncobj(op.arg(0))->export_sync_file();
  if (!file) return answer(core::fence_error::kInvalid);
  world.define_file(op.arg(1), std::move(*file));
  return 0;
}

json signal_points(World& world, const Operation& op) {
  for (const std::string& text : op.args) {
    const models::SyncobjPoint at = world.point(text);
    at.syncobj->signal_point(at.point);
  }
  return 0;
}

json query(World& world, const Operation& op) {
  const bool last = op.has(1) && op.arg(1) == "last";
  const models::SyncobjPtr& syncobj = world.syncobj(op.arg(0));
  return last ? syncobj->last_submitted() : syncobj->last_signaled();
}

core::Task<json> wait_for(World& world, Operation op, SyncobjWaitKind kind) {
  const models::SyncobjWaitFlags flags = parse_wait_flags(op.arg(0));
  std::vector<models::SyncobjPoint> points;
  for (std::size_t i = 1; i < op.args.size(); ++i) points.push_back(world.point(op.args[i]));
  const core::Time now = world.simulation().now();
  const auto result =
      co_await models::wait_for_syncobjs(world.simulation(), std::move(points), kind, flags, now);
  if (result.error != 0 || flags.all) co_return answer(result.error);
  json first;
  first["first"] = result.first;
  co_return first;
}

core::Task<json> binary_wait(World& world, Operation op) {
  return wait_for(world, std::move(op), SyncobjWaitKind::binary);
}

core::Task<json> timeline_wait(World& world, Operation op) {
  return wait_for(world, std::move(op), SyncobjWaitKind::timeline);
}

core::Task<json> transfer(World& world, Operation op) {
  const bool for_submit = op.has(2) && op.arg(2) == "s";
  const int error =
      co_await models::transfer_point(world.point(op.arg(0)), world.point(op.arg(1)), for_submit);
  co_return answer(error);
}

json watch(World& world, const Operation& op) {
  const models::SyncobjPoint at = world.point(op.arg(0));
  world.counter(op.arg(2)).watch(*at.syncobj, at.point, parse_wait_flags(op.arg(1)).available);
  return 0;
}

json read_counter(World& world, const Operation& op) { return world.counter(op.arg(0)).read(); }

}  // namespace

void add_syncobj_handlers(Handlers& handlers) {
  handlers.plain.insert({{"ycreate", create},
                         {"ydestroy", destroy},
                         {"yshare", share},
                         {"ysignal", signal_all},
                         {"yreset", reset_all},
                         {"yimport", import_file},
                         {"yexport", export_file},
                         {"ytsignal", signal_points},
                         {"yquery", query},
                         {"yeventfd", watch},
                         {"eread", read_counter}});
  handlers.waiting.insert(
      {{"ywait", binary_wait}, {"ytwait", timeline_wait}, {"ytransfer", transfer}});
}

}  // namespace fencelab::recordings
