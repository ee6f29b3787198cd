// How much of a random sample a test takes.
#pragma once

#include <cstdint>

namespace fencelab::tests {

/// Whether each step costs many times as much as in other builds.
inline constexpr bool kSanitized =
#if defined(__SANITIZE_ADDRESS__)
    true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
    true;
#else
    false;
#endif
#else
    false;
#endif

/// Of `all` random cases those that are tried: a tenth under sanitizers, which look for other
/// things than the test and find them in any case.
constexpr std::uint64_t sample(std::uint64_t all) { return kSanitized ? all / 10 : all; }

}  // namespace fencelab::tests
