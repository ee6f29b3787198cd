#include "tests/faults/injector/plan.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace fencelab::faults {

namespace {

constexpr std::array<std::string_view, kKinds> kNames = {
    "short", "eintr", "enospc", "emfile",  "eacces", "eio",
    "epipe", "fork",  "memory", "mapping", "clock",  "monotonic"};

/// Of one process; static because libc's functions are, too.
struct State {
  std::atomic<bool> armed{false};
  std::array<std::atomic<std::uint64_t>, kKinds> calls{};
  std::array<bool, kKinds> chosen{};
  std::uint64_t seed = 0, rate = 0, nth = 0, from = 0;
  std::int64_t jump_ns = 0;
  std::array<char, 64> only{};  ///< the process whose calls fail; empty: all
  std::array<char, 256> log{};
  std::array<char, 64> process{"0"};  ///< "0.2" is the second child of the first
  std::uint64_t process_hash = 0;
  unsigned children = 0;
};
constinit State state;

/// A line of text of bounded length.
class Line {
 public:
  Line& operator<<(std::string_view text) {
    for (const char c : text)
      if (length_ < text_.size()) text_[length_++] = c;
    return *this;
  }
  Line& operator<<(std::uint64_t number) {
    std::array<char, 20> digits;
    std::size_t count = 0;
    do digits[count++] = static_cast<char>('0' + number % 10);
    while (number /= 10);
    while (count > 0) *this << std::string_view(&digits[--count], 1);
    return *this;
  }
  std::string_view text() const { return {text_.data(), length_}; }

 private:
  std::array<char, 200> text_{};
  std::size_t length_ = 0;
};

// By system calls: what is interposed is not called, and no descriptor is held.
void log(const Line& line) {
  if (state.log[0] == '\0') return;
  const int before = errno;
  const long file = ::syscall(SYS_openat, AT_FDCWD, state.log.data(),
                              O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file >= 0) {
    ::syscall(SYS_write, file, line.text().data(), line.text().size());
    ::syscall(SYS_close, file);
  }
  errno = before;
}

std::uint64_t mixed(std::uint64_t x) {  // the finaliser of SplitMix64
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// The same for the same seed, process, kind and call, whatever else is called in between.
std::uint64_t hash_of(Kind kind, std::uint64_t call) {
  return mixed(mixed(mixed(state.seed ^ state.process_hash) + static_cast<std::uint64_t>(kind)) +
               call);
}

void name_process() {
  state.process_hash = 14695981039346656037U;  // FNV-1a
  for (const char* c = state.process.data(); *c != '\0'; ++c)
    state.process_hash = (state.process_hash ^ static_cast<unsigned char>(*c)) * 1099511628211U;
}

std::uint64_t number_of(const char* variable) {
  const char* const text = std::getenv(variable);
  return text ? std::strtoull(text, nullptr, 10) : 0;
}

template <std::size_t N>
void copy(const char* variable, std::array<char, N>& to) {
  if (const char* const text = std::getenv(variable)) std::strncpy(to.data(), text, N - 1);
}

[[gnu::constructor]] void read_environment() {
  const char* const kinds = std::getenv("FENCELAB_FAULTS");
  for (std::string_view rest = kinds ? kinds : ""; !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find(','));
    rest.remove_prefix(name.size() + (name.size() < rest.size()));
    bool is_known = false;
    for (unsigned kind = 0; kind < kKinds; ++kind)
      if (kNames[kind] == name) is_known = state.chosen[kind] = true;
    if (!is_known) ::_exit(121);  // a test with a wrong name would test nothing
  }
  state.seed = number_of("FENCELAB_FAULTS_SEED");
  state.rate = number_of("FENCELAB_FAULTS_RATE");
  state.nth = number_of("FENCELAB_FAULTS_NTH");
  state.from = number_of("FENCELAB_FAULTS_FROM");
  state.jump_ns = static_cast<std::int64_t>(number_of("FENCELAB_FAULTS_JUMP_MS")) * 1'000'000;
  copy("FENCELAB_FAULTS_PROCESS", state.only);
  copy("FENCELAB_FAULTS_LOG", state.log);
  name_process();
  ::unsetenv("LD_PRELOAD");  // programs that ours starts are none of our concern
}

bool is_due(Kind kind, std::uint64_t call) {
  if (state.nth != 0) return call == state.nth;
  if (state.from != 0) return call >= state.from;
  return state.rate != 0 && hash_of(kind, call) % state.rate == 0;
}

}  // namespace

bool strikes(Kind kind, const char* function) {
  const auto at = static_cast<std::size_t>(kind);
  if (!state.armed.load(std::memory_order_relaxed)) return false;
  const std::uint64_t call = ++state.calls[at];
  if (!state.chosen[at] || !is_due(kind, call)) return false;
  if (state.only[0] != '\0' && std::strcmp(state.only.data(), state.process.data()) != 0)
    return false;
  log(Line() << state.process.data() << " " << kNames[at] << " " << function << " " << call
             << "\n");
  return true;
}

std::uint64_t drawn(Kind kind, std::uint64_t below) {
  const std::uint64_t call = state.calls[static_cast<std::size_t>(kind)];
  return below == 0 ? 0 : mixed(hash_of(kind, call)) % below;
}

void arm() { state.armed = true; }
void disarm() { state.armed = false; }

unsigned next_child() { return ++state.children; }

void become_child(unsigned number) {
  Line name;
  name << state.process.data() << "." << number;
  if (name.text().size() >= state.process.size()) ::_exit(122);
  std::memcpy(state.process.data(), name.text().data(), name.text().size());
  state.process[name.text().size()] = '\0';
  name_process();
  state.children = 0;
  for (auto& calls : state.calls) calls = 0;
}

void tell_counts() {
  for (unsigned kind = 0; kind < kKinds; ++kind)
    if (state.calls[kind] != 0)
      log(Line() << state.process.data() << " calls " << kNames[kind] << " " << state.calls[kind]
                 << "\n");
}

std::int64_t jump_ns() { return state.jump_ns; }

}  // namespace fencelab::faults
