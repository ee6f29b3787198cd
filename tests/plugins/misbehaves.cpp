// Policies that go wrong while a run is under way, each in its own way.
#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/winsys/swapchain.hpp"
#include "policies/plugin/plugin.hpp"

namespace {

using namespace fencelab;

enum class Way { throws, throws_a_number, crashes, loops, allocates, leaks, exits, makes_nothing };

class Broken final : public models::HangPolicy {
 public:
  explicit Broken(Way way) : way_(way) {}
  std::optional<core::Duration> job_timeout(const models::Job&) const override {
    go_wrong();
    return std::nullopt;
  }
  std::optional<core::Duration> fence_wait_timeout() const override { return std::nullopt; }
  std::optional<core::Duration> preempt_timeout() const override { return std::nullopt; }

 private:
  void go_wrong() const {
    static volatile bool forever = true;
    static std::vector<std::string*> kept;
    switch (way_) {
      case Way::throws: throw std::runtime_error("the plug-in has had enough");
      case Way::throws_a_number: throw 42;
      case Way::crashes: std::raise(SIGSEGV); break;
      case Way::loops:
        while (forever) {
        }
        break;
      case Way::allocates:
        while (forever) kept.push_back(new std::string(1 << 20, 'x'));
        break;
      case Way::leaks: kept.push_back(new std::string(1 << 10, 'x')); break;
      case Way::exits: std::_Exit(0);
      case Way::makes_nothing: break;
    }
  }
  Way way_;
};

void contents(plugin::Contents& plugin) {
  const std::pair<const char*, Way> ways[] = {
      {"throws", Way::throws},       {"throws-a-number", Way::throws_a_number},
      {"crashes", Way::crashes},     {"loops", Way::loops},
      {"allocates", Way::allocates}, {"leaks", Way::leaks},
      {"exits", Way::exits},         {"makes-nothing", Way::makes_nothing}};
  for (const auto& [name, what] : ways)
    plugin.add(
        policies::PolicyInfo{"hang",
                             name,
                             "goes wrong",
                             "tests/plugins/misbehaves.cpp",
                             {},
                             [way = what](models::DriverPolicies& set,
                                          const policies::ParameterValues&, policies::RunState&) {
                               if (way != Way::makes_nothing)
                                 set.hang = std::make_unique<Broken>(way);
                             }});
}

/// What runs as the process ends would crash it as well.
struct CrashesAtExit {
  ~CrashesAtExit() { std::raise(SIGSEGV); }
};
const CrashesAtExit kCrashesAtExit;

}  // namespace

FENCELAB_PLUGIN("misbehaves", "0.1", contents)
