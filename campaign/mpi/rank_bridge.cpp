// fencelab-ranks: MPI for a program that cannot be linked with it. SimGrid brings an MPI of its
// own, with the same symbols, so the program starts this one beside itself and talks to it on a
// line (descriptor 3): messages begin with a rank, whom they go to or come from. The first says
// which rank this is and how many there are. A message of no bytes from a rank says that its
// program is gone.
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <list>
#include <map>
#include <string>
#include <vector>

#include "campaign/transport/message_line.hpp"

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

namespace {

using fencelab::campaign::MessageLine;

constexpr int kLine = 3;
constexpr int kBeat = 1;  // a tag; all else has 0
constexpr int kMillisecondsForLastWords = 2000;
constexpr int kMillisecondsBetweenLooks = 1;  // MPI has nothing to wait on but a busy loop

struct Sent {
  std::string bytes;
  MPI_Request request = MPI_REQUEST_NULL;
};

void send_on(std::list<Sent>& sent, const std::string& message) {
  int to = 0;
  std::memcpy(&to, message.data(), sizeof to);
  Sent& next = sent.emplace_back();
  next.bytes = message.substr(sizeof to);
  MPI_Isend(next.bytes.data(), static_cast<int>(next.bytes.size()), MPI_CHAR, to, 0, MPI_COMM_WORLD,
            &next.request);
}

void forget_done(std::list<Sent>& sent) {
  std::erase_if(sent, [](Sent& message) {
    int done = 0;
    MPI_Test(&message.request, &done, MPI_STATUS_IGNORE);
    return done != 0;
  });
}

/// Who of those that this rank listens to (the first to all, all to the first) is still heard of.
class Pulse {
 public:
  Pulse(int rank, int size) {
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

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kBetweenBeats = std::chrono::seconds(1);
  static constexpr auto kPatience = std::chrono::seconds(30);
  std::map<int, Clock::time_point> heard_;
  Clock::time_point next_{};
};

void deliver(MessageLine& line, int from, std::string bytes) {
  line.send_later(std::string(reinterpret_cast<const char*>(&from), sizeof from).append(bytes));
}

bool receive_one(MessageLine& line, Pulse& pulse) {
  int there = 0, length = 0;
  MPI_Status status;
  MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status);
  if (!there) return false;
  MPI_Get_count(&status, MPI_CHAR, &length);
  std::string bytes(static_cast<std::size_t>(length), '\0');
  MPI_Recv(bytes.data(), length, MPI_CHAR, status.MPI_SOURCE, status.MPI_TAG, MPI_COMM_WORLD,
           MPI_STATUS_IGNORE);
  pulse.hear_of(status.MPI_SOURCE);
  if (status.MPI_TAG == kBeat) return true;
  if (bytes.empty()) pulse.forget(status.MPI_SOURCE);
  deliver(line, status.MPI_SOURCE, std::move(bytes));
  return true;
}

/// The launcher has given this rank up, and the others may never finish with it.
[[noreturn]] void end_alone(std::list<Sent>& sent) {
  for (int tries = 0; !sent.empty() && tries < kMillisecondsForLastWords; ++tries) {
    forget_done(sent);
    ::poll(nullptr, 0, 1);
  }
  ::_exit(0);
}

/// The first tells everybody, everybody the first.
void tell_of_end(std::list<Sent>& sent, int rank, int size) {
  const int last = rank == 0 ? size - 1 : 0;
  for (int to = rank == 0 ? 1 : 0; to <= last; ++to)
    send_on(sent, std::string(reinterpret_cast<const char*>(&to), sizeof to));
}

void carry(MessageLine& line, int rank, int size) {
  const pid_t program = ::getppid();  // waits for this one, unless it dies
  std::list<Sent> sent;               // neither bytes nor requests may move
  Pulse pulse(rank, size);
  while (line.is_open()) {
    bool is_busy = false;
    while (receive_one(line, pulse)) is_busy = true;
    pulse.send_beats();
    for (const int peer : pulse.silent()) deliver(line, peer, {});
    forget_done(sent);
    line.flush();
    pollfd wait{line.descriptor(), POLLIN, 0};
    if (::poll(&wait, 1, is_busy ? 0 : kMillisecondsBetweenLooks) <= 0) continue;
    line.read_some();
    while (const auto message = line.next()) send_on(sent, *message);
  }
  tell_of_end(sent, rank, size);
  if (::getppid() != program) end_alone(sent);
  for (Sent& message : sent) MPI_Wait(&message.request, MPI_STATUS_IGNORE);
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int self[2] = {0, 1};
  MPI_Comm_rank(MPI_COMM_WORLD, &self[0]);
  MPI_Comm_size(MPI_COMM_WORLD, &self[1]);
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);  // others may die
  MessageLine line(kLine);
  line.send({reinterpret_cast<const char*>(self), sizeof self});
  carry(line, self[0], self[1]);
  MPI_Finalize();
}
