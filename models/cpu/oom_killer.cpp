#include "models/cpu/oom_killer.hpp"

#include <algorithm>
#include <vector>

#include "models/cpu/zone.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

OomKiller::OomKiller(Zone& zone) : zone_(zone), bell_(zone.simulation()) {
  process_ =
      &zone.simulation().spawn({"oom_reaper", core::ProcessRole::kernel_worker, true}, serve());
  process_->doing = "OOM kill";
}

std::uint64_t OomKiller::hash() const {
  std::uint64_t hash = asked_ ? 1 : 0;
  for (const std::uint32_t client : killed_) hash = core::mix_hash(hash, client);
  return hash;
}

// oom_badness() in mm/oom_kill.c: resident pages and swap entries. Buffers of drivers count for
// nobody.
std::uint64_t OomKiller::badness(const Client& client) const {
  std::uint64_t bytes = 0;
  for (const auto& buffer : zone_.machine().buffers()) {
    if (buffer->owner() != &client || !buffer->of_process()) continue;
    buffer->placement.read();
    if (buffer->pool || buffer->swapped) bytes += buffer->bytes();
  }
  return bytes;
}

// Whoever was killed once is passed by (MMF_OOM_SKIP, which the reaper sets when it is through).
Client* OomKiller::choose() const {
  Client* worst = nullptr;
  std::uint64_t most = 0;
  for (const auto& client : zone_.machine().clients()) {
    const std::uint64_t points = killed_.contains(client->index()) ? 0 : badness(*client);
    if (points <= most) continue;
    most = points;
    worst = client.get();
  }
  return worst;
}

bool OomKiller::has_killed(const Client* client) const {
  return client && killed_.contains(client->index());
}

bool OomKiller::has_dying() const {
  for (const auto& buffer : zone_.machine().buffers()) {
    buffer->placement.read();
    if (buffer->owner() && buffer->pool == &zone_.pool() &&
        killed_.contains(buffer->owner()->index()))
      return true;
  }
  return false;
}

bool OomKiller::invoke() {
  zone_.cell().write();
  if (asked_) return true;
  if (!ender_ || !choose()) return has_dying();
  asked_ = true;
  bell_.ring();
  return true;
}

// A notifier that would wait refuses (mmu_notifier_invalidate_range_start_nonblock() in
// __oom_reap_task_mm()): such memory stays until its process is gone.
bool OomKiller::can_reap(Buffer& buffer) const {
  return buffer.of_process() && buffer.pool == &zone_.pool() && !zone_.is_contended(buffer) &&
         zone_.machine().memory().idle(buffer) && !zone_.machine().memory().fixed(buffer);
}

void OomKiller::reap(const Client& victim) {
  for (const auto& buffer : zone_.machine().buffers()) {
    if (buffer->owner() != &victim) continue;
    buffer->placement.read();
    if (can_reap(*buffer)) zone_.machine().memory().free(*buffer);
  }
}

core::Task<> OomKiller::serve() {
  for (;;) {
    zone_.simulation().forget(1);
    bell_.clear();
    zone_.cell().write();
    if (!asked_) {
      co_await bell_.wait();
      continue;
    }
    Client* const victim = choose();
    if (victim) {
      killed_.insert(victim->index());
      ++kills_;
      ender_->end(*victim);
      reap(*victim);
    }
    asked_ = false;
    zone_.something_changed();
  }
}

}  // namespace fencelab::models
