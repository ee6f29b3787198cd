// The program `fencelab`. Everything it can do is a subcommand with a file of its own.
#include "cli/plugins.hpp"
#include "cli/program.hpp"

int main(int argc, char** argv) { fencelab::cli::leave(fencelab::cli::run_program(argc, argv)); }
