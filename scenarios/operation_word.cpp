#include "scenarios/operation_word.hpp"

namespace fencelab::scenarios {

namespace {

struct Word {
  const char* operator()(const SubmitOp&) const { return "submit"; }
  const char* operator()(const WaitOp&) const { return "wait"; }
  const char* operator()(const ThinkOp&) const { return "think"; }
  const char* operator()(const ComputeOp&) const { return "compute"; }
  const char* operator()(const AccessOp&) const { return "access"; }
  const char* operator()(const SignalOp&) const { return "signal"; }
  const char* operator()(const AllocOp&) const { return "alloc"; }
  const char* operator()(const FreeOp&) const { return "free"; }
  const char* operator()(const MemallocOp& op) const {
    return op.restore ? "memalloc_restore" : "memalloc_save";
  }
  const char* operator()(const MadviseOp&) const { return "madvise"; }
  const char* operator()(const BindOp& op) const { return op.unbind ? "unbind" : "bind"; }
  const char* operator()(const LockOp& op) const {
    switch (op.mode) {
      case LockOp::Mode::mutex: return op.unlock ? "unlock" : "lock";
      case LockOp::Mode::read: return op.unlock ? "read_unlock" : "read_lock";
      case LockOp::Mode::write: return op.unlock ? "write_unlock" : "write_lock";
      case LockOp::Mode::ww: return op.unlock ? "ww_unlock" : "ww_lock";
      case LockOp::Mode::back_off: break;
    }
    return op.unlock ? "unlock" : "back_off_lock";
  }
  const char* operator()(const ForkOp& op) const { return op.join ? "join" : "fork"; }
  const char* operator()(const SendOp&) const { return "send"; }
  const char* operator()(const ReceiveOp&) const { return "receive"; }
  const char* operator()(const AcquireOp&) const { return "acquire"; }
  const char* operator()(const PresentOp&) const { return "present"; }
  const char* operator()(const LatchOp&) const { return "latch"; }
  const char* operator()(const FlipOp&) const { return "flip"; }
  const char* operator()(const VblankOp&) const { return "vblank"; }
  const char* operator()(const LoopOp&) const { return "loop"; }
  const char* operator()(const PaceOp&) const { return "pace"; }
  const char* operator()(const PollOp&) const { return "poll"; }
  const char* operator()(const SwFenceOp&) const { return "sw_fence"; }
  const char* operator()(const SwSignalOp&) const { return "sw_signal"; }
  const char* operator()(const TerminateOp&) const { return "terminate"; }
  const char* operator()(const ThrottleOp&) const { return "throttle"; }
  const char* operator()(const QueueDepthOp&) const { return "queue_depth"; }
  const char* operator()(const PriorityOp&) const { return "priority"; }
  const char* operator()(const PreemptionOp&) const { return "preemption"; }
  const char* operator()(const FlushOp&) const { return "flush"; }
  const char* operator()(const InvalidateOp&) const { return "invalidate"; }
  const char* operator()(const MmOp& op) const {
    switch (op.kind) {
      case MmOp::Kind::fork: return "fork_mm";
      case MmOp::Kind::migrate: return "migrate";
      case MmOp::Kind::compact: break;
    }
    return "compact";
  }
  const char* operator()(const ImportOp&) const { return "import"; }
  const char* operator()(const AnnotateOp&) const { return "annotate"; }
};

}  // namespace

const char* operation_word(const Op& op) { return std::visit(Word{}, op.what); }

}  // namespace fencelab::scenarios
