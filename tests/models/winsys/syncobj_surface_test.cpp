// What linux-drm-syncobj-v1 answers to clients that misuse it, by the errors of its XML.
#include "models/winsys/syncobj_surface.hpp"

#include <catch2/catch.hpp>

#include "core/simulation.hpp"
#include "models/memory/buffer.hpp"

using namespace fencelab::models;
using Error = SyncobjProtocolError;

namespace {

struct WaylandClient {
  WaylandClient() { REQUIRE(surface.get_surface() == Error::none); }
  SyncobjPoint acquire(std::uint64_t point) const { return {acquires, point}; }
  SyncobjPoint release(std::uint64_t point) const { return {releases, point}; }
  fencelab::core::Simulation simulation;
  SyncobjPtr acquires = Syncobj::make(simulation), releases = Syncobj::make(simulation);
  Buffer buffer{simulation, 0, {"image", 4096}};
  SyncobjSurface surface;
};

}  // namespace

TEST_CASE("A surface has at most one synchronisation object at a time") {
  WaylandClient client;
  CHECK(client.surface.get_surface() == Error::surface_exists);
  client.surface.destroy();
  CHECK(client.surface.get_surface() == Error::none);
}

TEST_CASE("Only a syncobj can be imported as a timeline") {
  WaylandClient client;
  CHECK(SyncobjSurface::import_timeline(client.acquires.get()) == Error::none);
  CHECK(SyncobjSurface::import_timeline(nullptr) == Error::invalid_timeline);
}

TEST_CASE("Points of a surface that is gone are no_surface") {
  WaylandClient client;
  client.surface.destroy_surface();
  CHECK(client.surface.set_acquire_point(client.acquire(1)) == Error::no_surface);
  CHECK(client.surface.set_release_point(client.release(1)) == Error::no_surface);
}

TEST_CASE("A commit with a buffer needs both points, and one without may have neither") {
  WaylandClient client;
  SyncobjSurface& surface = client.surface;
  const bool has_buffer = GENERATE(true, false), has_acquire = GENERATE(true, false),
             has_release = GENERATE(true, false);
  if (has_buffer) surface.attach(AttachedBuffer{&client.buffer});
  if (has_acquire) surface.set_acquire_point(client.acquire(1));
  if (has_release) surface.set_release_point(client.release(1));
  const Error with_buffer = !has_acquire   ? Error::no_acquire_point
                            : !has_release ? Error::no_release_point
                                           : Error::none;
  const Error without = has_acquire || has_release ? Error::no_buffer : Error::none;
  CHECK(surface.commit() == (has_buffer ? with_buffer : without));
}

TEST_CASE("Detaching the buffer takes no points either") {
  WaylandClient client;
  client.surface.attach(AttachedBuffer{nullptr});
  CHECK(client.surface.commit() == Error::none);
  client.surface.attach(AttachedBuffer{nullptr});
  client.surface.set_release_point(client.release(1));
  CHECK(client.surface.commit() == Error::no_buffer);
}

TEST_CASE("Shared memory cannot be synchronised explicitly: unsupported_buffer") {
  WaylandClient client;
  client.surface.attach(AttachedBuffer{&client.buffer, false});
  client.surface.set_acquire_point(client.acquire(1));
  client.surface.set_release_point(client.release(1));
  CHECK(client.surface.commit() == Error::unsupported_buffer);
  // Without the object it can be committed as ever.
  client.surface.destroy();
  client.surface.attach(AttachedBuffer{&client.buffer, false});
  CHECK(client.surface.commit() == Error::none);
}

TEST_CASE("On one timeline the acquire point comes before the release point") {
  WaylandClient client;
  const auto commit = [&](std::uint64_t acquire, SyncobjPoint release) {
    client.surface.attach(AttachedBuffer{&client.buffer});
    client.surface.set_acquire_point(client.acquire(acquire));
    client.surface.set_release_point(std::move(release));
    return client.surface.commit();
  };
  CHECK(commit(1, client.acquire(2)) == Error::none);
  CHECK(commit(3, client.acquire(3)) == Error::conflicting_points);
  CHECK(commit(4, client.acquire(3)) == Error::conflicting_points);
  // Points of different timelines are not comparable.
  CHECK(commit(4, client.release(3)) == Error::none);
}

TEST_CASE("An acquire point needs no fence when it is committed (wait-before-signal)") {
  WaylandClient client;
  client.surface.attach(AttachedBuffer{&client.buffer});
  client.surface.set_acquire_point(client.acquire(7));
  client.surface.set_release_point(client.release(1));
  REQUIRE(client.surface.commit() == Error::none);
  const SyncedBuffer& current = client.surface.current().value();
  CHECK(current.buffer == &client.buffer);
  CHECK_FALSE(current.acquire.syncobj->find(current.acquire.point));
  client.acquires->signal_point(7);
  CHECK(current.acquire.syncobj->find(current.acquire.point).value()->is_signaled());
}

TEST_CASE(
    "State is double buffered: points count for one commit, and a refused one changes nothing") {
  WaylandClient client;
  client.surface.attach(AttachedBuffer{&client.buffer});
  client.surface.set_acquire_point(client.acquire(1));
  client.surface.set_release_point(client.release(1));
  REQUIRE(client.surface.commit() == Error::none);
  client.surface.attach(AttachedBuffer{&client.buffer});
  CHECK(client.surface.commit() == Error::no_acquire_point);
  CHECK(client.surface.current().value().acquire.point == 1);
}
