// How a function of libc is replaced, and how the replacement calls the one that it replaces.
#pragma once

#include <dlfcn.h>

#include <atomic>

/// Declares `faulty_NAME`, which programs that load this library call as `NAME`. It has another
/// name here because headers of libc declare NAME with attributes that differ between versions.
#define FENCELAB_INTERPOSE(name, result, ...)                                                 \
  extern "C" [[gnu::visibility("default")]] result faulty_##name(__VA_ARGS__) __asm__(#name); \
  extern "C" result faulty_##name(__VA_ARGS__)

namespace fencelab::faults {

/// The function that comes after ours in the order in which the loader looks for `name`.
template <typename Function>
class Next;
template <typename Result, typename... Arguments>
class Next<Result(Arguments...)> {
 public:
  explicit constexpr Next(const char* name) : name_(name) {}
  Result operator()(Arguments... arguments) {
    using Function = Result (*)(Arguments...);
    void* found = found_.load(std::memory_order_relaxed);
    if (!found) found_.store(found = ::dlsym(RTLD_NEXT, name_), std::memory_order_relaxed);
    return reinterpret_cast<Function>(found)(arguments...);
  }

 private:
  const char* name_;
  std::atomic<void*> found_{nullptr};
};

}  // namespace fencelab::faults
