// Rows T14 to T24g: dma_resv (drivers/dma-buf/st-dma-resv.c; rows from reading dma-resv.c).
#include "tests/conformance/rows.hpp"

using namespace fencelab::rows;

namespace {

constexpr Usage kUsages[] = {Usage::kernel, Usage::write, Usage::read, Usage::bookkeep};

std::vector<FencePtr> query(const DmaResv& resv, Usage usage) {
  std::vector<FencePtr> fences;
  resv.for_each(usage, [&](const DmaResv::Entry& entry) { fences.push_back(entry.fence); });
  return fences;
}

bool ready(DmaBuf& buffer, bool write) {
  const DmaBufAccess access = buffer.poll({.read = !write, .write = write});
  return write ? access.write : access.read;
}

}  // namespace

TEST_CASE("T14: a reservation is locked and unlocked") {
  Rig rig;
  DmaResv resv(rig.simulation);
  const auto lock_and_unlock = [](DmaResv& locked) -> Task<int> {
    const WwResult result = co_await locked.lock().lock(nullptr);
    locked.lock().unlock();
    co_return result == WwResult::locked ? 0 : 1;
  };
  CHECK(rig.run(lock_and_unlock(resv)) == 0);
  CHECK(rig.run(lock_and_unlock(resv)) == 0);  // it was left unlocked
}

TEST_CASE("T15: test_signaled of a fence's own class follows the fence") {
  for (const Usage usage : kUsages) {
    Rig rig;
    DmaResv resv(rig.simulation);
    resv.add(rig.a.fence_at(1), usage);
    CHECK_FALSE(resv.test_signaled(usage));
    rig.a.advance_to(1);
    CHECK(resv.test_signaled(usage));
  }
}

TEST_CASE("T16: iteration over a class gives its one fence with that class") {
  for (const Usage usage : kUsages) {
    Rig rig;
    DmaResv resv(rig.simulation);
    const FencePtr fence = rig.a.fence_at(1);
    resv.add(fence, usage);
    REQUIRE(resv.entries().size() == 1);
    CHECK(resv.entries()[0].fence == fence);
    CHECK(resv.entries()[0].usage == usage);
  }
}

TEST_CASE("T17: a query gives its class and all stronger ones") {
  Rig rig;
  DmaResv resv(rig.simulation);
  std::vector<FencePtr> fences;
  for (const Usage usage : kUsages) {
    SwTimeline timeline(rig.simulation, "t");
    fences.push_back(make_intrusive<DmaFence>(rig.simulation, nullptr, timeline.context(), 1));
    resv.add(fences.back(), usage);
  }
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(query(resv, kUsages[i]) == std::vector(fences.begin(), fences.begin() + 1 + long(i)));
}

TEST_CASE("T18: a read does not take the place of its context's write: no demotion") {
  Rig rig;
  DmaResv resv(rig.simulation);
  resv.add(rig.a.fence_at(1), Usage::write);
  resv.add(rig.a.fence_at(2), Usage::read);
  CHECK(resv.entries().size() == 2);
}

TEST_CASE("T19: a write takes the place of its context's read: promotion") {
  Rig rig;
  DmaResv resv(rig.simulation);
  const FencePtr later = rig.a.fence_at(2);
  resv.add(rig.a.fence_at(1), Usage::read);
  resv.add(later, Usage::write);
  REQUIRE(resv.entries().size() == 1);
  CHECK(resv.entries()[0].fence == later);
  CHECK(resv.entries()[0].usage == Usage::write);
}

TEST_CASE("T19a: a later fence takes the place of an earlier one of its context and class") {
  Rig rig;
  DmaResv resv(rig.simulation);
  const FencePtr later = rig.a.fence_at(2);
  resv.add(rig.a.fence_at(1), Usage::read);
  resv.add(later, Usage::read);
  CHECK(query(resv, Usage::read) == std::vector{later});
}

TEST_CASE("T19b: an earlier fence of a context is kept beside a later one") {
  Rig rig;
  DmaResv resv(rig.simulation);
  resv.add(rig.a.fence_at(2), Usage::read);
  resv.add(rig.a.fence_at(1), Usage::read);
  CHECK(resv.entries().size() == 2);
}

TEST_CASE("T20: the slot of a signaled fence is used again, whatever its class") {
  Rig rig;
  DmaResv resv(rig.simulation);
  const FencePtr next = rig.b.fence_at(1);
  resv.add(rig.a.fence_at(1), Usage::kernel);
  rig.a.advance_to(1);
  resv.add(next, Usage::read);
  REQUIRE(resv.entries().size() == 1);
  CHECK(resv.entries()[0].fence == next);
}

TEST_CASE("T22: the fences of a class are its one fence") {
  for (const Usage usage : kUsages) {
    Rig rig;
    DmaResv resv(rig.simulation);
    const FencePtr fence = rig.a.fence_at(1);
    resv.add(fence, usage);
    CHECK(query(resv, usage) == std::vector{fence});
  }
}

TEST_CASE("T23: reserving no slot is -EINVAL") {
  Rig rig;
  DmaResv resv(rig.simulation);
  CHECK(resv.reserve(0) == kInvalid);
  CHECK(resv.reserve(1) == 0);
}

TEST_CASE("T24: replace_fences swaps every slot of a context and no other") {
  Rig rig;
  DmaResv resv(rig.simulation);
  const FencePtr other = rig.b.fence_at(1), stub = make_signaled_fence(rig.simulation);
  resv.add(rig.a.fence_at(2), Usage::bookkeep);
  resv.add(other, Usage::read);
  resv.add(rig.a.fence_at(1), Usage::bookkeep);
  resv.replace(rig.a.context(), stub, Usage::bookkeep);
  REQUIRE(resv.entries().size() == 3);
  CHECK(resv.entries()[0].fence == stub);
  CHECK(resv.entries()[1].fence == other);
  CHECK(resv.entries()[2].fence == stub);
}

TEST_CASE("T24a: the singleton of an empty reservation is null") {
  Rig rig;
  CHECK_FALSE(DmaResv(rig.simulation).singleton(Usage::write));
}

TEST_CASE("T24b: the singleton of one fence is itself, of two an array of both") {
  Rig rig;
  DmaResv resv(rig.simulation);
  const FencePtr f = rig.a.fence_at(1), g = rig.b.fence_at(1);
  resv.add(f, Usage::write);
  CHECK(resv.singleton(Usage::write) == f);
  resv.add(g, Usage::write);
  const FencePtr both = resv.singleton(Usage::write);
  CHECK(both->is_container());
  CHECK(leaves_of(both) == std::vector{f, g});
}

TEST_CASE("T24c: a list that must grow drops its signaled fences") {
  Rig rig;
  DmaResv resv(rig.simulation);
  // The list for four fences has room for five: it fills its kmalloc bucket of 64 bytes.
  std::vector<std::unique_ptr<SwTimeline>> timelines;
  for (int i = 0; i < 5; ++i) {
    timelines.push_back(std::make_unique<SwTimeline>(rig.simulation, "t"));
    resv.add(timelines.back()->fence_at(1), Usage::read);
  }
  timelines[1]->advance_to(1);
  CHECK(resv.entries().size() == 5);
  CHECK(resv.reserve(1) == 0);
  CHECK(resv.entries().size() == 4);
}

TEST_CASE("T24d: a container is not stored: its fences are") {
  Rig rig;
  DmaResv resv(rig.simulation);
  const FencePtr f = rig.a.fence_at(1), g = rig.b.fence_at(1);
  resv.add(rig.array({f, g}), Usage::write);
  CHECK(query(resv, Usage::write) == std::vector{f, g});
}

TEST_CASE("T24e: a pending writer holds up both directions of poll") {
  Rig rig;
  DmaResv resv(rig.simulation);
  DmaBuf buffer(resv);
  resv.add(rig.a.fence_at(1), Usage::write);
  CHECK_FALSE(ready(buffer, false));
  CHECK_FALSE(ready(buffer, true));
  rig.a.advance_to(1);
  CHECK(ready(buffer, false));
  CHECK(ready(buffer, true));
}

TEST_CASE("T24f: a pending reader holds up writing only") {
  Rig rig;
  DmaResv resv(rig.simulation);
  DmaBuf buffer(resv);
  resv.add(rig.a.fence_at(1), Usage::read);
  CHECK(ready(buffer, false));
  CHECK_FALSE(ready(buffer, true));
}

TEST_CASE("T24g: a bookkeep fence holds up nobody and is not exported") {
  Rig rig;
  DmaResv resv(rig.simulation);
  DmaBuf buffer(resv);
  resv.add(rig.a.fence_at(1), Usage::bookkeep);
  CHECK(ready(buffer, false));
  CHECK(ready(buffer, true));
  CHECK(buffer.export_sync_file({.read = true})->poll());
  CHECK(buffer.export_sync_file({.write = true})->poll());
}
