// Memory that is not to be had. `operator new` of libstdc++ calls malloc(), so that it throws.
#include <sys/mman.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>

#include "tests/faults/injector/interpose.hpp"
#include "tests/faults/injector/plan.hpp"

// Names that glibc has for these besides, so that nobody has to be looked up, which would allocate.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace fencelab::faults {

namespace {

void* none() {
  errno = ENOMEM;
  return nullptr;
}

}  // namespace

FENCELAB_INTERPOSE(malloc, void*, std::size_t size) {
  return strikes(Kind::memory, "malloc") ? none() : __libc_malloc(size);
}

FENCELAB_INTERPOSE(calloc, void*, std::size_t count, std::size_t size) {
  return strikes(Kind::memory, "calloc") ? none() : __libc_calloc(count, size);
}

FENCELAB_INTERPOSE(realloc, void*, void* old, std::size_t size) {
  return size > 0 && strikes(Kind::memory, "realloc") ? none() : __libc_realloc(old, size);
}

FENCELAB_INTERPOSE(aligned_alloc, void*, std::size_t alignment, std::size_t size) {
  return strikes(Kind::memory, "aligned_alloc") ? none() : __libc_memalign(alignment, size);
}

FENCELAB_INTERPOSE(posix_memalign, int, void** made, std::size_t alignment, std::size_t size) {
  if (strikes(Kind::memory, "posix_memalign")) return ENOMEM;
  void* const memory = __libc_memalign(alignment, size);
  if (!memory) return ENOMEM;
  *made = memory;
  return 0;
}

constinit Next<void*(void*, std::size_t, int, int, int, off_t)> next_mmap{"mmap64"};
FENCELAB_INTERPOSE(mmap, void*, void* at, std::size_t size, int rights, int flags, int file,
                   off_t offset) {
  if ((flags & MAP_ANONYMOUS) != 0 && strikes(Kind::mappings, "mmap"))
    return errno = ENOMEM, MAP_FAILED;
  return next_mmap(at, size, rights, flags, file, offset);
}
FENCELAB_INTERPOSE(mmap64, void*, void* at, std::size_t size, int rights, int flags, int file,
                   off_t offset) {
  return faulty_mmap(at, size, rights, flags, file, offset);
}

}  // namespace fencelab::faults
