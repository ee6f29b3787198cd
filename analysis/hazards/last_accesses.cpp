#include "analysis/hazards/last_accesses.hpp"

#include <fmt/format.h>

#include "analysis/hazards/hazard_log.hpp"
#include "models/client.hpp"
#include "models/gpu/job.hpp"
#include "models/memory/buffer.hpp"

namespace fencelab::analysis {

namespace {

bool earlier(const AccessMark& a, const AccessMark& b) {
  return a.job.epoch.sequence < b.job.epoch.sequence;
}

}  // namespace

JobMark mark_of(const models::Job& job, Epoch epoch, std::uint64_t submission) {
  return {core::raw(job.id()),
          submission,
          job.iteration,
          job.label,
          job.client,
          epoch,
          core::nanoseconds_of(job.simulation().now()),
          job.place,
          false};
}

std::string JobMark::name() const {
  return fmt::format("{} {}#{} of {}", by_cpu ? "CPU access" : "job",
                     label ? *label : std::string("?"), iteration,
                     client ? client->name() : std::string("?"));
}

std::string JobMark::operation() const {
  return fmt::format("{} of {}", label ? *label : std::string("?"),
                     client ? without_number(client->name()) : std::string("?"));
}

void RangeList::touch(const AccessMark& mark) {
  if (marks_.size() == 1 && mark.begin <= marks_[0].begin && marks_[0].end <= mark.end) {
    marks_[0] = mark;
    return;
  }
  std::vector<AccessMark> all;
  all.reserve(marks_.size() + 2);
  bool is_in = false;
  const auto put_in = [&] {
    if (!is_in) all.push_back(mark);
    is_in = true;
  };
  for (const AccessMark& old : marks_) {
    if (old.begin >= mark.end) put_in();
    if (old.end <= mark.begin || old.begin >= mark.end) {
      all.push_back(old);
      continue;
    }
    if (old.begin < mark.begin) all.push_back({old.begin, mark.begin, old.job});
    if (old.end <= mark.end) continue;
    put_in();
    all.push_back({mark.end, old.end, old.job});
  }
  put_in();
  if (all.size() > kRanges) all.erase(std::min_element(all.begin(), all.end(), earlier));
  marks_ = std::move(all);
}

const AccessMark* RangeList::newest(std::uint64_t begin, std::uint64_t end) const {
  auto first =
      std::upper_bound(marks_.begin(), marks_.end(), begin,
                       [](std::uint64_t at, const AccessMark& mark) { return at < mark.end; });
  const AccessMark* found = nullptr;
  for (; first != marks_.end() && first->begin < end; ++first)
    if (!found || earlier(*found, *first)) found = &*first;
  return found;
}

std::size_t LastAccesses::index_of(const models::Access& access) { return access.buffer->index(); }

void LastAccesses::touch(const models::Access& access, const JobMark& job) {
  const std::size_t buffer = index_of(access);
  if (buffer >= buffers_.size()) buffers_.resize(buffer + 1);
  auto& queues = access.write ? buffers_[buffer].writes : buffers_[buffer].reads;
  auto own = std::find_if(queues.begin(), queues.end(),
                          [&](const PerQueue& known) { return known.queue == job.epoch.queue; });
  if (own == queues.end()) own = queues.insert(own, {job.epoch.queue, 0, {}});
  own->newest = std::max(own->newest, job.epoch.sequence);
  own->ranges.touch({access.begin, access.end, job});
}

}  // namespace fencelab::analysis
