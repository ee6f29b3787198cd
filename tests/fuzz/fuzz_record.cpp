// Any bytes as what a worker or a row of a database says of a run: a record that is the same when
// it is written and read again, or an exception.
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "campaign/run_record.hpp"

using fencelab::campaign::RunRecord;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string written;
  try {
    written = RunRecord::from_json(text).to_json();
  } catch (const std::exception&) {
    return 0;
  }
  if (RunRecord::from_json(written).to_json() != written) std::abort();
  return 0;
}
