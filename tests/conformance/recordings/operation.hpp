// An operation of the recordings' language, taken apart into words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/fence.hpp"
#include "models/sync/dma_buf.hpp"
#include "models/sync/syncobj_wait.hpp"

namespace fencelab::recordings {

struct Operation {
  std::string text;
  std::string word;               ///< "export"
  std::vector<std::string> args;  ///< "B0", "r", "S0"

  static Operation parse(const std::string& text);
  /// Argument `index`; BadInput if there is none.
  const std::string& arg(std::size_t index) const;
  bool has(std::size_t index) const { return index < args.size(); }
  std::uint64_t number(std::size_t index) const;
};

/// "Y0:3" is the name Y0 and the point 3; a bare name has point 0.
struct NamedPoint {
  std::string name;
  std::uint64_t point = 0;
};
NamedPoint parse_point(const std::string& text);

/// Whether a word is the name of an object: a capital letter of the language, then digits.
bool is_name(std::string_view word);

models::DmaBufAccess parse_access(const std::string& word);          ///< r, w, rw, -
models::Usage parse_usage(const std::string& word);                  ///< k, w, r, b
models::SyncobjWaitFlags parse_wait_flags(const std::string& word);  ///< of a, s, v; -

/// "EBUSY" for -16.
std::string errno_name(int error);

}  // namespace fencelab::recordings
