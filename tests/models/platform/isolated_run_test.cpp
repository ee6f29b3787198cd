// run_isolated(): what comes back from a child, and what a child must not do to its parent.
#include "models/platform/isolated_run.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace fencelab::models::platform {

using namespace std::chrono_literals;

namespace {

bool no_child_is_left() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

/// What `body` writes to descriptor 1 from a process that has its own standard output.
std::string output_of(void (*body)()) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    body();
    std::exit(0);
  }
  ::close(ends[1]);
  std::string output;
  std::array<char, 256> buffer;
  for (ssize_t got; (got = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
    output.append(buffer.data(), static_cast<std::size_t>(got));
  ::close(ends[0]);
  ::waitpid(pid, nullptr, 0);
  return output;
}

void say_goodbye() { std::printf("goodbye;"); }

}  // namespace

TEST_CASE("a child's result comes back whole, empty or large", "[isolated]") {
  CHECK(run_isolated([] { return std::string(); }).payload.empty());
  std::string large;
  large.resize(20'000'000, 'x');
  large[1'000'000] = '\0';
  large.back() = 'y';
  const ForkResult result = run_isolated([&] { return large; }, 60s);
  CHECK(result.status == ForkStatus::returned);
  CHECK(result.payload == large);
  CHECK(no_child_is_left());
}

TEST_CASE("what a child changes stays in the child", "[isolated]") {
  int value = 1;
  CHECK(run_isolated([&] { return std::to_string(++value); }).payload == "2");
  CHECK(value == 1);
}

TEST_CASE("an exception comes back as its text", "[isolated]") {
  const ForkResult result =
      run_isolated([]() -> std::string { throw std::runtime_error("no such policy"); });
  CHECK(result.status == ForkStatus::threw);
  CHECK(result.payload == "no such policy");
  CHECK_FALSE(result.ok());
  CHECK(run_isolated([]() -> std::string { throw 1; }).status == ForkStatus::threw);
}

TEST_CASE("a crash is told by its signal", "[isolated]") {
  const ForkResult result = run_isolated([]() -> std::string {
    ::signal(SIGABRT, SIG_DFL);
    std::abort();
  });
  CHECK(result.status == ForkStatus::crashed);
  CHECK(result.signal == SIGABRT);
  CHECK_THAT(result.describe(), Catch::Contains("signal 6"));
  CHECK(result.payload.empty());
  CHECK(no_child_is_left());
}

TEST_CASE("a child that leaves by itself has no result, whatever its exit code", "[isolated]") {
  for (const int code : {0, 7}) {
    const ForkResult result = run_isolated([code]() -> std::string { ::_exit(code); });
    CHECK(result.status == ForkStatus::exited);
    CHECK(result.exit_code == code);
  }
}

TEST_CASE("a child is killed at its wall limit, busy or asleep", "[isolated]") {
  const auto begin = std::chrono::steady_clock::now();
  const ForkResult result = run_isolated(
      []() -> std::string {
        for (;;) ::pause();
      },
      50ms);
  CHECK(result.status == ForkStatus::timed_out);
  CHECK(std::chrono::steady_clock::now() - begin >= 50ms);
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  CHECK(no_child_is_left());
}

TEST_CASE("half a result is no result", "[isolated]") {
  // An alarm ends the child long before it can have written all of this.
  const ForkResult result = run_isolated([] {
    ::signal(SIGALRM, SIG_DFL);
    std::string text;
    text.resize(100'000'000, 'x');
    const itimerval soon{{0, 0}, {0, 5'000}};
    ::setitimer(ITIMER_REAL, &soon, nullptr);
    return text;
  });
  CHECK(result.status == ForkStatus::crashed);
  CHECK(result.signal == SIGALRM);
  CHECK(result.payload.empty());
}

TEST_CASE("signals that interrupt the parent do not lose a result", "[isolated]") {
  struct sigaction action{};
  struct sigaction before{};
  action.sa_handler = [](int) {};  // no SA_RESTART: every system call that waits gives EINTR
  ::sigaction(SIGALRM, &action, &before);
  const itimerval often{{0, 300}, {0, 300}};
  const itimerval never{};
  ::setitimer(ITIMER_REAL, &often, nullptr);
  std::size_t received = 0;
  for (const bool limited : {false, true}) {
    const auto limit = limited ? std::optional<std::chrono::milliseconds>(60s) : std::nullopt;
    const ForkResult result = run_isolated(
        [] {
          ::usleep(20'000);
          return std::string(3'000'000, 'x');
        },
        limit);
    received += result.payload.size();
  }
  ::setitimer(ITIMER_REAL, &never, nullptr);
  ::sigaction(SIGALRM, &before, nullptr);
  CHECK(received == 6'000'000);
}

TEST_CASE("what the parent had not flushed is written once, what the child prints too",
          "[isolated]") {
  CHECK(output_of([] {
          std::printf("before;");
          (void)run_isolated([] {
            std::printf("child;");
            return std::string();
          });
          std::printf("after;");
        }) == "before;child;after;");
}

TEST_CASE("exit handlers of the parent do not run in the child, even if it exits", "[isolated]") {
  CHECK(output_of([] {
          std::atexit(say_goodbye);
          (void)run_isolated([] { return std::string(); });
          const ForkResult result = run_isolated([]() -> std::string { std::exit(3); });
          std::printf("code %d;", result.exit_code);
        }) == "code 3;goodbye;");
}

TEST_CASE("a result arrives where standard input, output and error are closed", "[isolated]") {
  const ForkResult outer = run_isolated([] {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::close(descriptor);
    return run_isolated([] {
             std::printf("this must not end up in the pipe");
             std::fflush(stdout);
             return std::string("result");
           })
        .payload;
  });
  CHECK(outer.payload == "result");
}

}  // namespace fencelab::models::platform
