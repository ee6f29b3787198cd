// Any bytes as a replay token: a token that says the same when it is written again, or an error.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "analysis/explore/schedule_token.hpp"

using namespace fencelab::analysis;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ParsedToken parsed = parse_token(text);
  if (!parsed) return 0;
  const std::string written = token_text(parsed.token);
  const ParsedToken again = parse_token(written);
  if (!again || token_text(again.token) != written) std::abort();
  return 0;
}
