// The program `fencelab`. Everything it can do is a subcommand with a file of its own.
#include "cli/no_memory.hpp"
#include "cli/plugins.hpp"
#include "cli/program.hpp"

int main(int argc, char** argv) {
  fencelab::cli::end_without_memory();
  fencelab::cli::leave(fencelab::cli::run_program(argc, argv));
}
