// fencelab-ranks: MPI for a program that cannot be linked with it. SimGrid brings an MPI of its
// own, with the same symbols, so the program starts this one beside itself and talks to it on a
// line (descriptor 3): messages begin with a rank, whom they go to or come from. The first says
// which rank this is and how many there are.
#include <poll.h>

#include <cstring>
#include <list>

#include "campaign/transport/message_line.hpp"

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

namespace {

using fencelab::campaign::MessageLine;

constexpr int kLine = 3;
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

bool receive_one(MessageLine& line) {
  int there = 0, length = 0;
  MPI_Status status;
  MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &there, &status);
  if (!there) return false;
  MPI_Get_count(&status, MPI_CHAR, &length);
  std::string message(sizeof(int) + static_cast<std::size_t>(length), '\0');
  std::memcpy(message.data(), &status.MPI_SOURCE, sizeof(int));
  MPI_Recv(message.data() + sizeof(int), length, MPI_CHAR, status.MPI_SOURCE, 0, MPI_COMM_WORLD,
           MPI_STATUS_IGNORE);
  line.send_later(message);
  return true;
}

void carry(MessageLine& line) {
  std::list<Sent> sent;  // neither bytes nor requests may move
  while (line.is_open()) {
    bool is_busy = false;
    while (receive_one(line)) is_busy = true;
    forget_done(sent);
    line.flush();
    pollfd wait{line.descriptor(), POLLIN, 0};
    if (::poll(&wait, 1, is_busy ? 0 : kMillisecondsBetweenLooks) <= 0) continue;
    line.read_some();
    while (const auto message = line.next()) send_on(sent, *message);
  }
  for (Sent& message : sent) MPI_Wait(&message.request, MPI_STATUS_IGNORE);
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  int self[2] = {0, 1};
  MPI_Comm_rank(MPI_COMM_WORLD, &self[0]);
  MPI_Comm_size(MPI_COMM_WORLD, &self[1]);
  MessageLine line(kLine);
  line.send({reinterpret_cast<const char*>(self), sizeof self});
  carry(line);
  MPI_Finalize();
}
