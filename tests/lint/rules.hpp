// The house rules that a machine can check. Each looks at one file and returns what offends.
#pragma once

#include <string>
#include <vector>

#include "tests/lint/source.hpp"

namespace fencelab::lint {

struct Offence {
  std::string path;
  int line = 0;
  std::string message;
};
using Offences = std::vector<Offence>;

/// A layer includes only itself and the layers below it; a test of a layer sees what the layer
/// sees.
Offences layer_offences(const SourceFile& file);

/// Quoted includes are written from the repository root, so that no path gets around the layers.
Offences include_path_offences(const SourceFile& file);

/// SimGrid, ns-3, protozero and the JSON libraries are included only where the design allows them.
Offences library_offences(const SourceFile& file);

/// A product file has at most kMaxFileLines lines.
inline constexpr int kMaxFileLines = 500;
Offences length_offences(const SourceFile& file);

/// No co_await in the condition of if, while, for or switch: g++ 12 may lay out such a coroutine's
/// frame wrongly, silently. Hoist it: `auto ok = co_await x; if (ok)`.
Offences await_offences(const SourceFile& file);

/// What a run computes depends on no clock of this machine and on no order of random draws.
Offences nondeterminism_offences(const SourceFile& file);

/// The product has processes and no threads: a run shares nothing with another, and nothing needs a
/// race detector.
Offences thread_offences(const SourceFile& file);

/// No container ordered or hashed by addresses: they differ from run to run.
Offences pointer_key_offences(const SourceFile& file);

/// A header says `#pragma once`.
Offences pragma_once_offences(const SourceFile& file);

/// CTest splits names of tests at semicolons.
Offences test_name_offences(const SourceFile& file);

/// No path that exists on one machine only, such as somebody's home or `checkout`, this tree's own.
Offences machine_path_offences(const SourceFile& file, const std::string& checkout);

/// Pages (.md) name and link to what exists below `root`: paths that begin with a folder of the
/// house; links; in a README also sources without a path, which lie in its folder or below. NAME
/// and * stand for any file.
Offences named_file_offences(const SourceFile& file, const std::string& root);

}  // namespace fencelab::lint
