// The program `fencelab`. Everything it can do is a subcommand with a file of its own.
#include "cli/program.hpp"

int main(int argc, char** argv) { return fencelab::cli::run_program(argc, argv); }
