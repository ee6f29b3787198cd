// Any bytes as results.sqlite: runs are read, or the file is refused; it stays as it is.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "campaign/comparison.hpp"
#include "campaign/database/campaign_reader.hpp"

using namespace fencelab::campaign;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string kFile = "/tmp/fencelab-fuzz-" + std::to_string(::getpid()) + ".sqlite";
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  std::ofstream(kFile, std::ios::binary | std::ios::trunc) << bytes;
  try {
    CampaignReader reader({kFile});
    RunGroups groups;
    reader.for_each_run(
        {[&](const StoredRun& run) { groups.add(run.record); }, [&] { groups.take(); }});
  } catch (const DatabaseError&) {
  }
  std::ifstream file(kFile, std::ios::binary);
  if (std::string(std::istreambuf_iterator<char>(file), {}) != bytes) std::abort();
  for (const char* const part : {"", "-wal", "-shm", "-journal"}) ::unlink((kFile + part).c_str());
  return 0;
}
