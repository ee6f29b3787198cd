// Processes: their beginning, their end, and waiting for them.
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "tests/faults/injector/interpose.hpp"
#include "tests/faults/injector/plan.hpp"

namespace fencelab::faults {

constinit Next<pid_t()> next_fork{"fork"};
FENCELAB_INTERPOSE(fork, pid_t) {
  const unsigned number = next_child();
  if (strikes(Kind::processes, "fork")) return errno = EAGAIN, -1;
  const pid_t child = next_fork();
  if (child == 0) become_child(number);
  return child;
}
// A child that shares this stack could not return from here.
FENCELAB_INTERPOSE(vfork, pid_t) { return faulty_fork(); }

using Spawn = int(pid_t*, const char*, const posix_spawn_file_actions_t*, const posix_spawnattr_t*,
                  char* const*, char* const*);
constinit Next<Spawn> next_spawn{"posix_spawn"};
FENCELAB_INTERPOSE(posix_spawn, int, pid_t* child, const char* program,
                   const posix_spawn_file_actions_t* actions, const posix_spawnattr_t* attributes,
                   char* const* arguments, char* const* environment) {
  if (strikes(Kind::processes, "posix_spawn")) return EAGAIN;
  return next_spawn(child, program, actions, attributes, arguments, environment);
}
constinit Next<Spawn> next_spawnp{"posix_spawnp"};
FENCELAB_INTERPOSE(posix_spawnp, int, pid_t* child, const char* program,
                   const posix_spawn_file_actions_t* actions, const posix_spawnattr_t* attributes,
                   char* const* arguments, char* const* environment) {
  if (strikes(Kind::processes, "posix_spawnp")) return EAGAIN;
  return next_spawnp(child, program, actions, attributes, arguments, environment);
}

constinit Next<pid_t(pid_t, int*, int)> next_waitpid{"waitpid"};
FENCELAB_INTERPOSE(waitpid, pid_t, pid_t child, int* status, int options) {
  if (strikes(Kind::interrupted, "waitpid")) return errno = EINTR, -1;
  return next_waitpid(child, status, options);
}

constinit Next<int(pollfd*, nfds_t, int)> next_poll{"poll"};
FENCELAB_INTERPOSE(poll, int, pollfd* waits, nfds_t count, int timeout) {
  if (strikes(Kind::interrupted, "poll")) return errno = EINTR, -1;
  return next_poll(waits, count, timeout);
}

constinit Next<int(const timespec*, timespec*)> next_nanosleep{"nanosleep"};
FENCELAB_INTERPOSE(nanosleep, int, const timespec* length, timespec* rest) {
  if (!strikes(Kind::interrupted, "nanosleep")) return next_nanosleep(length, rest);
  if (rest) *rest = *length;
  return errno = EINTR, -1;
}

constinit Next<void(int)> next_exit{"exit"};
FENCELAB_INTERPOSE(exit, void, int code) {
  disarm();
  tell_counts();
  next_exit(code);
  __builtin_unreachable();
}

FENCELAB_INTERPOSE(_exit, void, int code) {
  disarm();
  tell_counts();
  ::syscall(SYS_exit_group, code);
  __builtin_unreachable();
}
FENCELAB_INTERPOSE(_Exit, void, int code) { faulty__exit(code); }

// main() begins when all that is to be set up before it is: no fault strikes there.
using Main = int(int, char**, char**);
static Main* real_main = nullptr;

static int armed_main(int count, char** arguments, char** environment) {
  arm();
  const int code = real_main(count, arguments, environment);
  disarm();
  tell_counts();
  return code;
}

constinit Next<int(Main*, int, char**, void (*)(), void (*)(), void (*)(), void*)> next_start{
    "__libc_start_main"};
FENCELAB_INTERPOSE(__libc_start_main, int, Main* main, int count, char** arguments, void (*init)(),
                   void (*fini)(), void (*loader_fini)(), void* stack_end) {
  real_main = main;
  return next_start(armed_main, count, arguments, init, fini, loader_fini, stack_end);
}

}  // namespace fencelab::faults
