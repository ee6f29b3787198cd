// Values as bytes and back, for those who talk to workers. Both ends are the same program.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/assert.hpp"

namespace fencelab::analysis {

class ByteWriter {
 public:
  /// Seven bits a byte, lowest first: most numbers are small.
  void number(std::uint64_t value) {
    for (; value >= 128; value >>= 7) bytes_.push_back(static_cast<char>(value | 128));
    bytes_.push_back(static_cast<char>(value));
  }
  void text(std::string_view text) {
    number(text.size());
    bytes_.append(text);
  }
  /// How many there are, then each by `write`.
  template <class Range, class Write>
  void each(const Range& range, Write write) {
    number(range.size());
    for (const auto& item : range) write(item);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Asserts that what is read was written.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      FENCELAB_ASSERT(!rest_.empty() && shift < 64, "a message of a worker is cut short");
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 127u} << shift;
      if (byte < 128) return value;
    }
  }
  template <class T>
  T as() {
    return static_cast<T>(number());
  }
  std::string text() {
    const std::uint64_t size = number();
    FENCELAB_ASSERT(size <= rest_.size(), "a message of a worker is cut short");
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }
  /// Calls `read` as often as there are items.
  template <class Read>
  void each(Read read) {
    for (std::uint64_t left = number(); left > 0; --left) read();
  }

 private:
  std::string_view rest_;
};

}  // namespace fencelab::analysis
