#include "campaign/transport/ranks.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "campaign/transport/rank_messages.hpp"
#include "models/platform/program_part.hpp"

namespace fencelab::campaign {

namespace {

constexpr int kLine = 3;  // as in mpi/rank_bridge.cpp

/// What launchers tell those they start: Open MPI, MPICH and Intel MPI, PMIx.
bool was_launched() {
  constexpr std::array<const char*, 3> kSigns = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"};
  return std::any_of(kSigns.begin(), kSigns.end(),
                     [](const char* sign) { return std::getenv(sign) != nullptr; });
}

[[noreturn]] void become_bridge(const std::string& program, int line) {
  if (line == kLine)
    ::fcntl(kLine, F_SETFD, 0);
  else
    ::dup2(line, kLine);
  ::execl(program.c_str(), program.c_str(), nullptr);
  ::_exit(127);
}

}  // namespace

std::unique_ptr<Ranks> Ranks::join() {
  if (!was_launched()) return nullptr;
  auto [ours, theirs] = MessageLine::pair();
  const std::string program = models::platform::program_part("fencelab-ranks").string();
  std::unique_ptr<Ranks> ranks(new Ranks);
  ranks->bridge_ = ::fork();
  if (ranks->bridge_ == 0) become_bridge(program, theirs.descriptor());
  theirs.close();
  ranks->line_ = std::move(ours);
  const auto self = ranks->bridge_ < 0 ? std::nullopt : ranks->line_.receive();
  if (!self || self->size() != 2 * sizeof(int))
    throw std::runtime_error("no MPI: " + program + " does not start");
  std::memcpy(&ranks->rank_, self->data(), sizeof(int));
  std::memcpy(&ranks->size_, self->data() + sizeof(int), sizeof(int));
  return ranks;
}

Ranks::~Ranks() {
  if (rank_ == 0)
    for (int other = 1; other < size_; ++other) send(other, to_bytes(RankMessage{}));
  send(rank_, {});  // a line that ends without it is that of a program that died
  // What still comes is read: the bridge could not read what we send if it could not write.
  while (has_unsent()) {
    pollfd wait{line_.descriptor(), POLLOUT | POLLIN, 0};
    ::poll(&wait, 1, -1);
    if ((wait.revents & POLLIN) != 0) line_.read_some();
    line_.flush();
  }
  line_.end_sending();
  while (line_.is_open()) {
    pollfd wait{line_.descriptor(), POLLIN, 0};
    if (::poll(&wait, 1, -1) > 0) line_.read_some();
  }
  while (bridge_ > 0 && ::waitpid(bridge_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Ranks::send(int to, const std::string& bytes) {
  std::string message(reinterpret_cast<const char*>(&to), sizeof to);
  line_.send_later(message.append(bytes));
}

std::optional<Ranks::Mail> Ranks::receive() {
  line_.flush();
  for (;;) {
    if (const auto message = line_.next()) {
      Mail mail;
      std::memcpy(&mail.from, message->data(), sizeof mail.from);
      mail.bytes = message->substr(sizeof mail.from);
      return mail;
    }
    pollfd wait{line_.descriptor(), POLLIN, 0};
    if (!line_.is_open() || ::poll(&wait, 1, 0) <= 0 || !line_.read_some()) return std::nullopt;
  }
}

}  // namespace fencelab::campaign
