// A small trace.dat of version 6, written here: trace-cmd.dat.v6(5) says how.
#pragma once

#include <cstdint>
#include <string>

namespace fencelab::testing {

/// One CPU's virtio_gpu commands: `jobs` pairs of virtio_gpu_cmd_queue and _response, 100 us apart,
/// the first at 2 s. At most 50.
std::string trace_dat_sample(int jobs);

}  // namespace fencelab::testing
