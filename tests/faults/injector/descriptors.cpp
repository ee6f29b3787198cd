// Names and descriptors: too many open files, no right to write, no room for another file.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "tests/faults/injector/interpose.hpp"
#include "tests/faults/injector/plan.hpp"

namespace fencelab::faults {

namespace {

bool fails_with(int error) {
  errno = error;
  return true;
}

bool open_fails(int flags, const char* function) {
  if (strikes(Kind::descriptors, function)) return fails_with(EMFILE);
  if ((flags & O_ACCMODE) == O_RDONLY) return false;
  if (strikes(Kind::forbidden, function)) return fails_with(EACCES);
  return (flags & O_CREAT) != 0 && strikes(Kind::full, function) && fails_with(ENOSPC);
}

bool open_fails(const char* mode, const char* function) {
  return open_fails(std::strpbrk(mode, "wa+") ? O_RDWR | O_CREAT : O_RDONLY, function);
}

/// Of what names things: no right to, or no room for it.
bool naming_fails(const char* function) {
  if (strikes(Kind::forbidden, function)) return fails_with(EACCES);
  return strikes(Kind::full, function) && fails_with(ENOSPC);
}

/// Whether something may still have been on its way to the disk.
bool is_written_file(int file) {
  struct stat about{};
  const int flags = ::fcntl(file, F_GETFL);
  return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && ::fstat(file, &about) == 0 &&
         S_ISREG(about.st_mode);
}

mode_t mode_of(int flags, va_list arguments) {
  const bool has_mode = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return has_mode ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

constinit Next<int(const char*, int, mode_t)> next_open{"open64"};
FENCELAB_INTERPOSE(open, int, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_fails(flags, "open") ? -1 : next_open(path, flags, mode);
}
FENCELAB_INTERPOSE(open64, int, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_fails(flags, "open") ? -1 : next_open(path, flags, mode);
}

constinit Next<int(int, const char*, int, mode_t)> next_openat{"openat64"};
FENCELAB_INTERPOSE(openat, int, int folder, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_fails(flags, "openat") ? -1 : next_openat(folder, path, flags, mode);
}

constinit Next<FILE*(const char*, const char*)> next_fopen{"fopen64"};
FENCELAB_INTERPOSE(fopen, FILE*, const char* path, const char* mode) {
  return open_fails(mode, "fopen") ? nullptr : next_fopen(path, mode);
}
FENCELAB_INTERPOSE(fopen64, FILE*, const char* path, const char* mode) {
  return open_fails(mode, "fopen") ? nullptr : next_fopen(path, mode);
}

constinit Next<FILE*()> next_tmpfile{"tmpfile64"};
FENCELAB_INTERPOSE(tmpfile, FILE*) {
  return open_fails("w+", "tmpfile") ? nullptr : next_tmpfile();
}

constinit Next<int(int)> next_close{"close"};
FENCELAB_INTERPOSE(close, int, int file) {
  const int before = errno;
  const bool is_written = is_written_file(file);
  errno = before;
  const int closed = next_close(file);
  // Linux gives the descriptor back whatever close() says (its manual page).
  if (closed == 0 && strikes(Kind::interrupted, "close")) return errno = EINTR, -1;
  if (closed == 0 && is_written && strikes(Kind::broken, "close")) return errno = EIO, -1;
  return closed;
}

constinit Next<int(int, int, void*)> next_fcntl{"fcntl64"};
int control(int file, int command, void* argument) {
  if ((command == F_DUPFD || command == F_DUPFD_CLOEXEC) && strikes(Kind::descriptors, "fcntl"))
    return errno = EMFILE, -1;
  return next_fcntl(file, command, argument);
}
FENCELAB_INTERPOSE(fcntl, int, int file, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return control(file, command, argument);
}
FENCELAB_INTERPOSE(fcntl64, int, int file, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* const argument = va_arg(arguments, void*);
  va_end(arguments);
  return control(file, command, argument);
}

constinit Next<int(int*, int)> next_pipe2{"pipe2"};
FENCELAB_INTERPOSE(pipe2, int, int* ends, int flags) {
  return strikes(Kind::descriptors, "pipe2") ? (errno = EMFILE, -1) : next_pipe2(ends, flags);
}
FENCELAB_INTERPOSE(pipe, int, int* ends) { return faulty_pipe2(ends, 0); }

constinit Next<int(int, int, int, int*)> next_socketpair{"socketpair"};
FENCELAB_INTERPOSE(socketpair, int, int domain, int type, int protocol, int* ends) {
  if (strikes(Kind::descriptors, "socketpair")) return errno = EMFILE, -1;
  return next_socketpair(domain, type, protocol, ends);
}

constinit Next<int(int, const void*, int)> next_signalfd{"signalfd"};
FENCELAB_INTERPOSE(signalfd, int, int file, const void* signals, int flags) {
  if (strikes(Kind::descriptors, "signalfd")) return errno = EMFILE, -1;
  return next_signalfd(file, signals, flags);
}

constinit Next<int(unsigned, int)> next_eventfd{"eventfd"};
FENCELAB_INTERPOSE(eventfd, int, unsigned count, int flags) {
  return strikes(Kind::descriptors, "eventfd") ? (errno = EMFILE, -1) : next_eventfd(count, flags);
}

constinit Next<int(int, int)> next_timerfd{"timerfd_create"};
FENCELAB_INTERPOSE(timerfd_create, int, int clock, int flags) {
  if (strikes(Kind::descriptors, "timerfd_create")) return errno = EMFILE, -1;
  return next_timerfd(clock, flags);
}

constinit Next<int(const char*, mode_t)> next_mkdir{"mkdir"};
FENCELAB_INTERPOSE(mkdir, int, const char* path, mode_t mode) {
  return naming_fails("mkdir") ? -1 : next_mkdir(path, mode);
}

constinit Next<int(const char*, const char*)> next_rename{"rename"};
FENCELAB_INTERPOSE(rename, int, const char* from, const char* to) {
  return naming_fails("rename") ? -1 : next_rename(from, to);
}

constinit Next<int(int, const char*, int, const char*, unsigned)> next_renameat2{"renameat2"};
FENCELAB_INTERPOSE(renameat2, int, int folder, const char* from, int other, const char* to,
                   unsigned flags) {
  return naming_fails("renameat2") ? -1 : next_renameat2(folder, from, other, to, flags);
}

}  // namespace fencelab::faults
