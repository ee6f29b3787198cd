// Processes of this program that were started together (mpirun, srun), on this machine or on
// others, each with the same arguments. One is first; the others do what it says.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "campaign/transport/message_line.hpp"

namespace fencelab::campaign {

class Ranks {
 public:
  /// The ranks, if a launcher started this process as one of them; else null, at no cost. Throws
  /// std::runtime_error if they cannot be reached. To be kept until the end of the program: the
  /// first rank's end tells the others to end.
  static std::unique_ptr<Ranks> join();
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  /// 0 is the first.
  int rank() const { return rank_; }
  int size() const { return size_; }

  struct Mail {
    int from = 0;
    std::string bytes;  ///< none: that rank died, and nothing more comes from it
  };
  /// Does not wait. What is sent from one to another arrives in order.
  void send(int to, const std::string& bytes);
  /// What has come, if anything has. Does not wait.
  std::optional<Mail> receive();
  /// Ready to be read when something may have come; -1: nobody can be reached any more.
  int descriptor() const { return line_.descriptor(); }
  /// What could not be sent yet.
  bool has_unsent() const { return line_.has_unsent(); }

 private:
  Ranks() = default;
  MessageLine line_;  ///< to the process that knows MPI
  pid_t bridge_ = -1;
  int rank_ = 0, size_ = 1;
};

}  // namespace fencelab::campaign
