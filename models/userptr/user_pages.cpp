#include "models/userptr/user_pages.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "models/client.hpp"
#include "models/gpu/gpu.hpp"

namespace fencelab::models {

std::uint64_t PageUser::number() const {
  return (client ? std::uint64_t{client->index()} + 1 : 0) << 16 | gpu->index;
}

UserPages::UserPages(core::Simulation& simulation, std::string buffer_name)
    : simulation_(simulation),
      name_(std::move(buffer_name)),
      page_lock_(simulation, "pages of " + name_, "page lock"),
      cell_(simulation, this),
      reading_(simulation, reads_),
      sequence_(simulation, reads_) {}

UserPages::User* UserPages::known(PageUser who) {
  const auto found =
      std::find_if(users_.begin(), users_.end(), [&](const User& user) { return user.who == who; });
  return found == users_.end() ? nullptr : &*found;
}

UserPages::User* UserPages::find(PageUser who) {
  cell_.read();
  return known(who);
}

const UserPages::User* UserPages::known_user(PageUser who) const {
  return const_cast<UserPages*>(this)->known(who);
}

const UserPages::User* UserPages::user(PageUser who) const {
  return const_cast<UserPages*>(this)->find(who);
}

void UserPages::add_user(PageUser who, bool pinned) {
  if (find(who)) return;
  cell_.write();
  users_.push_back({.who = who, .pinned = pinned});
  std::sort(users_.begin(), users_.end(),
            [](const User& a, const User& b) { return a.who.number() < b.who.number(); });
}

void UserPages::set_charged(PageUser who, bool charged) {
  cell_.write();
  find(who)->charged = charged;
}

bool UserPages::must_get(PageUser who) const {
  const User* const own = user(who);
  return !own || !own->got || !own->valid;
}

// Of several who got them while no invalidation came all write the same: they commute. Who was too
// late writes something else.
void UserPages::note_got(PageUser who, const PagesRead& read) {
  User* const own = known(who);
  FENCELAB_ASSERT(own, "{} is not registered with {}", name_, who.gpu->name());
  sequence_.note(core::Access::read);
  if (read.changed_ && !own->pinned)
    cell_.write();
  else
    cell_.add();
  own->got = true;
  own->valid = own->pinned || !read.changed_;
  own->same = true;
}

void UserPages::set_sequence(PageUser who) {
  User* const own = find(who);
  if (!own) return;
  cell_.write();
  own->valid = false;
  own->invalidating = true;
  reading_.note(core::Access::write);
  sequence_.note(core::Access::write);
  for (PagesRead* read : reads_.all)
    if (read->who_ == who) read->changed_ = true;
}

bool UserPages::pinned() const {
  cell_.read();
  return std::any_of(users_.begin(), users_.end(), [](const User& user) { return user.pinned; });
}

void UserPages::begin() {
  cell_.write();
  core::Process* const process = simulation_.current();
  running_.push_back(
      {process, std::make_shared<core::Completion>(simulation_, "invalidation of " + name_, process,
                                                   "invalidation of user pages")});
}

void UserPages::begin_moving() {
  cell_.write();
  ++moving_;
}

// active_invalidate_ranges: who is told of one of several may go on when all are over.
void UserPages::end() {
  cell_.write();
  --moving_;
  const auto own = std::find_if(running_.begin(), running_.end(), [&](const Running& running) {
    return running.process == simulation_.current();
  });
  FENCELAB_ASSERT(own != running_.end(), "no invalidation of {} is under way", name_);
  const std::shared_ptr<core::Completion> over = own->over;
  running_.erase(own);
  if (running_.empty())
    for (User& user : users_) user.invalidating = false;
  over->complete();
}

void UserPages::replace() {
  cell_.write();
  for (User& user : users_) user.same = false;
}

void UserPages::share() {
  cell_.write();
  shared_ = true;
}

void UserPages::unshare() {
  cell_.write();
  shared_ = false;
}

bool UserPages::same_for(PageUser who) const {
  const auto found =
      std::find_if(users_.begin(), users_.end(), [&](const User& user) { return user.who == who; });
  return found == users_.end() || !found->got || found->same;
}

bool UserPages::hash_state(std::uint64_t& hash) const {
  hash = core::mix_hash(moving_ * 2 + (shared_ ? 1 : 0), running_.size());
  for (const User& user : users_) {
    const unsigned flags = (user.pinned ? 1u : 0u) + (user.got ? 2u : 0u) + (user.valid ? 4u : 0u) +
                           (user.same ? 8u : 0u) + (user.invalidating ? 16u : 0u) +
                           (user.charged ? 32u : 0u);
    hash = core::mix_hash(hash, user.who.number() * 64 + flags);
  }
  return true;
}

bool UserPages::Reads::hash_state(std::uint64_t& hash) const {
  hash = 0;
  for (const PagesRead* read : all)
    hash += core::mix_hash(core::raw(read->process_->id), read->changed_ ? 2 : 1);
  return true;
}

// As the world ends nobody runs, and nobody looks any more.
PagesRead::~PagesRead() {
  if (!begun_) return;
  if (pages_.simulation_.current()) pages_.reading_.note(core::Access::add);
  std::erase(pages_.reads_.all, this);
}

core::Task<> PagesRead::begin() {
  const auto goes = [this] {
    const UserPages::User* const own = pages_.user(who_);
    FENCELAB_ASSERT(own, "{} is not registered with {}", pages_.name_, who_.gpu->name());
    return own->invalidating || pages_.moving_ > 0;
  };
  if (goes()) {
    const std::shared_ptr<core::Completion> over = pages_.running_.front().over;
    co_await over->wait(core::WaitReason::notifier);
  }
  pages_.reading_.note(core::Access::add);
  process_ = pages_.simulation_.current();
  if (!begun_) pages_.reads_.all.push_back(this);
  begun_ = true;
  changed_ = goes();
}

bool PagesRead::retry() const {
  pages_.sequence_.note(core::Access::read);
  return changed_;
}

}  // namespace fencelab::models
