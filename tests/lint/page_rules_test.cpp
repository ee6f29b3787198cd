// Pages are held to the tree that they describe.
#include "tests/lint/page_rules.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>

namespace fencelab::lint {
namespace {

using Paths = std::set<std::string>;
using Rule = Offences (*)(const SourceFile&, const Paths&);

const Paths& small_tree() {
  static const Paths paths{"README.md",     "core",   "core/README.md",
                           "core/time.hpp", "core/x", "core/x/deep.cpp",
                           "dev",           "docs"};
  return paths;
}

std::string found(Rule rule, const std::string& path, const std::string& text) {
  std::string all;
  for (const Offence& offence : rule(make_source(path, text), small_tree()))
    all += fmt::format("{}: {}\n", offence.line, offence.message);
  return all;
}

std::string found_in_tree(Rule rule) {
  const Paths paths = paths_of_tree(FENCELAB_SOURCE_DIR);
  std::string all;
  for (const SourceFile& file : read_tree(FENCELAB_SOURCE_DIR))
    for (const Offence& offence : rule(file, paths))
      all += fmt::format("\n{}:{}: {}", offence.path, offence.line, offence.message);
  return all;
}

}  // namespace

TEST_CASE("links of pages lead to files of the tree") {
  CHECK(found(link_offences, "core/README.md",
              "\n[a](time.hpp) [b](../docs/) [c](x/deep.cpp#part) [d](https://x.org/y)\n")
            .empty());
  CHECK(found(link_offences, "core/README.md", "\n[a](gone.md)\n") ==
        "2: the link to gone.md leads nowhere\n");
  CHECK(found(link_offences, "docs/page.md", "[a](time.hpp)") ==
        "1: the link to time.hpp leads nowhere\n");
  CHECK(found(link_offences, "core/time.hpp", "[a](gone.md)").empty());
  CHECK(found_in_tree(link_offences) == "");
}

TEST_CASE("files and folders that READMEs name are in the tree") {
  CHECK(found(name_offences, "core/README.md",
              "`time.hpp` `x/`, `deep.cpp` `core/time.hpp` `./dev test`")
            .empty());
  CHECK(found(name_offences, "core/README.md",
              "`runs.csv` `build/core/gone.cpp` `tests/X/` `docs/NAME.md` `a/b`")
            .empty());
  CHECK(found(name_offences, "core/README.md", "```\n`gone.hpp`\n```\n").empty());
  CHECK(found(name_offences, "core/README.md", "\n`time.hpp, gone.hpp`") ==
        "2: there is no gone.hpp\n");
  CHECK(found(name_offences, "CONTRIBUTING.md", "see `gone/`") == "1: there is no gone\n");
  CHECK(found(name_offences, "docs/page.md", "`gone.hpp`").empty());
  CHECK(found_in_tree(name_offences) == "");
}

}  // namespace fencelab::lint
