// Access: the bytes of a buffer that a job touches.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>

namespace fencelab::models {

class Buffer;

struct Access {
  Buffer* buffer = nullptr;
  std::uint64_t begin = 0, end = 0;  ///< [begin, end) in bytes
  bool write = false;
};

using AccessList = boost::container::small_vector<Access, 4>;

}  // namespace fencelab::models
