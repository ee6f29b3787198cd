#include "campaign/transport/message_line.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <utility>

namespace fencelab::campaign {

namespace {

using Length = std::uint64_t;

std::string framed(std::string_view message) {
  const Length length = message.size();
  std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
  return bytes.append(message);
}

}  // namespace

MessageLine& MessageLine::operator=(MessageLine&& other) noexcept {
  if (this == &other) return *this;
  close();
  descriptor_ = std::exchange(other.descriptor_, -1);
  buffer_ = std::move(other.buffer_);
  unsent_ = std::move(other.unsent_);
  return *this;
}

std::pair<MessageLine, MessageLine> MessageLine::pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  return {MessageLine(ends[0]), MessageLine(ends[1])};
}

void MessageLine::close() {
  if (is_open()) ::close(descriptor_);
  descriptor_ = -1;
}

void MessageLine::send_later(std::string_view message) {
  unsent_ += framed(message);
  flush();
}

void MessageLine::flush() {
  while (has_unsent()) {
    const ssize_t written =
        ::send(descriptor_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (written <= 0) return close();
    unsent_.erase(0, static_cast<std::size_t>(written));
  }
}

void MessageLine::end_sending() {
  if (is_open()) ::shutdown(descriptor_, SHUT_WR);
}

bool MessageLine::send(std::string_view message) {
  const std::string bytes = framed(message);
  std::size_t sent = 0;
  while (is_open() && sent < bytes.size()) {
    // No signal: that nobody is there is an answer.
    const ssize_t written =
        ::send(descriptor_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0)
      close();
    else
      sent += static_cast<std::size_t>(written);
  }
  return is_open();
}

bool MessageLine::read_some() {
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::read(descriptor_, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0)
      close();
    else
      buffer_.append(buffer, static_cast<std::size_t>(got));
    return is_open();
  }
}

std::optional<std::string> MessageLine::next() {
  Length length = 0;
  if (buffer_.size() < sizeof length) return std::nullopt;
  std::memcpy(&length, buffer_.data(), sizeof length);
  if (buffer_.size() - sizeof length < length) return std::nullopt;
  std::string message = buffer_.substr(sizeof length, length);
  buffer_.erase(0, sizeof length + length);
  return message;
}

std::optional<std::string> MessageLine::receive() {
  for (;;) {
    if (auto message = next()) return message;
    if (!is_open() || !read_some()) return std::nullopt;
  }
}

}  // namespace fencelab::campaign
