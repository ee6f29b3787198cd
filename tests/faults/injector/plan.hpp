// When a call fails. The library of this folder is loaded before the program (LD_PRELOAD) and fails
// calls of libc on purpose; here is decided which. Nothing in it allocates, and nothing takes a
// lock, so that it may be asked from malloc() and in a forked process.
#pragma once

#include <cstdint>

namespace fencelab::faults {

/// What can go wrong. Each has a name in FENCELAB_FAULTS and a count of its own in each process.
enum class Kind : std::uint8_t {
  short_count,  ///< "short": a transfer of fewer bytes than were asked for
  interrupted,  ///< "eintr"
  full,         ///< "enospc"
  descriptors,  ///< "emfile"
  forbidden,    ///< "eacces", of what is opened to be written
  broken,       ///< "eio", of regular files
  hung_up,      ///< "epipe"
  processes,    ///< "fork": EAGAIN
  memory,       ///< "memory": no more of malloc()
  mappings,     ///< "mapping": no more anonymous mmap()
  clock,        ///< "clock": the time of day jumps, both ways
  monotonic,    ///< "monotonic": it jumps forward
};
inline constexpr unsigned kKinds = 12;

/// Counts a call that could fail in this way, and says whether it does. `function` is for the log;
/// errno stays as it is.
bool strikes(Kind kind, const char* function);

/// A number of [0, below) that belongs to the latest call of that kind.
std::uint64_t drawn(Kind kind, std::uint64_t below);

/// Between these, calls fail: from main() to exit().
void arm();
void disarm();

/// In the parent before fork(): the number of the child. In the child: what it is from now on.
unsigned next_child();
void become_child(unsigned number);

/// Tells the log how many calls there were of each kind.
void tell_counts();

/// How far the monotonic clock jumps.
std::int64_t jump_ns();

}  // namespace fencelab::faults
