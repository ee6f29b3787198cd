// One line of ftrace text, as tracefs and `trace-cmd report` print it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fencelab::scenarios::ftrace {

/// What a line is. Views point into the text that was parsed.
struct Line {
  enum class Kind : std::uint8_t {
    event,
    remark,      ///< a comment, a heading, an empty line
    lost,        ///< a CPU's buffer was overrun here
    no_seconds,  ///< an event with a clock that does not count seconds
    other,       ///< nothing that ftrace prints, or the rest of a text of several lines
  };
  Kind kind = Kind::other;
  std::string_view comm;  ///< of the task; may be "<...>": not known
  std::int32_t pid = 0;
  std::optional<std::int32_t> tgid;  ///< its process, where the recording knows it
  std::int32_t cpu = 0;
  std::int64_t ns = 0;      ///< since the clock's zero
  std::string_view event;   ///< "drm_vblank_event"; empty: of a tracer without events
  std::string_view fields;  ///< the rest, without blanks before it
};

/// Never fails: what is no event says so.
Line parse_line(std::string_view text);

}  // namespace fencelab::scenarios::ftrace
