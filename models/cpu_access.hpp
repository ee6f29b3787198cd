// CpuAccess: a thread reads or writes bytes of buffers through a mapping. It waits for nothing:
// what orders it is what the program did before (wait, poll).
#pragma once

#include <cstdint>
#include <string>

#include "models/gpu/access.hpp"

namespace fencelab::models {

class Client;

/// Subject of cpu_accessed. Its address is the same at the beginning and at the end.
struct CpuAccess {
  const Client* client = nullptr;
  AccessList accesses;
  const std::string* label = nullptr;  ///< the operation's id or the thread's name; outlives it
  std::uint64_t iteration = 0;         ///< executions of the operation before this one
  std::uint32_t place = ~std::uint32_t{0};
};

}  // namespace fencelab::models
