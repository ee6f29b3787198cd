// UserPages: the pages behind a userptr range, as core mm and the drivers know them: what an
// mmu_interval_notifier keeps track of, and which device got which pages
// (mm/mmu_notifier.c; Documentation/gpu/drm-vm-bind-locking.rst).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/completion.hpp"
#include "core/locks.hpp"
#include "core/shared.hpp"
#include "core/task.hpp"

namespace fencelab::models {

class Client;
class Gpu;
class PagesRead;

/// An address space that GPU pages are mapped in: of a process on a device.
struct PageUser {
  Client* client = nullptr;  ///< nullptr: any, where the device maps what it faults on
  Gpu* gpu = nullptr;
  std::uint64_t number() const;  ///< to sort and to hash by
  bool operator==(const PageUser&) const = default;
};

class UserPages final : public core::StateSource {
 public:
  /// One that uses them.
  struct User {
    PageUser who;
    bool pinned = false;        ///< for the long term: it is never told of anything
    bool charged = false;       ///< what it pins counts against RLIMIT_MEMLOCK
    bool got = false;           ///< it has got pages, ever
    bool valid = false;         ///< ... and was not told since that they go
    bool same = true;           ///< what it has are the pages that the process sees there
    bool invalidating = false;  ///< between its being told and the end of the invalidation
  };

  /// What happened to the range so far; nobody in the run looks at it.
  struct Counters {
    std::uint64_t invalidations = 0;  ///< that the drivers were told of
    std::int64_t notifier_ns = 0;     ///< time in their notifiers
    std::uint64_t retries = 0;        ///< of submissions and restores (-EAGAIN)
    std::uint64_t copied_bytes = 0;   ///< on a write after fork()
    std::uint64_t migrations = 0, migrations_refused = 0;  ///< refused: pinned
  };
  Counters counters;

  UserPages(core::Simulation& simulation, std::string buffer_name);

  // ---- for drivers

  /// Makes `who` one that is told (mmu_interval_notifier_insert()), or one that pins.
  void add_user(PageUser who, bool pinned);
  const User* user(PageUser who) const;
  /// The same for one that has begun to read: it stays, and pins or does not, for good.
  const User* known_user(PageUser who) const;
  /// What `who` pins counts against the limit of its process from now on, or does not any more.
  void set_charged(PageUser who, bool charged);
  const std::vector<User>& users() const {
    cell_.read();
    return users_;
  }
  /// Whether `who` has to get pages before it may use the range (again).
  bool must_get(PageUser who) const;
  /// `who` uses the pages that are there now, unless `read` says that they went meanwhile.
  void note_got(PageUser who, const PagesRead& read);
  /// mmu_interval_set_seq(), by the notifier under its lock: who has begun to read must try again.
  void set_sequence(PageUser who);

  // ---- for core mm

  /// Somebody has pinned pages of it for the long term: they cannot move.
  bool pinned() const;
  /// The running process begins an invalidation: it tells the devices next.
  void begin();
  /// They know: from here on the pages are unmapped and move.
  void begin_moving();
  void end();
  /// Held by whoever brings them in or takes them away (folio_lock()); reclaim and migration only
  /// try it.
  core::Mutex& page_lock() { return page_lock_; }
  /// The process has other pages there now.
  void replace();
  /// fork(): a child has the same pages, and whoever writes first gets a copy.
  void share();
  void unshare();
  bool shared() const {
    cell_.read();
    return shared_;
  }

  // ---- for observers

  /// Whether the pages that `who` uses are those of the process.
  bool same_for(PageUser who) const;
  bool hash_state(std::uint64_t& hash) const override;

 private:
  friend class PagesRead;
  struct Running {
    const core::Process* process;
    std::shared_ptr<core::Completion> over;  ///< those who wait for it hold it, too
  };
  /// Those who read the pages just now, in whatever order they began.
  struct Reads final : core::StateSource {
    std::vector<PagesRead*> all;
    bool hash_state(std::uint64_t& hash) const override;
  };
  User* find(PageUser who);
  User* known(PageUser who);
  core::Simulation& simulation_;
  std::string name_;
  core::Mutex page_lock_;
  core::Cell cell_;  ///< footprint of all below but who reads
  std::vector<User> users_;
  std::uint32_t moving_ = 0;
  bool shared_ = false;
  std::vector<Running> running_;
  Reads reads_;
  core::TouchPoint reading_;   ///< footprint of who reads: they come and go in any order
  core::TouchPoint sequence_;  ///< footprint of whether their reads are still good
};

/// One try to use the pages of a range: mmu_interval_read_begin() and _retry(). Flags instead of
/// sequence numbers, so that a loop of tries comes back to the same state.
class PagesRead {
 public:
  PagesRead(UserPages& pages, PageUser who) : pages_(pages), who_(who) {}
  ~PagesRead();
  PagesRead(const PagesRead&) = delete;
  UserPages& pages() const { return pages_; }
  /// Begins (anew): sleeps while the device is being told of an invalidation, or pages move. Not
  /// again if the next one has begun by then: retry() says so (mmu_interval_read_begin()).
  core::Task<> begin();
  /// Whether an invalidation came since. Under the notifier lock.
  bool retry() const;

 private:
  friend class UserPages;
  UserPages& pages_;
  PageUser who_;
  const core::Process* process_ = nullptr;
  bool begun_ = false, changed_ = false;
};

}  // namespace fencelab::models
