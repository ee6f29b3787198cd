// What each operation of the language does, by its word.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "core/task.hpp"
#include "tests/conformance/recordings/operation.hpp"
#include "tests/conformance/recordings/world.hpp"

namespace fencelab::recordings {

using nlohmann::json;

/// Operations that return at once, and those that may take time.
struct Handlers {
  using Plain = json (*)(World&, const Operation&);
  using Waiting = core::Task<json> (*)(World&, Operation);
  std::map<std::string, Plain, std::less<>> plain;
  std::map<std::string, Waiting, std::less<>> waiting;
};

/// 0, or the name of the error.
json answer(int error);

void add_buffer_handlers(Handlers& handlers);
void add_file_handlers(Handlers& handlers);
void add_syncobj_handlers(Handlers& handlers);
void add_reservation_handlers(Handlers& handlers);

/// All of them.
const Handlers& all_handlers();

}  // namespace fencelab::recordings
