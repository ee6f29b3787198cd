// Any bytes as a trace.dat: what libtracecmd makes of it is imported, or refused with a message;
// how the library ends is no matter of ours.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

#include "scenarios/ftrace/importer.hpp"
#include "scenarios/ftrace/trace_dat.hpp"

using namespace fencelab::scenarios;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string kFile = "/tmp/fencelab-fuzz-" + std::to_string(::getpid()) + ".dat";
  std::ofstream(kFile, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  const auto recording = ftrace::read_trace_dat(kFile, {});
  ::unlink(kFile.c_str());
  if (recording) {
    const auto imported = ftrace::import_recording(*recording, "fuzz.dat", {"fuzz", {}});
    if (!imported && imported.diagnostics().empty()) std::abort();
  } else if (recording.diagnostics().empty()) {
    std::abort();
  }
  return 0;
}
