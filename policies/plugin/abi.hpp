// Of which compiler and library a binary is, and how large what crosses the border of a plug-in is
// in it.
#pragma once

#include <cstdint>

#include "core/fence.hpp"
#include "core/simulation.hpp"
#include "models/client.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/job.hpp"
#include "models/memory/buffer.hpp"
#include "models/winsys/swapchain.hpp"
#include "policies/plugin/metric.hpp"
#include "policies/registry.hpp"

#define FENCELAB_TEXT_OF_(x) #x
#define FENCELAB_TEXT_OF(x) FENCELAB_TEXT_OF_(x)

#if defined(__x86_64__)
#define FENCELAB_MACHINE "x86_64"
#elif defined(__aarch64__)
#define FENCELAB_MACHINE "aarch64"
#else
#define FENCELAB_MACHINE "other"
#endif

#if defined(_GLIBCXX_DEBUG)
#define FENCELAB_LIBRARY_MODE " _GLIBCXX_DEBUG"
#else
#define FENCELAB_LIBRARY_MODE ""
#endif

namespace fencelab::plugin {

/// Machine and standard library. Classes of another cannot be used at all.
#if defined(_LIBCPP_VERSION)
inline constexpr const char* kLibraryAbi =
    FENCELAB_MACHINE " libc++ " FENCELAB_TEXT_OF(_LIBCPP_ABI_VERSION);
#else
inline constexpr const char* kLibraryAbi = FENCELAB_MACHINE
    " libstdc++ cxx11-abi=" FENCELAB_TEXT_OF(_GLIBCXX_USE_CXX11_ABI) FENCELAB_LIBRARY_MODE;
#endif

/// The compiler, with the part of its version that decides how it lays out coroutine frames.
#if defined(__clang__)
inline constexpr const char* kCompilerAbi = "clang " FENCELAB_TEXT_OF(__clang_major__);
#else
inline constexpr const char* kCompilerAbi = "g++ " FENCELAB_TEXT_OF(__GNUC__);
#endif

/// FNV-1a over sizes, in this order.
template <class... Types>
constexpr std::uint64_t layout_of() {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const std::uint64_t size :
       {std::uint64_t{sizeof(Types)}..., std::uint64_t{alignof(Types)}...})
    hash = (hash ^ size) * 0x100000001b3;
  return hash;
}

/// Differs where a plug-in was compiled with other headers than the program, even of one version.
inline constexpr std::uint64_t kLayout =
    layout_of<core::Simulation, core::ProbeEvent, core::Probe, core::DmaFence,
              models::DriverPolicies, models::AllocRequest, models::Job, models::Access,
              models::Buffer, models::Client, models::Engine, models::SwapImage, policies::RunState,
              policies::ParameterValues, policies::Parameter, policies::PolicyInfo, MetricInfo,
              // Each kind of event has a number.
              char[static_cast<std::size_t>(core::ProbeKind::count_)]>();

}  // namespace fencelab::plugin
