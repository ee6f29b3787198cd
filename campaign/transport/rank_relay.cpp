#include "campaign/transport/rank_relay.hpp"

#include <algorithm>
#include <climits>
#include <iterator>
#include <system_error>

namespace fencelab::campaign {

using Kind = RankMessage::Kind;

RankRelay::RankRelay(Ranks& ranks, unsigned slots_per_rank)
    : ranks_(ranks), slots_per_rank_(slots_per_rank) {
  spare_.give(static_cast<std::uint64_t>(ranks.size() - 1) * slots_per_rank);
}

void RankRelay::prepare() {
  const std::size_t wanted = static_cast<std::size_t>(ranks_.size() - 1) * slots_per_rank_;
  try {
    while (task_ends_.size() < wanted) {
      auto [ours, theirs] = MessageLine::pair();
      ours_.emplace(++sessions_, Line{std::move(ours)});
      task_ends_.push_back(std::move(theirs));
    }
  } catch (const std::system_error&) {
    // Fewer helpers, then.
  }
}

void RankRelay::keep_ours(std::uint64_t task) {
  for (std::size_t i = 0; i < task_ends_.size(); ++i) ours_.at(sessions_ - i).task = task;
  task_ends_.clear();
}

void RankRelay::add_to(std::vector<pollfd>& waits) const {
  const short mail = ranks_.has_unsent() ? POLLIN | POLLOUT : POLLIN;
  waits.push_back({ranks_.descriptor(), mail, 0});
  for (const auto& [session, line] : ours_) {
    const short events = line.ours.has_unsent() ? POLLIN | POLLOUT : POLLIN;
    waits.push_back({line.ours.descriptor(), events, 0});
  }
}

void RankRelay::work(const pollfd* waits) {
  ++waits;  // of mail, which is looked for anyway
  for (auto line = ours_.begin(); line != ours_.end(); ++waits) {
    MessageLine& ours = line->second.ours;
    ours.flush();
    const bool is_open = (waits->revents & ~POLLOUT) == 0 ? ours.is_open() : ours.read_some();
    pass_on(line->first, line->second);
    line = is_open ? std::next(line) : end(line, true);
  }
  while (const auto mail = ranks_.receive())
    mail->bytes.empty() ? lose(mail->from) : take(rank_message(mail->bytes));
  if (ranks_.descriptor() < 0) end_all();
}

// Nobody can be reached any more.
void RankRelay::end_all() {
  while (spare_.take()) {
  }
  ours_.clear();
}

void RankRelay::lose(int rank) {
  gone_.insert(rank);
  for (auto line = ours_.begin(); line != ours_.end();)
    line = line->second.rank == rank ? end(line, false) : std::next(line);
  if (static_cast<int>(gone_.size()) + 1 == ranks_.size()) end_all();
}

void RankRelay::pass_on(std::uint64_t session, Line& line) {
  while (auto text = line.ours.next()) {
    if (line.rank < 0) {
      line.rank = emptiest_rank();
      ranks_.send(line.rank, to_bytes({Kind::open, session, line.task, {}}));
    }
    ranks_.send(line.rank, to_bytes({Kind::text, session, line.task, std::move(*text)}));
  }
}

void RankRelay::take(const RankMessage& message) {
  const auto line = ours_.find(message.session);
  if (line == ours_.end()) return;  // it was closed meanwhile
  if (message.kind == Kind::text) line->second.ours.send_later(message.text);
  if (message.kind == Kind::is_lost) end(line, false);
}

RankRelay::Lines::iterator RankRelay::end(Lines::iterator line, bool tell) {
  const int rank = line->second.rank;
  if (rank >= 0 && tell) ranks_.send(rank, to_bytes({Kind::close, line->first, 0, {}}));
  if (rank >= 0 && !gone_.contains(rank)) spare_.give(1);
  return ours_.erase(line);
}

int RankRelay::emptiest_rank() const {
  std::vector<unsigned> busy(static_cast<std::size_t>(ranks_.size()), 0);
  for (const auto& [session, line] : ours_)
    if (line.rank > 0) ++busy[static_cast<std::size_t>(line.rank)];
  for (const int rank : gone_) busy[static_cast<std::size_t>(rank)] = UINT_MAX;
  return static_cast<int>(std::min_element(busy.begin() + 1, busy.end()) - busy.begin());
}

}  // namespace fencelab::campaign
