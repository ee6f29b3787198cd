#include "tests/models/platform/rig.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace fencelab::models::platform::test {

std::string in_child(const std::function<std::string()>& body) {
  const ForkResult result = run_isolated(
      [&body] {
        std::string report = body();
#ifdef __SANITIZE_ADDRESS__
        if (__lsan_do_recoverable_leak_check() != 0) report += "\nand it leaked\n";
#endif
        return report;
      },
      120s);
  return result.ok() ? result.payload : result.describe();
}

std::string log_of(const HardwareDescription& hardware, const std::function<void(Rig&)>& set_up) {
  return in_child([&] {
    Rig rig(hardware);
    set_up(rig);
    rig.run();
    return rig.log;
  });
}

}  // namespace fencelab::models::platform::test
