// Pages of docs/reference that are made by tests.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

/// The page says `text`; with FENCELAB_WRITE_PAGES it is written first. To be called in a test
/// tagged [page].
inline void check_page(const std::string& name, const std::string& text) {
  const std::string path = std::string(FENCELAB_SOURCE_DIR) + "/docs/reference/" + name;
  if (std::getenv("FENCELAB_WRITE_PAGES")) std::ofstream(path) << text;
  std::ifstream file(path);
  const std::string written{std::istreambuf_iterator<char>(file), {}};
  CHECK(written == text);
}
