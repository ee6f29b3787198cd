// Access: the bytes of a buffer that a job touches.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>

#include "models/gpu/access_control.hpp"

namespace fencelab::models {

class Buffer;

struct Access {
  Buffer* buffer = nullptr;
  std::uint64_t begin = 0, end = 0;  ///< [begin, end) in bytes
  bool write = false;
  Stall stall = Stall::by_access;
  Publish publish = Publish::by_access;
};

using AccessList = boost::container::small_vector<Access, 4>;

}  // namespace fencelab::models
