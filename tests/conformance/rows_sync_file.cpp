// Rows T25 to T33a: sync files out of and into a dma-buf (IGT tests/dmabuf_sync_file.c); T50 to
// T51j: sync files of syncobjs, and merge (IGT tests/sw_sync.c).
#include "tests/conformance/rows.hpp"

using namespace fencelab::rows;

namespace {

constexpr DmaBufAccess kRead{.read = true}, kWrite{.write = true},
    kReadWrite{.read = true, .write = true};

struct Buffer {
  explicit Buffer(Rig& rig) : resv(rig.simulation), view(resv) {}
  /// Whether such an access would have to wait, asked in two ways that must agree.
  bool busy(DmaBufAccess access) {
    const bool by_file = !view.export_sync_file(access)->poll();
    const DmaBufAccess polled = view.poll(access.write ? kWrite : kRead);
    CHECK(by_file == !(access.write ? polled.write : polled.read));
    return by_file;
  }
  SyncFile file(DmaBufAccess access) { return view.export_sync_file(access).value(); }
  DmaResv resv;
  DmaBuf view;
};

std::pair<int, int> active_and_signaled(const SyncFile& file) {
  std::pair<int, int> counts;
  for (const int status : file.info().fences) ++(status == 0 ? counts.first : counts.second);
  return counts;
}

/// Waits for its turns on `timeline`, one in eight, and counts up at each. True if the count was
/// its own point whenever it woke.
Task<> take_turns(SwTimeline& timeline, std::uint64_t number, std::uint64_t rounds, bool& exact) {
  exact = true;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::uint64_t point = 8 * round + number;
    const FencePtr turn = timeline.fence_at(point);
    co_await turn->wait();
    exact = exact && timeline.value() == point;
    timeline.increment(1);
  }
}

}  // namespace

TEST_CASE("T25: a read fence makes a buffer busy for writing, not for reading") {
  Rig rig;
  Buffer buffer(rig);
  buffer.resv.add(rig.a.fence_at(1), Usage::read);
  CHECK_FALSE(buffer.busy(kRead));
  CHECK(buffer.busy(kWrite));
  CHECK(buffer.busy(kReadWrite));
  rig.a.advance_to(1);
  for (const DmaBufAccess access : {kRead, kWrite, kReadWrite}) CHECK_FALSE(buffer.busy(access));
}

TEST_CASE("T26: a write fence makes a buffer busy for everything") {
  Rig rig;
  Buffer buffer(rig);
  buffer.resv.add(rig.a.fence_at(1), Usage::write);
  for (const DmaBufAccess access : {kRead, kWrite, kReadWrite}) CHECK(buffer.busy(access));
  rig.a.advance_to(1);
  for (const DmaBufAccess access : {kRead, kWrite, kReadWrite}) CHECK_FALSE(buffer.busy(access));
}

TEST_CASE("T27: of a pending reader the file for reading is done at once, that for writing later") {
  Rig rig;
  Buffer buffer(rig);
  buffer.resv.add(rig.a.fence_at(1), Usage::read);
  SyncFile r = buffer.file(kRead), w = buffer.file(kWrite);
  CHECK(r.poll());
  CHECK_FALSE(w.poll());
  rig.a.advance_to(1);
  CHECK(w.poll());
}

TEST_CASE("T27a: of a pending writer both files are pending, then done") {
  Rig rig;
  Buffer buffer(rig);
  buffer.resv.add(rig.a.fence_at(1), Usage::write);
  SyncFile r = buffer.file(kRead), w = buffer.file(kWrite);
  CHECK_FALSE(r.poll());
  CHECK_FALSE(w.poll());
  rig.a.advance_to(1);
  CHECK(r.poll());
  CHECK(w.poll());
}

TEST_CASE("T28: an exported file does not see fences that come later") {
  Rig rig;
  Buffer buffer(rig);
  buffer.resv.add(rig.a.fence_at(1), Usage::read);
  buffer.resv.add(rig.b.fence_at(1), Usage::read);
  SyncFile file = buffer.file(kWrite);
  buffer.resv.add(rig.c.fence_at(1), Usage::read);
  CHECK_FALSE(file.poll());
  rig.a.advance_to(1);
  CHECK_FALSE(file.poll());
  rig.b.advance_to(1);
  CHECK(file.poll());
}

TEST_CASE("T29: files stay as they were exported while the buffer goes on") {
  Rig rig;
  Buffer buffer(rig);
  SyncFile r0 = buffer.file(kRead), w0 = buffer.file(kWrite);
  buffer.resv.add(rig.a.fence_at(1), Usage::write);
  CHECK(r0.poll());
  CHECK(w0.poll());
  SyncFile r1 = buffer.file(kRead), w1 = buffer.file(kWrite);
  CHECK_FALSE(r1.poll());
  CHECK_FALSE(w1.poll());
  rig.a.advance_to(1);
  buffer.resv.add(rig.b.fence_at(1), Usage::write);
  CHECK(r1.poll());
  CHECK(w1.poll());
  CHECK_FALSE(buffer.file(kRead).poll());
  CHECK_FALSE(buffer.file(kWrite).poll());
}

TEST_CASE("T30: a fence imported as a reader holds up writers only") {
  Rig rig;
  Buffer buffer(rig);
  CHECK(buffer.view.import_sync_file(kRead, SyncFile(rig.a.fence_at(1))) == 0);
  CHECK_FALSE(buffer.busy(kRead));
  CHECK(buffer.busy(kWrite));
  CHECK(buffer.busy(kReadWrite));
  rig.a.increment(1);
  CHECK_FALSE(buffer.busy(kReadWrite));
}

TEST_CASE("T31: a fence imported as a writer, or as both, holds up everybody") {
  for (const DmaBufAccess how : {kWrite, kReadWrite}) {
    Rig rig;
    Buffer buffer(rig);
    CHECK(buffer.view.import_sync_file(how, SyncFile(rig.a.fence_at(1))) == 0);
    for (const DmaBufAccess access : {kRead, kWrite, kReadWrite}) CHECK(buffer.busy(access));
    rig.a.increment(1);
    for (const DmaBufAccess access : {kRead, kWrite, kReadWrite}) CHECK_FALSE(buffer.busy(access));
  }
}

TEST_CASE("T32, T33: 32 readers hold up a writer to the last, a writer holds up readers") {
  const bool with_writer = GENERATE(false, true);
  Rig rig;
  Buffer buffer(rig);
  std::vector<std::unique_ptr<SwTimeline>> timelines;
  for (int i = 0; i < 32; ++i) {
    timelines.push_back(std::make_unique<SwTimeline>(rig.simulation, "t"));
    buffer.view.import_sync_file(kRead, SyncFile(timelines.back()->fence_at(1)));
  }
  if (with_writer) buffer.view.import_sync_file(kWrite, SyncFile(rig.a.fence_at(1)));
  SyncFile r = buffer.file(kRead), w = buffer.file(kWrite);
  for (int i = 31; i >= 0; --i) {
    CHECK(buffer.busy(kRead) == with_writer);
    CHECK(r.poll() == !with_writer);
    CHECK(buffer.busy(kWrite));
    CHECK_FALSE(w.poll());
    timelines[static_cast<std::size_t>(i)]->increment(1);
  }
  CHECK(buffer.busy(kRead) == with_writer);
  CHECK(buffer.busy(kWrite) == with_writer);
  rig.a.increment(1);
  CHECK_FALSE(buffer.busy(kWrite));
  CHECK(r.poll());
  CHECK(w.poll());
}

TEST_CASE("T33a: export and import without a flag are -EINVAL") {
  Rig rig;
  Buffer buffer(rig);
  CHECK_FALSE(buffer.view.export_sync_file({}));
  CHECK(buffer.view.import_sync_file({}, SyncFile(rig.a.fence_at(1))) == kInvalid);
  CHECK(buffer.resv.entries().empty());
}

TEST_CASE("T50: a file of a syncobj is a snapshot of its fence") {
  Rig rig;
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  syncobj->replace(rig.a.fence_at(1));
  SyncFile file = syncobj->export_sync_file().value();
  syncobj->replace(rig.b.fence_at(1));
  rig.a.advance_to(1);
  CHECK(file.poll());
}

TEST_CASE("T51: a point that is missing cannot be exported") {
  Rig rig;
  const SyncobjPtr syncobj = Syncobj::make(rig.simulation);
  CHECK_FALSE(syncobj->export_sync_file());
  syncobj->signal_point(2);
  CHECK_FALSE(syncobj->export_sync_file(3));
  CHECK(syncobj->export_sync_file(2));
}

TEST_CASE("T51a: a fence of a software timeline signals when the count reaches it") {
  Rig rig;
  SyncFile file(rig.a.fence_at(5));
  for (const std::uint64_t by : {0, 1, 3}) {
    rig.a.increment(by);
    CHECK_FALSE(file.poll());
  }
  rig.a.increment(1);
  CHECK(file.poll());
  rig.a.increment(5);
  CHECK(file.poll());
}

TEST_CASE("T51b, T51c: closing a timeline ends its pending fences with -ENOENT, done ones stay") {
  Rig rig;
  auto timeline = std::make_unique<SwTimeline>(rig.simulation, "t");
  const FencePtr done = timeline->fence_at(1), left = timeline->fence_at(2);
  timeline->increment(1);
  timeline.reset();
  CHECK(done->status() == 1);
  CHECK(left->status() == fence_error::kNoEntry);
}

TEST_CASE("T51d: merging fences of one timeline keeps the latest") {
  Rig rig;
  const SyncFile f1(rig.a.fence_at(1)), f2(rig.a.fence_at(2)), f3(rig.a.fence_at(3));
  const SyncFile all = SyncFile::merge(f3, SyncFile::merge(f1, f2));
  CHECK(active_and_signaled(all) == std::pair{1, 0});
  rig.a.increment(2);
  CHECK(all.info().status == 0);
  rig.a.increment(1);
  CHECK(active_and_signaled(all) == std::pair{0, 1});
}

TEST_CASE("T51e: a fence merged with itself is one fence") {
  Rig rig;
  const SyncFile file(rig.a.fence_at(1));
  const SyncFile twice = SyncFile::merge(file, file);
  rig.a.increment(1);
  CHECK(active_and_signaled(twice) == std::pair{0, 1});
}

TEST_CASE("T51f: a merged file counts down its members and signals with the last") {
  Rig rig;
  SyncFile all =
      SyncFile::merge(SyncFile(rig.a.fence_at(5)),
                      SyncFile::merge(SyncFile(rig.b.fence_at(5)), SyncFile(rig.c.fence_at(5))));
  int signaled = 0;
  for (SwTimeline* timeline : {&rig.a, &rig.b, &rig.c}) {
    CHECK_FALSE(all.poll());
    CHECK(active_and_signaled(all) == std::pair{3 - signaled, signaled});
    timeline->increment(5);
    ++signaled;
  }
  CHECK(active_and_signaled(all) == std::pair{0, 3});
  CHECK(all.poll());
}

TEST_CASE("T51h: a signaled fence merged with itself is signaled") {
  Rig rig;
  const SyncFile file(make_signaled_fence(rig.simulation));
  CHECK(SyncFile::merge(file, file).poll());
}

TEST_CASE("T51i: eight that wait for points of one timeline in turn wake at their own points") {
  Rig rig;
  constexpr std::uint64_t kRounds = 512;
  bool exact[8] = {};
  for (std::uint64_t i = 0; i < 8; ++i)
    rig.simulation.spawn({"turn"}, take_turns(rig.a, i, kRounds, exact[i]));
  rig.simulation.run();
  CHECK(rig.a.value() == 8 * kRounds);
  for (const bool own : exact) CHECK(own);
}

TEST_CASE("T51j: a random merge over 32 timelines is done when all reach their largest point") {
  Rig rig;
  const Random random(51);
  std::vector<std::unique_ptr<SwTimeline>> timelines;
  std::vector<std::uint64_t> largest(32, 0);
  for (int i = 0; i < 32; ++i)
    timelines.push_back(std::make_unique<SwTimeline>(rig.simulation, "t"));
  SyncFile merged(make_signaled_fence(rig.simulation));
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const std::size_t which = random.uniform({1, 1, i}, 0, 31);
    const std::uint64_t point = random.uniform({1, 2, i}, 1, 100);
    largest[which] = std::max(largest[which], point);
    merged = SyncFile::merge(merged, SyncFile(timelines[which]->fence_at(point)));
  }
  for (std::size_t i = 0; i < 32; ++i) {
    CHECK_FALSE(merged.poll());
    timelines[i]->advance_to(largest[i]);
  }
  CHECK(merged.poll());
}
