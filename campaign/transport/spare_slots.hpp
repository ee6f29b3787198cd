// Slots for processes that nobody needs now: whoever is left with work may take them. Shared by all
// processes that were forked since.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace fencelab::campaign {

class SpareSlots {
 public:
  SpareSlots() : descriptor_(::eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~SpareSlots() { ::close(descriptor_); }
  SpareSlots(const SpareSlots&) = delete;
  SpareSlots& operator=(const SpareSlots&) = delete;

  void give(std::uint64_t slots) {
    if (slots > 0 && ::write(descriptor_, &slots, sizeof slots) < 0) return;  // then they are lost
  }
  /// Whether there was one; it is ours then. Does not wait.
  bool take() {
    std::uint64_t one = 0;
    return ::read(descriptor_, &one, sizeof one) == sizeof one;
  }

 private:
  int descriptor_;
};

}  // namespace fencelab::campaign
