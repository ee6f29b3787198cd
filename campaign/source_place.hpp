// Where in a scenario file something stands.
#pragma once

#include <cstdint>
#include <string>

namespace fencelab::campaign {

struct SourcePlace {
  std::string file;          ///< as the user named it; empty: unknown
  std::uint32_t line = 0;    ///< 1-based; 0: not known
  std::uint32_t column = 0;  ///< 1-based, in bytes
  std::string pointer;       ///< JSON pointer (RFC 6901)
};

}  // namespace fencelab::campaign
