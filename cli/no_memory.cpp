#include "cli/no_memory.hpp"

#include <unistd.h>

#include <new>
#include <string_view>

#include "campaign/files.hpp"
#include "cli/program.hpp"

namespace fencelab::cli {

namespace {

[[noreturn]] void give_up() {
  constexpr std::string_view kWords = "fencelab: out of memory\n";
  campaign::abandon_staged_files();
  // Nothing better can be done where this cannot be said.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kWords.data(), kWords.size());
  ::_exit(kExitCrash);
}

}  // namespace

void end_without_memory() { std::set_new_handler(give_up); }

}  // namespace fencelab::cli
