// Reading the operations of one thread (internal to the loader).
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/load_context.hpp"

namespace fencelab::scenarios {

/// Name and argument of an operation object; empty and absent when it has none.
std::pair<std::string, Node> operation_of(const Node& node);

/// Operations that others can wait for by their id.
const std::vector<std::string>& completing();

/// Reads programs as seen from one thread of one process.
class OperationLoader {
 public:
  /// `program` is the whole program of the thread: which images and messages it ever holds.
  OperationLoader(LoadContext& context, Index process, const Node& program);

  Program load_program(const Node& program);

 private:
  using What = decltype(Op::what);
  using Reader = What (OperationLoader::*)(const Node& body);
  struct Entry {
    std::string_view name;
    Reader read;
  };
  static const std::vector<Entry>& readers();

  // Names of which the thread holds something, or may if an operation could not be read.
  struct Held {
    std::set<std::string> names;
    bool is_unclear = false;
    bool contains(const std::string& name) const { return is_unclear || names.contains(name); }
  };

  Op load_op(const Node& node);
  void collect_held(const Node& program);
  void add_held_name(Held& held, Resource kind, const Node& node);
  void check_loop(const Node& node, const LoopOp& loop);

  // load_operations.cpp
  What read_think(const Node& body);
  What read_compute(const Node& body);
  What read_free(const Node& body);
  What read_lock(const Node& body);
  What read_unlock(const Node& body);
  What read_read_lock(const Node& body);
  What read_read_unlock(const Node& body);
  What read_write_lock(const Node& body);
  What read_write_unlock(const Node& body);
  What read_ww_lock(const Node& body);
  What read_back_off_lock(const Node& body);
  What read_ww_unlock(const Node& body);
  What read_fork(const Node& body);
  What read_join(const Node& body);
  What read_loop(const Node& body);
  What read_pace(const Node& body);
  What read_sw_fence(const Node& body);
  What read_throttle(const Node& body);
  What read_queue_depth(const Node& body);
  What read_priority(const Node& body);
  What read_preemption(const Node& body);
  What read_flush(const Node& body);
  Index userptr_buffer(const Node& name);
  What read_invalidate(const Node& body);
  What read_import(const Node& body);
  What read_annotate(const Node& body);

  // load_memory.cpp: what system memory is asked for
  What read_alloc(const Node& body);
  What read_memalloc_save(const Node& body);
  What read_memalloc_restore(const Node& body);
  What read_madvise(const Node& body);
  What read_fork_mm(const Node& body);
  What read_migrate(const Node& body);
  What read_compact(const Node& body);

  // load_submit.cpp: what waits for something or completes
  What read_submit(const Node& body);
  What read_wait(const Node& body);
  What read_cpu_access(const Node& body);
  What read_signal(const Node& body);
  What read_sw_signal(const Node& body);
  What read_terminate(const Node& body);

  // load_binds.cpp: address spaces
  What read_bind(const Node& body);
  What read_unbind(const Node& body);
  void check_private(const Node& node, Index buffer, const char* doing);

  // load_frames.cpp: channels, swapchains, displays
  What read_send(const Node& body);
  What read_receive(const Node& body);
  What read_acquire(const Node& body);
  What read_present(const Node& body);
  What read_latch(const Node& body);
  What read_flip(const Node& body);
  What read_vblank(const Node& body);
  What read_poll(const Node& body);
  Index display_of(const Node& node);
  std::vector<PlaneSpec> read_planes(const Node& list);
  void check_displays(const Node& body, const FlipOp& op);

  // load_accesses.cpp
  void read_access(const Node& node, bool write, std::vector<AccessSpec>& accesses);
  void read_accesses(const Node& list, bool write, std::vector<AccessSpec>& accesses);
  void add_held(const Node& node, const std::string& text, AccessSpec access,
                std::vector<AccessSpec>& accesses);
  void check_range(const Node& node, const AccessSpec& access, std::uint64_t size);
  void note_use(const Node& node, Index buffer);
  models::PagePattern read_pattern(const Node& node, Index buffer);
  void check_managed(const Node& body, const SubmitOp& op);

  Index context_of(const Node& body);
  BindOp bind_of(const Node& body);
  LockOp locks_of(const Node& body, LockOp::Mode mode, bool unlock);
  OpRef read_id(const Node& node, const std::vector<std::string>& kinds,
                const std::string& purpose);
  std::vector<OpRef> read_ids(const Node& list, const std::vector<std::string>& kinds,
                              const std::string& purpose);
  ValueSpec read_value(const Node& node);
  std::vector<ValueSpec> read_values(const Node& list);
  Index resource(Resource kind, const Node& node);
  ProcessNames& names() { return context_.inside[process_]; }

  LoadContext& context_;
  Index process_;
  int open_loops_ = 0;  // loops around the operation being read
  Held chains_;         // acquired or latched somewhere in this thread
  Held channels_;       // received from somewhere in this thread
};

}  // namespace fencelab::scenarios
