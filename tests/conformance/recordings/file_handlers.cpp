// Operations on sync files, and the clock.
#include "tests/conformance/recordings/handlers.hpp"

namespace fencelab::recordings {

namespace {

json merge(World& world, const Operation& op) {
  world.define_file(op.arg(2),
                    models::SyncFile::merge(world.file(op.arg(0)), world.file(op.arg(1))));
  return 0;
}

json poll_file(World& world, const Operation& op) { return world.file(op.arg(0)).poll() ? 1 : 0; }

core::Task<json> wait_file(World& world, Operation op) {
  models::SyncFile file = world.file(op.arg(0));
  const core::Time deadline = world.simulation().now() + std::chrono::milliseconds(op.number(1));
  if (!file.poll()) co_await file.wait({.deadline = deadline});
  co_return file.poll() ? 1 : 0;
}

json info(World& world, const Operation& op) {
  const models::SyncFile::Info info = world.file(op.arg(0)).info();
  return {{"st", info.status}, {"n", info.fences.size()}, {"f", info.fences}};
}

json close_file(World& world, const Operation& op) {
  world.forget(op.arg(0));
  return 0;
}

core::Task<json> sleep(World& world, Operation op) {
  co_await core::sleep_for(world.simulation(), std::chrono::milliseconds(op.number(0)));
  co_return 0;
}

}  // namespace

void add_file_handlers(Handlers& handlers) {
  handlers.plain.insert(
      {{"merge", merge}, {"spoll", poll_file}, {"info", info}, {"sclose", close_file}});
  handlers.waiting.insert({{"swait", wait_file}, {"sleep", sleep}});
}

}  // namespace fencelab::recordings
