// A line on which messages go in both directions, whole and in order: a stream socket, at whose
// other end another process is.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace fencelab::campaign {

class MessageLine {
 public:
  /// Owns the descriptor; -1: closed.
  explicit MessageLine(int descriptor = -1) : descriptor_(descriptor) {}
  ~MessageLine() { close(); }
  MessageLine(MessageLine&& other) noexcept { *this = std::move(other); }
  MessageLine& operator=(MessageLine&& other) noexcept;

  /// Two ends of a new line; std::system_error if the system has none.
  static std::pair<MessageLine, MessageLine> pair();

  int descriptor() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }
  void close();

  /// False, and closed, if nobody is at the other end. Waits until it is written.
  bool send(std::string_view message);
  /// The same without waiting: what could not be written yet is kept for flush().
  void send_later(std::string_view message);
  void flush();
  /// Nothing more will be sent; what was sent can still be read at the other end, which sees an end
  /// behind it. To be flushed before.
  void end_sending();
  bool has_unsent() const { return is_open() && !unsent_.empty(); }
  /// Waits for the next message; nothing, and closed, if nobody is at the other end any more.
  std::optional<std::string> receive();
  /// Reads what is there, which there must be something of; it may be part of a message. False, and
  /// closed, at the end.
  bool read_some();
  /// The next message that has come as a whole.
  std::optional<std::string> next();

 private:
  int descriptor_ = -1;
  std::string buffer_;  ///< what has come
  std::string unsent_;
};

}  // namespace fencelab::campaign
