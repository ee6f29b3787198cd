// The parts of the loader, in the order in which they run: each declares or resolves names of one
// section of the file (internal to the loader).
#pragma once

#include "scenarios/load_context.hpp"

namespace fencelab::scenarios {

/// Horizon, progress bound, seeds and the descriptive texts.
void load_header(LoadContext& context, const Node& root);

/// CPUs, memory, GPUs, links.
void load_platform(LoadContext& context, const Node& platform);
/// System memory: its size, watermarks, page cache and disk.
void load_memory(LoadContext& context, const Node& memory);
/// The size of a page; 1 (nothing is rounded) if none is given.
std::uint64_t read_page(LoadContext& context, const Node& node);
/// After the global locks: what of system memory names one.
void load_memory_locks(LoadContext& context, const Node& memory);

void load_displays(LoadContext& context, const Node& displays);

/// Names, counts and places of all processes; everything else of them comes later.
void declare_processes(LoadContext& context, const Node& processes);

/// Buffers, timelines, locks, channels and swapchains listed in `owner`: the root (`process` is
/// kNone) or a process.
void load_resources(LoadContext& context, const Node& owner, Index process);

/// Contexts of a process.
void load_contexts(LoadContext& context, const Node& contexts, Index process);

/// Names of threads and ids of operations of a process, so that programs may refer forward.
void declare_threads(LoadContext& context, const Node& threads, Index process);

/// Says if there are more threads, clones counted, than the document may have.
void check_thread_count(LoadContext& context, const std::vector<Node>& processes);

/// Programs of the threads of a process.
void load_programs(LoadContext& context, const Node& threads, Index process);

void load_faults(LoadContext& context, const Node& faults);
void load_stacks(LoadContext& context, const Node& stacks);

/// Expectations; after the stacks.
void load_expectations(LoadContext& context, const Node& expect);
/// Relations between stacks; after the stacks.
void load_relations(LoadContext& context, const Node& relations);

/// Axes, groups and conditions of a sweep.
void load_sweep(LoadContext& context, const Node& node);

/// What can only be judged with everything read: forks, locks, frames, work at all.
void check_threads(LoadContext& context);
void check_locks(LoadContext& context);
void check_frames(LoadContext& context);
void check_work(LoadContext& context);

/// Warnings about things that nothing uses; only for scenarios without errors.
void warn_unused(LoadContext& context);

}  // namespace fencelab::scenarios
