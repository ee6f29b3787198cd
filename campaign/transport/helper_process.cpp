#include "campaign/transport/helper_process.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <utility>

#include "campaign/follow_parent.hpp"

namespace fencelab::campaign {

namespace {

constexpr int kNoMemory = 9;

void serve_on(MessageLine& line, const MakeServe& make_serve) {
  try {
    const Serve serve = make_serve();
    while (const auto message = line.receive())
      if (!line.send(serve(*message))) return;
  } catch (const std::exception&) {
    // That it is gone is all that who asked has to know: it will come upon the reason itself.
  }
}

}  // namespace

HelperProcess& HelperProcess::operator=(HelperProcess&& other) noexcept {
  if (this == &other) return *this;
  end();
  line = std::move(other.line);
  pid = std::exchange(other.pid, -1);
  return *this;
}

void HelperProcess::end() {
  line.close();
  if (pid < 0) return;
  ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid = -1;
}

HelperProcess HelperProcess::start(const MakeServe& make_serve,
                                   const std::function<void()>& close_others) {
  auto [ours, theirs] = MessageLine::pair();
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  HelperProcess helper(std::move(ours));
  helper.pid = ::fork();
  if (helper.pid < 0) helper.line.close();
  if (helper.pid != 0) return helper;
  std::set_new_handler([] { ::_exit(kNoMemory); });  // a helper that is lost, as by an exception
  follow_parent(parent);
  helper.line.close();
  close_others();
  serve_on(theirs, make_serve);
  ::_exit(0);  // no destructors, no second flush of inherited buffers
}

}  // namespace fencelab::campaign
