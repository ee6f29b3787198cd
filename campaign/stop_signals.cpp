#include "campaign/stop_signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace fencelab::campaign {

StopSignals::StopSignals() {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction now{};
    ::sigaction(signal, nullptr, &now);
    if (now.sa_handler != SIG_IGN) ::sigaddset(&wanted, signal);
  }
  ::sigprocmask(SIG_BLOCK, &wanted, &before_);
  descriptor_ = ::signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
  if (descriptor_ >= 0) return;
  const int reason = errno;
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  throw std::system_error(reason, std::generic_category(), "signalfd");
}

StopSignals::~StopSignals() {
  ::close(descriptor_);
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

int StopSignals::arrived() {
  signalfd_siginfo info{};
  if (arrived_ == 0 && ::read(descriptor_, &info, sizeof info) == sizeof info)
    arrived_ = static_cast<int>(info.ssi_signo);
  return arrived_;
}

void end_by(int signal) {
  ::signal(signal, SIG_DFL);
  sigset_t one;
  ::sigemptyset(&one);
  ::sigaddset(&one, signal);
  ::sigprocmask(SIG_UNBLOCK, &one, nullptr);
  ::raise(signal);
  ::_exit(128 + signal);
}

}  // namespace fencelab::campaign
