#include "scenarios/program_facts.hpp"

#include <algorithm>

namespace fencelab::scenarios {

namespace {

template <typename... Alternatives>
bool holds_any(const Op& op) {
  return (std::holds_alternative<Alternatives>(op.what) || ...);
}

bool takes_time(const Op& op) {
  if (const auto* const loop = std::get_if<LoopOp>(&op.what)) {
    // An endless loop that takes no time has been reported where it stands.
    return loop->times == 0 || loop->period || takes_time(loop->body);
  }
  if (const auto* const fork = std::get_if<ForkOp>(&op.what)) return fork->join;
  if (const auto* const latch = std::get_if<LatchOp>(&op.what)) return latch->wait;
  if (const auto* const access = std::get_if<AccessOp>(&op.what))
    return access->duration.has_value();
  return holds_any<PaceOp, SubmitOp, WaitOp, ThinkOp, ComputeOp, AllocOp, BindOp, ReceiveOp,
                   AcquireOp, FlipOp, VblankOp, InvalidateOp, ImportOp, MmOp>(op);
}

}  // namespace

bool takes_time(const Program& program) {
  return std::any_of(program.begin(), program.end(), [](const Op& op) { return takes_time(op); });
}

std::uint64_t timeless_operations(const Program& program) {
  constexpr std::uint64_t kMost = ~std::uint64_t{0} >> 1;
  std::uint64_t count = 0;
  for (const Op& op : program) {
    const auto* const loop = std::get_if<LoopOp>(&op.what);
    std::uint64_t own = 1;
    if (loop != nullptr && !takes_time(op)) {
      const std::uint64_t inside = std::max<std::uint64_t>(timeless_operations(loop->body), 1);
      own = loop->times > kMost / inside ? kMost : loop->times * inside;
    }
    count = own > kMost - count ? kMost : count + own;
  }
  return count;
}

bool is_endless(const Op& op) {
  const auto* const loop = std::get_if<LoopOp>(&op.what);
  return loop != nullptr && loop->times == 0;
}

bool is_work(const Op& op) {
  if (const auto* const loop = std::get_if<LoopOp>(&op.what)) {
    return std::any_of(loop->body.begin(), loop->body.end(), is_work);
  }
  return !holds_any<ThrottleOp, QueueDepthOp, PriorityOp, PreemptionOp, AnnotateOp, MemallocOp,
                    MadviseOp>(op);
}

}  // namespace fencelab::scenarios
