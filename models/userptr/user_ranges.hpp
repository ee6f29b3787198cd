// UserRanges: the userptr ranges that one submission, or one restore, uses on a GPU: the retry loop
// of Documentation/gpu/drm-vm-bind-locking.rst around it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/task.hpp"
#include "core/uninterruptible.hpp"
#include "models/axes/driver_policies.hpp"
#include "models/userptr/user_pages.hpp"

namespace fencelab::models {

class Buffer;
class Client;
class Gpu;

///     UserRanges ranges(client, gpu);
///     ranges.add(buffer, true);
///     do {
///       error = co_await ranges.get();          // with no other lock held
///       ... lock reservations, validate ...
///       co_await ranges.lock();
///       again = ranges.changed();
///       if (!again) ... publish the fence ...
///       ranges.unlock();
///     } while (again);
class UserRanges {
 public:
  UserRanges(Client& client, Gpu& gpu) : client_(client), gpu_(gpu) {}
  UserRanges(const UserRanges&) = delete;
  /// Takes `buffer` in if it is userptr memory. `write`: the GPU writes it.
  void add(Buffer& buffer, bool write);
  bool empty() const { return ranges_.empty(); }
  /// Gets the pages that are not there or not valid any more. 0, -EFAULT or -ENOMEM.
  core::Task<int> get();
  /// Takes the notifier lock, as a reader; nothing where all are pinned.
  core::Task<> lock();
  /// Whether pages went since get(). Under that lock.
  bool changed() const;
  void unlock();
  /// It begins anew (-EAGAIN).
  void note_retry();

 private:
  struct Range {
    Buffer* buffer;
    bool write;
    std::unique_ptr<PagesRead> read;
  };
  core::Task<int> get_one(Range* range);
  Client& client_;
  Gpu& gpu_;
  std::vector<Range> ranges_;
  std::optional<core::Uninterruptible> locked_;  ///< nothing ends who holds the notifier lock
};

}  // namespace fencelab::models
