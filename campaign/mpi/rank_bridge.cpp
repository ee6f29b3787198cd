// fencelab-ranks: MPI for a program that cannot be linked with it. SimGrid brings an MPI of its
// own, with the same symbols, so the program starts this one beside itself and talks to it on a
// line (descriptor 3): messages begin with a rank, whom they go to or come from. The first says
// which rank this is and how many there are. A message of no bytes from a rank says that its
// program is gone; one from the program to itself, that it is about to close the line.
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/transport/message_line.hpp"

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

namespace {

using fencelab::campaign::MessageLine;

constexpr int kLine = 3;
constexpr int kMillisecondsForLastWords = 2000;
constexpr int kMillisecondsBetweenLooks = 1;  // MPI has nothing to wait on but a busy loop

/// What a message is. All but the first have no bytes.
enum Tag : int {
  kWords,   ///< from program to program
  kBeat,    ///< somebody is there
  kEnded,   ///< the sender's program has closed its line, and lives
  kDied,    ///< it died
  kFinish,  ///< from the first to those that have ended: all have, MPI_Finalize() will return
  kLeave,   ///< the same where somebody died: MPI_Finalize() may wait for the dead for ever
};

/// What is under way.
class Outbox {
 public:
  void send(int to, Tag tag, std::string bytes = {}) {
    Sent& next = sent_.emplace_back();
    next.bytes = std::move(bytes);
    MPI_Isend(next.bytes.data(), static_cast<int>(next.bytes.size()), MPI_CHAR, to, tag,
              MPI_COMM_WORLD, &next.request);
  }
  void forget_done() {
    std::erase_if(sent_, [](Sent& message) {
      int done = 0;
      MPI_Test(&message.request, &done, MPI_STATUS_IGNORE);
      return done != 0;
    });
  }
  bool is_empty() const { return sent_.empty(); }

 private:
  struct Sent {
    std::string bytes;
    MPI_Request request = MPI_REQUEST_NULL;
  };
  std::list<Sent> sent_;  // neither bytes nor requests may move
};

/// Those that this rank listens to (the first to all, all to the first), while they are there.
class Peers {
 public:
  Peers(int rank, int size) {
    for (int peer = rank == 0 ? 1 : 0; peer <= (rank == 0 ? size - 1 : 0); ++peer)
      heard_.emplace(peer, Clock::now());
  }

  void send_beats() {
    if (Clock::now() < next_) return;
    next_ = Clock::now() + kBetweenBeats;
    for (const auto& [peer, when] : heard_) {
      MPI_Request request = MPI_REQUEST_NULL;
      MPI_Isend(nullptr, 0, MPI_CHAR, peer, kBeat, MPI_COMM_WORLD, &request);
      MPI_Request_free(&request);
    }
  }
  void hear_of(int peer) {
    if (const auto found = heard_.find(peer); found != heard_.end()) found->second = Clock::now();
  }
  void forget(int peer) { heard_.erase(peer); }
  /// Who has been silent for too long; each is told of once.
  std::vector<int> silent() {
    std::vector<int> peers;
    for (const auto& [peer, when] : heard_)
      if (Clock::now() - when > kPatience) peers.push_back(peer);
    for (const int peer : peers) heard_.erase(peer);
    return peers;
  }
  bool is_empty() const { return heard_.empty(); }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kBetweenBeats = std::chrono::seconds(1);
  static constexpr auto kPatience = std::chrono::seconds(30);
  std::map<int, Clock::time_point> heard_;
  Clock::time_point next_{};
};

/// One rank: its program's line on this side, the other ranks on that.
class Bridge {
 public:
  Bridge(MessageLine& line, int rank, int size)
      : line_(line), rank_(rank), size_(size), peers_(rank, size) {}

  /// Carries messages until the program closes the line, and agrees with the others on the end.
  /// Returns whether all ranks will call MPI_Finalize().
  bool carry() {
    while (line_.is_open()) {
      const bool is_busy = look_at_ranks();
      line_.flush();
      pollfd wait{line_.descriptor(), POLLIN, 0};
      if (::poll(&wait, 1, is_busy ? 0 : kMillisecondsBetweenLooks) <= 0) continue;
      line_.read_some();
      while (const auto message = line_.next()) pass_on(*message);
    }
    const Tag how = has_taken_leave_ ? kEnded : kDied;
    for (int to = rank_ == 0 ? 1 : 0; to <= (rank_ == 0 ? size_ - 1 : 0); ++to)
      outbox_.send(to, how);
    if (how == kDied) somebody_died_ = true;  // the launcher has given this rank up
    while (rank_ == 0 ? !peers_.is_empty() : how == kEnded && !verdict_ && !peers_.is_empty())
      if (!look_at_ranks()) ::poll(nullptr, 0, kMillisecondsBetweenLooks);
    const bool all_end = rank_ == 0 ? !somebody_died_ : verdict_ == kFinish;
    if (rank_ == 0)
      for (const int peer : waiting_) outbox_.send(peer, all_end ? kFinish : kLeave);
    say_last_words();
    return all_end;
  }

 private:
  /// Messages and beats, once; whether there was any.
  bool look_at_ranks() {
    bool is_busy = false;
    while (receive_one()) is_busy = true;
    peers_.send_beats();
    for (const int peer : peers_.silent()) lose(peer);
    outbox_.forget_done();
    return is_busy;
  }

  bool receive_one() {
    int there = 0, length = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status);
    if (!there) return false;
    MPI_Get_count(&status, MPI_CHAR, &length);
    std::string bytes(static_cast<std::size_t>(length), '\0');
    MPI_Recv(bytes.data(), length, MPI_CHAR, status.MPI_SOURCE, status.MPI_TAG, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    take(status.MPI_SOURCE, static_cast<Tag>(status.MPI_TAG), std::move(bytes));
    return true;
  }

  void take(int from, Tag tag, std::string bytes) {
    peers_.hear_of(from);
    switch (tag) {
      case kWords: return deliver(from, std::move(bytes));
      case kBeat: return;
      case kDied: return lose(from);
      case kEnded:
        deliver(from, {});
        // The first is listened to for its verdict.
        if (rank_ == 0) {
          peers_.forget(from);
          waiting_.push_back(from);
        }
        return;
      case kFinish:
      case kLeave: verdict_ = tag; return;
    }
  }

  void lose(int peer) {
    somebody_died_ = true;
    peers_.forget(peer);
    deliver(peer, {});
  }

  void deliver(int from, std::string bytes) {
    line_.send_later(std::string(reinterpret_cast<const char*>(&from), sizeof from).append(bytes));
  }

  void pass_on(const std::string& message) {
    int to = 0;
    std::memcpy(&to, message.data(), sizeof to);
    if (to == rank_)
      has_taken_leave_ = true;
    else
      outbox_.send(to, kWords, message.substr(sizeof to));
  }

  /// Those that died take no messages, so it does not wait for ever.
  void say_last_words() {
    for (int tries = 0; !outbox_.is_empty() && tries < kMillisecondsForLastWords; ++tries) {
      outbox_.forget_done();
      ::poll(nullptr, 0, 1);
    }
  }

  MessageLine& line_;
  const int rank_, size_;
  Outbox outbox_;
  Peers peers_;
  std::vector<int> waiting_;      ///< for the verdict
  bool has_taken_leave_ = false;  ///< the program: it has not died
  bool somebody_died_ = false;
  std::optional<Tag> verdict_;
};

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int self[2] = {0, 1};
  MPI_Comm_rank(MPI_COMM_WORLD, &self[0]);
  MPI_Comm_size(MPI_COMM_WORLD, &self[1]);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);  // others may die
  MessageLine line(kLine);
  line.send({reinterpret_cast<const char*>(self), sizeof self});
  if (!Bridge(line, self[0], self[1]).carry()) ::_exit(0);
  MPI_Finalize();
}
