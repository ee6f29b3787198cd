// Rows T129, T130 and T134 to T138: vgem fences and page flips (IGT tests/vgem_basic.c, kms_flip.c;
// rows from reading drm_gem_atomic_helper.c).
#include "tests/conformance/recordings/world.hpp"
#include "tests/conformance/rows.hpp"

using namespace fencelab::rows;
using fencelab::recordings::World;

namespace {

constexpr KernelVersion kNewest = KernelVersion::v7_2, kOlder = KernelVersion::v6_12;

struct Screen {
  explicit Screen(KernelVersion kernel = kNewest) : world(kernel) {}
  DmaResv& buffer(const std::string& name) { return world.add_buffer(name).resv(); }
  AtomicResult flip(DmaResv& resv, FencePtr in_fence = nullptr) {
    PlaneState plane{.resv = &resv};
    if (in_fence) plane.in_fence = {std::move(in_fence)};
    return commit_nonblocking(
        {.crtcs = {{.display = &world.display(), .planes = {plane}, .wants_out_fence = true}}});
  }
  /// Lets 100 ms pass: several refreshes.
  void wait() {
    const Time until = world.simulation().now() + 100ms;
    while (world.simulation().run_instant(until)) {
    }
    world.simulation().advance_to(until);
  }
  World world;
  SwTimeline timeline{world.simulation(), "t"};
};

}  // namespace

TEST_CASE("T129: a vgem fence that conflicts with a pending one is refused and leaves no trace") {
  Rig rig;
  DmaResv resv(rig.simulation);
  VgemFences vgem(rig.simulation);
  REQUIRE(vgem.attach(resv, false));
  CHECK(vgem.attach(resv, false));
  CHECK_FALSE(vgem.attach(resv, true));
  CHECK(resv.entries().size() == 2);
}

TEST_CASE("T130: a vgem fence expires after ten seconds, and signaling it then is -ETIMEDOUT") {
  Rig rig;
  DmaResv resv(rig.simulation);
  VgemFences vgem(rig.simulation);
  const VgemFences::Handle late = vgem.attach(resv, true).value();
  const FencePtr fence = vgem.find(late);
  rig.simulation.run(Time(9999ms));
  CHECK_FALSE(fence->is_signaled());
  rig.simulation.run(Time(10s));
  // The row expects an error; the recordings, of three kernels, have none.
  CHECK(fence->status() == 1);
  CHECK(vgem.signal(late) == fence_error::kTimedOut);
  CHECK(vgem.signal(late) == fence_error::kNoEntry);
}

TEST_CASE("T134: a commit that is only tried has no out-fence, and changes nothing") {
  Screen screen;
  DmaResv& buffer = screen.buffer("B0");
  const auto request = [&](bool test_only) {
    return AtomicRequest{.crtcs = {{.display = &screen.world.display(),
                                    .planes = {{.resv = &buffer}},
                                    .wants_out_fence = true}},
                         .test_only = test_only};
  };
  const AtomicResult tried = commit_nonblocking(request(true));
  CHECK(tried.error == 0);
  REQUIRE(tried.out_fences.size() == 1);
  CHECK_FALSE(tried.out_fences[0]);  // user space reads -1
  CHECK_FALSE(screen.world.display().busy());
  REQUIRE(commit_nonblocking(request(false)).error == 0);
  CHECK(commit_nonblocking(request(true)).error == 0);  // also while a flip is pending
  screen.wait();
  CHECK(screen.world.display().commits() == 1);
}

TEST_CASE("T135: the out-fence of a commit signals at the flip") {
  Screen screen;
  const AtomicResult result = screen.flip(screen.buffer("B0"));
  REQUIRE(result.error == 0);
  CHECK_FALSE(result.out_fences[0]->is_signaled());
  screen.wait();
  CHECK(result.out_fences[0]->status() == 1);
}

TEST_CASE("T136: a second non-blocking flip while one is pending is -EBUSY") {
  Screen screen;
  DmaResv& buffer = screen.buffer("B0");
  const AtomicResult first = screen.flip(buffer, screen.timeline.fence_at(1));
  CHECK(screen.flip(buffer).error == fence_error::kBusy);
  screen.timeline.advance_to(1);
  screen.wait();
  CHECK(first.out_fences[0]->is_signaled());
  CHECK(screen.flip(buffer).error == 0);
}

TEST_CASE("T137: with an explicit fence a flip waits for kernel fences, not for writers") {
  const bool kernel_fence = GENERATE(false, true);
  Screen screen;
  DmaResv& buffer = screen.buffer("B0");
  buffer.add(screen.timeline.fence_at(1), kernel_fence ? Usage::kernel : Usage::write);
  const auto result = screen.flip(buffer, make_signaled_fence(screen.world.simulation()));
  screen.wait();
  CHECK(result.out_fences[0]->is_signaled() == !kernel_fence);
}

TEST_CASE("T138: without an explicit fence a flip waits for writers, not for readers") {
  const bool write = GENERATE(false, true);
  Screen screen;
  DmaResv& buffer = screen.buffer("B0");
  buffer.add(screen.timeline.fence_at(1), write ? Usage::write : Usage::read);
  const auto result = screen.flip(buffer);
  screen.wait();
  CHECK(result.out_fences[0]->is_signaled() == !write);
  screen.timeline.advance_to(1);
  screen.wait();
  CHECK(result.out_fences[0]->is_signaled());
}

TEST_CASE("T138: an older virtio-gpu waits for no fence of the buffer (quirk)") {
  Screen screen(kOlder);
  DmaResv& buffer = screen.buffer("B0");
  buffer.add(screen.timeline.fence_at(1), Usage::write);
  const auto result = screen.flip(buffer);
  screen.wait();
  CHECK(result.out_fences[0]->is_signaled());
}

// ---------------------------------------------------------------- beside the rows

TEST_CASE("A commit tells its fences when it would like them: by the earliest next vblank") {
  Screen screen;
  const FencePtr fence = screen.timeline.fence_at(1), other = screen.timeline.fence_at(2);
  const auto both =
      make_intrusive<FenceArray>(screen.world.simulation(), std::vector<FencePtr>{fence, other},
                                 new_fence_context(screen.world.simulation()), 1);
  CHECK(fence->deadline_hint() == kNever);
  screen.flip(screen.buffer("B0"), both);
  CHECK(both->deadline_hint() == Time(16667us));
  CHECK(fence->deadline_hint() == Time(16667us));
  // The earliest hint wins, and one that comes too late changes nothing.
  fence->hint_deadline(Time(20ms));
  CHECK(fence->deadline_hint() == Time(16667us));
  fence->hint_deadline(Time(1ms));
  CHECK(fence->deadline_hint() == Time(1ms));
  CHECK(other->deadline_hint() == Time(16667us));
}
