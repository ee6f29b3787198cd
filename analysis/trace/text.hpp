// Names of a run in the three languages of traces: any bytes may be in them.
#pragma once

#include <string>
#include <string_view>

namespace fencelab::analysis {

/// `text` with every byte that is no part of valid UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

/// A JSON string, quotes included.
std::string json_string(std::string_view text);

/// One word of ftrace text: space, control characters, comma, equals sign, brackets and all else
/// that its readers split at are written as %20 and the like, and so is the per cent sign. Empty:
/// "?".
std::string ftrace_word(std::string_view text);

}  // namespace fencelab::analysis
