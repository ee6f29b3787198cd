// A plug-in that is right but for one thing in its handshake, which FENCELAB_TEST_CHANGE names.
#include <cstdlib>
#include <cstring>

#include "policies/plugin/plugin.hpp"

namespace {

using namespace fencelab;
using plugin::Handshake;

struct Change {
  const char* name;
  void (*apply)(Handshake& handshake);
  const char *axis = "flip", *policy = "changed";
};

const Change kChanges[] = {
    {"nothing", [](Handshake&) {}},
    {"later abi", [](Handshake& of) { of.abi_version = 77; }},
    {"magic", [](Handshake& of) { of.magic = 0x12345678; }},
    {"small struct", [](Handshake& of) { of.size = 16; }},
    {"layout", [](Handshake& of) { of.layout ^= 1; }},
    {"library", [](Handshake& of) { of.library_abi = "x86_64 libc++ 1"; }},
    {"compiler of coroutines", [](Handshake& of) { of.compiler_abi = "icc 13"; }, "residency"},
    {"compiler of no coroutines", [](Handshake& of) { of.compiler_abi = "icc 13"; }},
    {"feature", [](Handshake& of) { of.features |= 1u << 31; }},
    {"name of the program's", [](Handshake&) {}, "flip", "wait-signaled"},
    {"name of acme's", [](Handshake&) {}, "flip", "acme-newest"},
    {"unprintable name", [](Handshake&) {}, "flip", "\033[31mred"},
    {"unknown axis", [](Handshake&) {}, "moon"},
    {"no policies", [](Handshake& of) { of.policy_count = 0; }},
    {"policies nowhere", [](Handshake& of) { of.policies = nullptr; }},
    {"policies at a wrong place",
     [](Handshake& of) { of.policies = reinterpret_cast<const plugin::PolicyEntry*>(8); }},
    {"many policies", [](Handshake& of) { of.policy_count = 0xffffffff; }},
};

const Change& chosen() {
  const char* const name = std::getenv("FENCELAB_TEST_CHANGE");
  for (const Change& change : kChanges)
    if (name && std::strcmp(change.name, name) == 0) return change;
  return kChanges[0];
}

void contents(plugin::Contents& plugin) {
  plugin.add(policies::PolicyInfo{
      chosen().axis, chosen().policy, "is never made", "a test", {}, [](auto&, auto&, auto&) {}});
}

}  // namespace

extern "C" const Handshake* fencelab_plugin_v1() {
  static const plugin::Export whole("changed", "1.0", contents);
  static Handshake handshake = *whole.handshake();
  chosen().apply(handshake);
  const char* const name = std::getenv("FENCELAB_TEST_CHANGE");
  return name && std::strcmp(name, "no handshake") == 0 ? nullptr : &handshake;
}
