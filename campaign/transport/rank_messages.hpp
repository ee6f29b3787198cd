// What ranks say to each other: sessions, each a helper of a task in a process of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fencelab::campaign {

struct RankMessage {
  enum class Kind : char {
    finish,   ///< all is done
    open,     ///< begin a session for task `number`
    text,     ///< for, or from, the helper
    close,    ///< its helper is not needed any more
    is_lost,  ///< its helper is no more
  };
  Kind kind = Kind::finish;
  std::uint64_t session = 0;
  std::uint64_t task = 0;
  std::string text;
};

std::string to_bytes(const RankMessage& message);
RankMessage rank_message(std::string_view bytes);

}  // namespace fencelab::campaign
