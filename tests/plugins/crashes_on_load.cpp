// Crashes before it can be asked for anything.
#include <csignal>

namespace {
const int kCrash = std::raise(SIGSEGV);
}

extern "C" const void* fencelab_plugin_v1() { return &kCrash; }
