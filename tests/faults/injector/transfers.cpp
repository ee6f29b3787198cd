// Bytes in and out: fewer than asked for, interrupted, a full disk, a reader that is gone.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>

#include "tests/faults/injector/interpose.hpp"
#include "tests/faults/injector/plan.hpp"

namespace fencelab::faults {

namespace {

bool is_of(int file, mode_t type) {
  struct stat about{};
  const int before = errno;
  const bool is_so = ::fstat(file, &about) == 0 && (about.st_mode & S_IFMT) == type;
  errno = before;
  return is_so;
}

bool fails_with(int error) {
  errno = error;
  return true;
}

bool read_fails(int file, const char* function) {
  if (strikes(Kind::interrupted, function)) return fails_with(EINTR);
  return is_of(file, S_IFREG) && strikes(Kind::broken, function) && fails_with(EIO);
}

bool write_fails(int file, const char* function, bool raises) {
  if (strikes(Kind::interrupted, function)) return fails_with(EINTR);
  if (is_of(file, S_IFREG)) {
    if (strikes(Kind::full, function)) return fails_with(ENOSPC);
    return strikes(Kind::broken, function) && fails_with(EIO);
  }
  if (!is_of(file, S_IFIFO) && !is_of(file, S_IFSOCK)) return false;
  if (!strikes(Kind::hung_up, function)) return false;
  if (raises) ::raise(SIGPIPE);
  return fails_with(EPIPE);
}

/// How many of `size` bytes are carried.
std::size_t carried(std::size_t size, const char* function) {
  if (size < 2 || !strikes(Kind::short_count, function)) return size;
  return 1 + drawn(Kind::short_count, size - 1);
}

}  // namespace

constinit Next<ssize_t(int, void*, std::size_t)> next_read{"read"};
FENCELAB_INTERPOSE(read, ssize_t, int file, void* to, std::size_t size) {
  return read_fails(file, "read") ? -1 : next_read(file, to, carried(size, "read"));
}

constinit Next<ssize_t(int, void*, std::size_t, off_t)> next_pread{"pread64"};
FENCELAB_INTERPOSE(pread, ssize_t, int file, void* to, std::size_t size, off_t at) {
  return read_fails(file, "pread") ? -1 : next_pread(file, to, carried(size, "pread"), at);
}
FENCELAB_INTERPOSE(pread64, ssize_t, int file, void* to, std::size_t size, off_t at) {
  return faulty_pread(file, to, size, at);
}

constinit Next<ssize_t(int, void*, std::size_t, int)> next_recv{"recv"};
FENCELAB_INTERPOSE(recv, ssize_t, int file, void* to, std::size_t size, int flags) {
  return read_fails(file, "recv") ? -1 : next_recv(file, to, carried(size, "recv"), flags);
}

constinit Next<ssize_t(int, const void*, std::size_t)> next_write{"write"};
FENCELAB_INTERPOSE(write, ssize_t, int file, const void* from, std::size_t size) {
  return write_fails(file, "write", true) ? -1 : next_write(file, from, carried(size, "write"));
}

constinit Next<ssize_t(int, const void*, std::size_t, off_t)> next_pwrite{"pwrite64"};
FENCELAB_INTERPOSE(pwrite, ssize_t, int file, const void* from, std::size_t size, off_t at) {
  return write_fails(file, "pwrite", true) ? -1
                                           : next_pwrite(file, from, carried(size, "pwrite"), at);
}
FENCELAB_INTERPOSE(pwrite64, ssize_t, int file, const void* from, std::size_t size, off_t at) {
  return faulty_pwrite(file, from, size, at);
}

constinit Next<ssize_t(int, const iovec*, int)> next_writev{"writev"};
FENCELAB_INTERPOSE(writev, ssize_t, int file, const iovec* from, int count) {
  if (write_fails(file, "writev", true)) return -1;
  if (count > 1 && from[0].iov_len > 0 && strikes(Kind::short_count, "writev")) count = 1;
  return next_writev(file, from, count);
}

constinit Next<ssize_t(int, const void*, std::size_t, int)> next_send{"send"};
FENCELAB_INTERPOSE(send, ssize_t, int file, const void* from, std::size_t size, int flags) {
  if (write_fails(file, "send", (flags & MSG_NOSIGNAL) == 0)) return -1;
  return next_send(file, from, carried(size, "send"), flags);
}

constinit Next<int(int)> next_fsync{"fsync"};
FENCELAB_INTERPOSE(fsync, int, int file) {
  if (strikes(Kind::broken, "fsync")) return errno = EIO, -1;
  return next_fsync(file);
}

constinit Next<int(int)> next_fdatasync{"fdatasync"};
FENCELAB_INTERPOSE(fdatasync, int, int file) {
  if (strikes(Kind::broken, "fdatasync")) return errno = EIO, -1;
  return next_fdatasync(file);
}

}  // namespace fencelab::faults
