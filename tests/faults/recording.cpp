// Writes a small trace.dat to the file that it is given, for the importer to read under faults.
#include <fstream>

#include "tests/scenarios/trace_dat_sample.hpp"

int main(int count, char** arguments) {
  constexpr int kJobs = 20;
  if (count != 2) return 1;
  std::ofstream file(arguments[1], std::ios::binary);
  file << fencelab::testing::trace_dat_sample(kJobs);
  return file.flush() ? 0 : 1;
}
