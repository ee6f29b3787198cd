// The program `conformance`: executes recorded operation sequences on the models and compares their
// answers with those of real kernels. docs/reference/kernel_recordings.md says how to use it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>

#include "tests/conformance/recordings/run.hpp"

using namespace fencelab;
using namespace fencelab::recordings;

namespace {

constexpr int kMismatch = 1, kBadInput = 63;

void print_quirks() {
  for (const models::KernelQuirk& quirk : models::kernel_quirks()) {
    std::cout << fmt::format("{} (", quirk.name);
    for (const models::KernelVersion kernel : quirk.kernels)
      std::cout << (kernel == quirk.kernels.front() ? "" : ", ") << models::name_of(kernel);
    std::cout << fmt::format(")\n  {}\n  source: {}\n", quirk.what, quirk.source);
  }
}

Totals run_files(const std::vector<std::string>& files, models::KernelVersion kernel, Order order) {
  Totals all;
  for (const std::string& file : files) {
    std::ifstream input(file);
    if (!input) throw BadInput(fmt::format("{}: cannot be read", file));
    const Totals totals = run_rows(input, file, kernel, order, std::cout);
    all.sequences += totals.sequences;
    all.operations += totals.operations;
    all.mismatches += totals.mismatches;
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("Executes recorded operation sequences of real kernels on Fencelab's models");
  std::vector<std::string> files;
  std::string kernel = "7.2";
  bool exact = false, quirks = false;
  app.add_option("files", files, "recordings, one row of JSON a line");
  app.add_option("--kernel", kernel, "whose answers to expect, and whose behaviour to show")
      ->check(CLI::IsMember({"6.1", "6.12", "7.2"}));
  app.add_flag("--exact", exact, "compare the order of fences in lists, too");
  app.add_flag("--quirks", quirks, "list what differs between the kernels, and end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : kBadInput;
  }
  if (quirks) return print_quirks(), 0;
  if (files.empty()) throw BadInput("no file to run; see --help");
  const Totals totals =
      run_files(files, models::kernel_named(kernel).value(), exact ? Order::exact : Order::sorted);
  std::cout << totals.text() << '\n';
  return totals.mismatches == 0 ? 0 : kMismatch;
} catch (const BadInput& problem) {
  std::cerr << "conformance: " << problem.what() << '\n';
  return kBadInput;
}
