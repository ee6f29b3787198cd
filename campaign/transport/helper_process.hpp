// One forked process that serves, at the other end of a line.
#pragma once

#include <sys/types.h>

#include <functional>

#include "campaign/transport/message_line.hpp"

namespace fencelab::campaign {

/// Answers a message.
using Serve = std::function<std::string(std::string_view)>;
/// Makes one, in the process where it is to serve.
using MakeServe = std::function<Serve()>;

/// Ends with this object.
struct HelperProcess {
  MessageLine line;
  pid_t pid = -1;  ///< -1: it is no child of ours

  HelperProcess() = default;
  explicit HelperProcess(MessageLine to) : line(std::move(to)) {}
  HelperProcess(HelperProcess&& other) noexcept { *this = std::move(other); }
  HelperProcess& operator=(HelperProcess&& other) noexcept;
  ~HelperProcess() { end(); }

  /// Forks one that answers what comes until nobody is at this end, or until what it calls throws;
  /// it begins with `close_others`, for lines that are not its own. With a closed line if the
  /// system has no process to give.
  static HelperProcess start(const MakeServe& make_serve,
                             const std::function<void()>& close_others);

 private:
  void end();
};

}  // namespace fencelab::campaign
