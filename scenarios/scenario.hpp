// The in-memory form of a scenario file after loading: every name resolved to an index, every unit
// converted, every part tied to its place in the file. Nothing here runs anything.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/time.hpp"
#include "models/cpu/gfp.hpp"
#include "models/gpu/access_control.hpp"
#include "models/memory/domain.hpp"
#include "models/memory/memory_kind.hpp"
#include "models/svm/page_pattern.hpp"
#include "scenarios/expectations.hpp"
#include "scenarios/place.hpp"
#include "scenarios/sweep.hpp"
#include "scenarios/vram_share.hpp"

namespace fencelab::scenarios {

/// Version of the scenario format that this build reads and writes (member `format` of a file).
inline constexpr int kScenarioFormat = 1;

// ---------------------------------------------------------------- quantities

/// A length of time that is drawn anew at each use, in nanoseconds. Draws are keyed, see
/// core/random.
struct Distribution {
  enum class Kind : std::uint8_t { fixed, uniform, values, mix, quantiles };
  struct Part {
    std::uint32_t weight = 1;
    Duration min{}, max{};  ///< both ends included, whole multiples of `step`
  };
  Kind kind = Kind::fixed;
  Duration step{1};  ///< granularity of uniform draws (wsim: 1 us)
  /// fixed, uniform: one part; values: one per value; quantiles: one between each two neighbours;
  /// mix: weighted
  std::vector<Part> parts;
};

// ---------------------------------------------------------------- platform

struct EngineSpec {
  std::string name;     ///< unique in its GPU, e.g. "vcs1"
  std::string klass;    ///< engine class: rcs, ccs, bcs, vcs, vecs (or any word of the scenario)
  bool worker = false;  ///< no engine: a kernel thread that carries out work items
  int nice = 0;         ///< of that thread
  Place place;
};

struct GpuSpec {
  std::string name;
  std::string driver;             ///< free text used for "same driver" rules (amdgpu owner filter)
  std::uint64_t vram_bytes = 0;   ///< 0: integrated, buffers live in system memory
  std::uint64_t vram_page = 1;    ///< bytes: sizes are rounded up to multiples of it
  std::uint64_t gtt_bytes = 0;    ///< of system memory that it reaches; 0: all
  bool evicts_to_system = false;  ///< victims leave the GPU's reach at once
  std::vector<EngineSpec> engines;
  std::optional<Duration> timeslice;            ///< overrides the default of models/gpu
  std::optional<Duration> preemption_cost;      ///< context switch on preemption
  std::optional<std::uint32_t> credits;         ///< for jobs of kernel queues per engine
  bool shared_rings = false;                    ///< one per engine for all its kernel queues
  std::optional<std::uint32_t> firmware_slots;  ///< user queues that can be mapped at once
  std::optional<Duration> firmware_quantum;     ///< how long one keeps its slot when others wait
  std::optional<Duration> firmware_latency;     ///< to map or unmap one
  Place place;
};

struct LinkSpec {
  std::string name;
  std::string from, to;  ///< "memory" or a GPU's name; both directions share the link
  std::uint64_t bytes_per_second = 0;
  Duration latency{};
  Place place;
};

struct PlatformSpec {
  std::uint32_t cpu_cores = 0;     ///< 0: CPU time is not shared (`compute` is a plain delay)
  std::uint64_t memory_bytes = 0;  ///< 0: unlimited system memory
  std::uint64_t memory_page = 1;   ///< bytes: sizes are rounded up to multiples of it
  std::uint64_t swap_bytes_per_second = 0;  ///< disk speed of swap; 0: no swap
  std::uint64_t swap_bytes = 0;             ///< size of the swap area; 0: as much as is asked for
  std::uint64_t disk_bytes_per_second = 0;  ///< of the disk of files and swap; 0: that of swap
  Duration disk_latency{};
  std::uint64_t copy_bytes_per_second = 0;  ///< of a CPU that copies pages; 0: in no time
  bool has_zone = false;                    ///< system memory has watermarks, kswapd, a page cache
  std::optional<std::uint64_t> mark_min, mark_low, mark_high;  ///< none: from the size
  std::uint64_t cache_clean_bytes = 0, cache_dirty_bytes = 0;
  Index cache_lock = kNone;               ///< what the file system holds while it writes pages
  std::uint64_t mempool_bytes = 0;        ///< elements kept for allocations with "mempool"
  std::optional<Duration> reclaim_pause;  ///< after a round of reclaim without progress
  std::vector<GpuSpec> gpus;
  std::vector<LinkSpec> links;
};

// ---------------------------------------------------------------- shared things

struct BufferSpec {
  std::string name;  ///< elements of `count` > 1 are named name.0, name.1, ... (already expanded)
  std::uint64_t bytes = 0;  ///< lower end of the size
  std::uint64_t bytes_max =
      0;                    ///< upper end (== bytes unless a range was given: drawn once per run)
  Index gpu = kNone;        ///< home GPU (VRAM if it has some); kNone: system memory
  bool allocated = true;    ///< false: only an `alloc` operation creates it
  bool userptr = false;     ///< process memory used by the GPU (cannot be shared)
  bool vm_private = false;  ///< of one address space, with which it shares the reservation
  models::MemoryKind kind = models::MemoryKind::gem;
  std::vector<models::PlacementRule> places;  ///< where it may be, best first; empty: its home
  std::uint32_t priority = 0;                 ///< of lower ones victims are taken first
  Index process = kNone;     ///< owner: private to each clone of that process; kNone: global
  std::uint64_t stream = 0;  ///< of its size, where that is drawn
  Place place;
};

struct TimelineSpec {
  std::string name;
  std::uint64_t initial = 0;
  Index process = kNone;
  Place place;
};
struct LockSpec {
  std::string name;
  bool readers_first = false;  ///< read_lock: queued writers do not keep readers out
  Index process = kNone;
  Place place;
};
struct ChannelSpec {
  std::string name;
  Index process = kNone;
  Place place;
};  ///< carries buffers between threads, FIFO

struct SwapchainSpec {
  enum class Mode : std::uint8_t { fifo, mailbox };
  enum class Protocol : std::uint8_t { implicit, syncobj };
  enum class ReleaseTimeline : std::uint8_t { per_buffer, shared };
  std::string name;
  std::vector<Index> images;  ///< buffers, expanded by the loader as <name>.0 ... <name>.n-1
  Mode mode = Mode::fifo;
  Protocol protocol = Protocol::implicit;  ///< syncobj: linux-drm-syncobj-v1
  ReleaseTimeline release_timeline = ReleaseTimeline::per_buffer;
  Index process = kNone;  ///< owner process of the client side: one chain per clone; kNone: global
  Place place;
};

struct DisplaySpec {
  std::string name;
  Duration period{};
  Index gpu = kNone;
  std::optional<Duration> commit_timeout;  ///< none: the kernel's
  Place place;
};

// ---------------------------------------------------------------- processes

struct BondSpec {
  std::vector<Index> engines;
  Index master = kNone;
  Place place;
};

/// A GPU context: an address space's submission endpoint with its engines.
struct ContextSpec {
  std::string name;
  Index gpu = 0;
  std::vector<Index> engines;  ///< allowed engines of that GPU (engine map), at least one
  bool balanced = false;       ///< pick the least busy engine of the map for each job
  std::vector<BondSpec> bonds;
  int priority = 0;  ///< -1023..1023 as in i915; higher runs first
  std::optional<Duration>
      preemption_period;        ///< arbitration point every so often; 0: never preemptible
  bool long_running = false;    ///< no dma_fences of its jobs, whatever the stack
  Index bind_errors = kNone;    ///< timeline that counts the failed binds of its address space
  Index bind_restarts = kNone;  ///< timeline by which the process says how many it has dealt with
  std::map<std::string, std::string> annotations;
  Place place;
};

/// One access of a job: bytes [offset, offset + bytes) of a buffer or of the current swapchain
/// image.
struct AccessSpec {
  Index buffer = kNone;
  Index swapchain = kNone;  ///< `@name`: the image this thread acquired / latched last
  Index channel = kNone;    ///< `#name`: the buffer this thread received last from the channel
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;  ///< 0: to the end of the buffer
  bool write = false;
  models::Stall stall = models::Stall::by_access;  ///< declared ones only: explicit control
  models::Publish publish = models::Publish::by_access;
  models::PagePattern pattern;  ///< managed memory: in which order its pages are touched
};

struct ValueSpec {
  Index timeline = kNone;
  std::uint64_t value = 0;
  bool relative = false;
};
/// `relative`: value is added per execution of the operation (k-th execution: value * k), so that a
/// loop needs no counters.

/// Reference to an operation with a completion (submit, bind, unbind, sw_fence) of the same
/// thread's process.
struct OpRef {
  Index label = kNone;  ///< index in ProcessSpec::labels
};

struct Op;
using Program = std::vector<Op>;

struct SubmitOp {
  Index context = 0;
  Index engine = kNone;   ///< index in the GPU's engines; kNone: the context's (first or balanced)
  bool infinite = false;  ///< runs until `terminate` names it
  std::uint32_t credits = 1;         ///< of its engine that it takes
  Distribution duration;             ///< time on the engine
  std::vector<AccessSpec> accesses;  ///< ground truth
  bool declares = false;             ///< `declared` differs from the truth
  bool declares_to_kernel = false;   ///< ... and the process orders its own work by the truth
  std::vector<AccessSpec> declared;  ///< what the driver is told
  std::vector<OpRef> after;          ///< explicit waits: finished
  std::vector<OpRef> after_start;    ///< submit fences: started on an engine
  std::vector<ValueSpec> wait_values;
  std::vector<ValueSpec> signal_values;
};
struct WaitOp {
  std::vector<OpRef> ops;
  std::vector<ValueSpec> values;
  std::uint32_t need = 0;  ///< 0: all; else k of them
  std::optional<Duration> timeout;
};
struct ThinkOp {
  Distribution duration;
};  ///< off the CPU
struct ComputeOp {
  Distribution duration;
};  ///< on a CPU core
/// Touches bytes through a mapping; waits for nothing.
struct AccessOp {
  std::vector<AccessSpec> accesses;
  std::optional<Distribution> duration;  ///< on a CPU core; none: takes no time
};
struct SignalOp {
  ValueSpec value;
};
struct AllocOp {
  Index buffer = kNone;
  models::Gfp gfp = models::Gfp::kernel;
};
/// memalloc_*_save() and memalloc_*_restore(): how the thread's allocations are narrowed.
struct MemallocOp {
  models::MemallocScope scope = models::MemallocScope::nofs;
  bool restore = false;
};
/// Whether the content of a buffer may be thrown away.
struct MadviseOp {
  Index buffer = kNone;
  bool purgeable = false;
};
struct FreeOp {
  Index buffer = kNone;
};
struct BindOp {
  Index context = 0;
  Index buffer = kNone;
  bool unbind = false;
  bool sync = false;                     ///< carried out in the ioctl, whatever the policy
  std::optional<std::uint64_t> address;  ///< none: one is chosen; unbind: wherever it is mapped
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;  ///< 0: to the end of the buffer
  std::string queue;        ///< bind queue by name; empty: the default one of the address space
  std::vector<OpRef> after;
  std::vector<ValueSpec> wait_values;
};
/// A lock is a mutex, a reader-writer lock or a ww_mutex (ticketed with back-off over all), by how
/// it is taken. `back_off`: several mutexes, the first waited for, the others tried; if one cannot
/// be had all are given back, and it begins again.
struct LockOp {
  enum class Mode : std::uint8_t { mutex, read, write, ww, back_off };
  std::vector<Index> locks;
  bool unlock = false;
  Mode mode = Mode::mutex;
};
struct ForkOp {
  Index thread = kNone;
  bool join = false;
};
struct SendOp {
  Index channel = kNone;
  std::vector<AccessSpec> buffers;
};
struct ReceiveOp {
  Index channel = kNone;
};
struct AcquireOp {
  Index swapchain = kNone;
};  ///< client: take a free image
struct PresentOp {
  Index swapchain = kNone;
};  ///< client: hand the image to the consumer
struct LatchOp {
  Index swapchain = kNone;
  bool wait = false;
  Index display = kNone;  ///< whose vblank counts; kNone: the one this thread uses first
};  ///< compositor: choose the image to show (flip policy)
/// What one plane shows, and what its update waits for.
struct PlaneSpec {
  AccessSpec image;
  bool is_explicit = false;     ///< `in_fence` is given: no implicit fencing
  std::vector<OpRef> in_fence;  ///< operations that have drawn it
};
struct CrtcSpec {
  Index display = kNone;
  std::vector<PlaneSpec> planes;
};
/// One atomic commit on one or several displays.
struct FlipOp {
  std::vector<CrtcSpec> crtcs;
  bool blocking = false;
  bool async = false;
  bool fails_if_busy = false;  ///< does not wait for the previous flip: -EBUSY, nothing happens
};
struct VblankOp {
  Index display = kNone;
};  ///< sleep until the display's next vblank
struct LoopOp {
  std::uint64_t times = 0;
  std::optional<Duration> period;
  Program body;
};  ///< times 0: for ever
struct PaceOp {
  Duration period{};
};  ///< sleep until `period` after this iteration of the innermost loop began
/// poll() of a dma-buf on the CPU.
struct PollOp {
  std::vector<AccessSpec> buffers;  ///< write: POLLOUT, until no fence of readers or writers is
                                    ///< pending; else POLLIN, of writers only
  std::optional<Duration> timeout;
};
struct SwFenceOp {};  ///< create a CPU-signaled dma_fence (sw_sync)
struct SwSignalOp {
  OpRef fence;
};  ///< signal it and all older ones of the thread
struct TerminateOp {
  OpRef job;
};
struct ThrottleOp {
  std::uint32_t jobs = 0;
};  ///< before each submit wait for the n-th previous step
struct QueueDepthOp {
  std::uint32_t jobs = 0;
};  ///< a submit ends when at most n jobs of the thread are unfinished on its engine
struct PriorityOp {
  Index context = 0;
  int priority = 0;
};
struct PreemptionOp {
  Index context = 0;
  Duration period{};
};  ///< 0: not preemptible from here on
struct FlushOp {
  Index context = 0;
};  ///< waits until schedulers have taken all its jobs
struct InvalidateOp {
  Index buffer = kNone;
};  ///< munmap + mmap of a userptr range
/// What a process, or the kernel for it, does to the pages behind userptr buffers.
struct MmOp {
  enum class Kind : std::uint8_t { fork, migrate, compact };
  Kind kind = Kind::fork;
  std::vector<Index> buffers;
  std::optional<Duration> child_life;  ///< fork: until the child ends; none: beyond the run
};
/// PRIME: a device attaches to a buffer of another one.
struct ImportOp {
  Index buffer = kNone;
  Index gpu = kNone;
  bool peer_to_peer = false;
  bool is_static = false;
};
struct AnnotateOp {
  std::map<std::string, std::string> notes;
};

struct Op {
  std::variant<SubmitOp, WaitOp, ThinkOp, ComputeOp, SignalOp, AllocOp, FreeOp, BindOp, LockOp,
               ForkOp, SendOp, ReceiveOp, AcquireOp, PresentOp, LatchOp, FlipOp, VblankOp, LoopOp,
               PaceOp, SwFenceOp, SwSignalOp, TerminateOp, ThrottleOp, QueueDepthOp, PriorityOp,
               PreemptionOp, InvalidateOp, ImportOp, AnnotateOp, PollOp, AccessOp, MemallocOp,
               MadviseOp, MmOp, FlushOp>
      what;
  Index label = kNone;     ///< `id`, index in ProcessSpec::labels
  std::uint32_t draw = 0;  ///< which of its thread's operations that draw numbers, from 1
  Place place;
};

struct ThreadSpec {
  std::string name;
  bool forked = false;  ///< started by a `fork` operation, not at the start
  Duration start{};     ///< delay before the first operation
  int nice = 0;         ///< -20 (most CPU) to 19, for `compute`
  Program program;
  std::uint64_t stream = 0;  ///< of the numbers that it draws (scenarios/random_streams.hpp)
  Place place;
};

struct ProcessSpec {
  std::string name;
  std::uint32_t count = 1;          ///< clones name.0 ... (just name when 1)
  std::vector<std::string> labels;  ///< ids of operations, unique per process
  std::vector<ContextSpec> contexts;
  std::vector<ThreadSpec> threads;
  std::optional<std::uint64_t> memlock_bytes;  ///< what it may pin (RLIMIT_MEMLOCK)
  VramShare vram;                              ///< of each of its clones, on every GPU
  Place place;
};

struct Scenario {
  std::string file;  ///< path as given; messages start with it
  std::string name, title, description, source, truth;
  /// Hash of all that decides what happens under a given stack with a given seed: equal for files
  /// that differ in layout, prose, stacks, seeds or expectations only.
  std::uint64_t digest = 0;
  std::vector<std::string> sets;  ///< assignments (`--set`) that were carried out on the file
  Duration horizon{std::chrono::seconds(10)};
  Duration progress_bound{std::chrono::seconds(1)};
  std::vector<std::uint64_t> seeds{1};
  PlatformSpec platform;
  std::vector<BufferSpec> buffers;
  std::vector<TimelineSpec> timelines;
  std::vector<LockSpec> locks;
  std::vector<ChannelSpec> channels;
  std::vector<SwapchainSpec> swapchains;
  std::vector<DisplaySpec> displays;
  std::vector<ProcessSpec> processes;
  std::vector<FaultSpec> faults;
  std::vector<StackSpec> stacks;
  std::map<std::string, ExpectSpec> expect;  ///< stack name -> expectation
  std::vector<RelationSpec> relations;
  Sweep sweep;  ///< empty: one point
};

}  // namespace fencelab::scenarios
