#include "tests/conformance/recordings/handlers.hpp"

namespace fencelab::recordings {

json answer(int error) { return error == 0 ? json(0) : json(errno_name(error)); }

const Handlers& all_handlers() {
  static const Handlers handlers = [] {
    Handlers all;
    add_buffer_handlers(all);
    add_file_handlers(all);
    add_syncobj_handlers(all);
    add_reservation_handlers(all);
    return all;
  }();
  return handlers;
}

}  // namespace fencelab::recordings
