// UTF-8: what is text, and how to show what is not.
#pragma once

#include <string>
#include <string_view>

namespace fencelab::scenarios {

/// Offset of the first byte that is no text at all (ill-formed UTF-8 by RFC 3629, or NUL), or npos.
std::size_t find_bad_byte(std::string_view text);

/// `text` with control characters and bytes that are no UTF-8 written as \\xNN, fit for a terminal.
std::string printable(std::string_view text);

}  // namespace fencelab::scenarios
