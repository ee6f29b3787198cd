#include "core/fence_chain.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/assert.hpp"
#include "core/wait_graph_builder.hpp"

namespace fencelab::core {

struct FenceChain::Step final : FenceCallback {
  explicit Step(FenceChain& owner) : chain(owner) {}
  void on_signaled(DmaFence&) override {
    if (!chain.rearm()) chain.signal();
  }
  FenceChain& chain;
};

ChainPtr FenceChain::make(Simulation& simulation, FencePtr previous, FencePtr contained,
                          std::uint64_t point) {
  FENCELAB_ASSERT(contained, "chain node {} without a fence", point);
  const FenceChain* const node = from(previous.get());
  const bool in_order = node && point > node->seqno();
  const std::uint64_t previous_point = in_order ? node->seqno() : 0;
  const std::uint64_t context = in_order ? node->context() : new_fence_context(simulation);
  if (node) point = std::max(point, node->seqno());
  return ChainPtr(new FenceChain(simulation, std::move(previous), std::move(contained), context,
                                 point, previous_point));
}

FenceChain::FenceChain(Simulation& simulation, FencePtr previous, FencePtr contained,
                       std::uint64_t context, std::uint64_t point, std::uint64_t previous_point)
    : DmaFence(simulation, nullptr, context, point),
      previous_(std::move(previous)),
      contained_(std::move(contained)),
      previous_point_(previous_point) {
  set_pollable();
  set_seqno_64bit();
}

FenceChain::~FenceChain() {
  // Iterative: a long chain that nobody else holds must not recurse through its destructors.
  FencePtr rest = std::move(previous_);
  while (rest && rest->references() == 1) {
    FenceChain* const node = from(rest.get());
    if (!node) break;
    rest = std::move(node->previous_);
  }
}

FencePtr FenceChain::walk() {
  while (previous_) {
    FenceChain* const node = from(previous_.get());
    if (!(node ? node->contained_ : previous_)->is_signaled()) break;
    // By way of a copy: the node it goes away with holds the next one.
    const FencePtr older = node ? node->previous_ : FencePtr();
    previous_ = older;
  }
  return previous_;
}

namespace {

/// Calls `use(own fence)` for this node and all older ones that are pending, newest first, until it
/// says false.
template <class Use>
void for_each_pending(FenceChain& head, const Use& use) {
  if (!use(head.contained())) return;
  FenceChain* node = &head;
  for (FencePtr older = head.walk(); older;) {
    node = FenceChain::from(older.get());
    if (!use(node ? node->contained() : older) || !node) return;
    older = node->walk();
  }
}

}  // namespace

void FenceChain::collect() {
  for_each_pending(*this, [](const FencePtr&) { return true; });
}

void FenceChain::leaves(std::vector<FencePtr>& into) {
  for_each_pending(*this, [&](const FencePtr& own) {
    // A node has no business being contained in one (the kernel warns): it stays whole.
    if (from(own.get()))
      into.push_back(own);
    else
      own->leaves(into);
    return true;
  });
}

bool FenceChain::enable_signaling() { return rearm(); }

// One callback at a time, on the newest fence that is pending; then on the newest of the rest.
bool FenceChain::rearm() {
  if (!step_) step_ = std::make_unique<Step>(*this);
  bool queued = false;
  for_each_pending(*this, [&](const FencePtr& own) {
    queued = own->add_callback(*step_);
    return !queued;
  });
  return queued;
}

bool FenceChain::poll() {
  bool all = true;
  for_each_pending(*this, [&](const FencePtr& own) { return all = own->is_signaled(); });
  return all;
}

GateIndex FenceChain::describe_members(WaitGraphBuilder& builder) const {
  std::vector<GateIndex> inputs;
  const auto add = [&](const FencePtr& own) {
    if (!own->is_signaled()) inputs.push_back(own->describe_release(builder));
  };
  add(contained_);
  for (const FencePtr* older = &previous_; *older;) {
    const FenceChain* const node = from(older->get());
    add(node ? node->contained_ : *older);
    if (!node) break;
    older = &node->previous_;
  }
  return builder.all_of(std::move(inputs));
}

std::string FenceChain::describe_name() const { return fmt::format("chain point {}", seqno()); }

std::optional<FencePtr> find_point(const FencePtr& head, std::uint64_t point) {
  if (point == 0) return head;
  FenceChain* const newest = FenceChain::from(head.get());
  if (!newest || newest->seqno() < point) return std::nullopt;
  FencePtr at = head;
  while (FenceChain* const node = FenceChain::from(at.get())) {
    if (node->context() != newest->context() || node->previous_point() < point) break;
    at = node->walk();
  }
  return at;
}

}  // namespace fencelab::core
