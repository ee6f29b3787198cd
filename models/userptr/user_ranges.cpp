#include "models/userptr/user_ranges.hpp"

#include <algorithm>

#include "models/machine.hpp"
#include "models/svm/managed_range.hpp"
#include "models/userptr/process_memory.hpp"

namespace fencelab::models {

void UserRanges::add(Buffer& buffer, bool write) {
  if (!buffer.user_pages() || is_paged_on(buffer, gpu_)) return;
  const auto known = std::find_if(ranges_.begin(), ranges_.end(),
                                  [&](const Range& range) { return range.buffer == &buffer; });
  if (known != ranges_.end())
    known->write = known->write || write;
  else
    ranges_.push_back(
        {&buffer, write,
         std::make_unique<PagesRead>(*buffer.user_pages(), PageUser{&client_, &gpu_})});
}

core::Task<int> UserRanges::get() {
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    const int error = co_await get_one(&ranges_[i]);
    if (error != 0) co_return error;
  }
  co_return 0;
}

core::Task<int> UserRanges::get_one(Range* range) {
  Buffer& buffer = *range->buffer;
  ProcessMemory& memory = client_.memory();
  const PageUser who{&client_, &gpu_};
  if (!buffer.user_pages()->user(who)) co_await memory.add_user(buffer, gpu_);
  co_await range->read->begin();
  if (!buffer.user_pages()->must_get(who)) co_return 0;
  const int error = co_await memory.get_pages(gpu_.machine(), buffer, gpu_, range->write);
  if (error == 0) buffer.user_pages()->note_got(who, *range->read);
  co_return error;
}

core::Task<> UserRanges::lock() {
  const bool all_pinned = gpu_.policies().userptr->pinned();
  if (ranges_.empty() || all_pinned) co_return;
  locked_.emplace(gpu_.machine().simulation());
  co_await client_.memory().notifier_lock(gpu_).lock_read();
}

bool UserRanges::changed() const {
  return std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
    const UserPages::User* const user = range.buffer->user_pages()->known_user({&client_, &gpu_});
    return user && !user->pinned && range.read->retry();
  });
}

void UserRanges::note_retry() {
  for (const Range& range : ranges_) range.buffer->user_pages()->counters.retries += 1;
}

void UserRanges::unlock() {
  if (!locked_) return;
  client_.memory().notifier_lock(gpu_).unlock_read();
  locked_.reset();
}

}  // namespace fencelab::models
