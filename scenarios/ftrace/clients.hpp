// Which process a recorded job belongs to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/ftrace/jobs.hpp"
#include "scenarios/ftrace/recording.hpp"

namespace fencelab::scenarios::ftrace {

struct Clients {
  std::vector<std::string> names;        ///< of processes, unique, fit for a scenario
  std::vector<std::uint32_t> of_job;     ///< by job
  std::vector<std::uint32_t> of_entity;  ///< by job: dense number of its (process, ring, entity)
  std::uint32_t entities = 0;
};

/// Threads with one tgid are one process; where none is printed, threads that hand jobs to one
/// entity are. Jobs that the kernel makes for all are those of a process "kernel".
Clients find_clients(const Recording& recording, const Jobs& jobs);

/// `text` with everything that names may not have replaced by `_`.
std::string fit_for_name(std::string_view text);

}  // namespace fencelab::scenarios::ftrace
