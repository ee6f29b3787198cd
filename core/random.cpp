#include "core/random.hpp"

#include "core/assert.hpp"

namespace fencelab::core {

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
  constexpr std::uint64_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
  constexpr std::uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = kMultiplier0 * counter[0];
    const std::uint64_t product1 = kMultiplier1 * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

namespace {

constexpr std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xBF58476D1CE4E5B9ull;
  x ^= x >> 27;
  x *= 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

}  // namespace

std::uint64_t Random::bits(RandomKey key, std::uint32_t index) const {
  // Process and operation are folded to 64 bits, the iteration and the index stay a true counter.
  const std::uint64_t who = mix(key.process * 0x9E3779B97F4A7C15ull + mix(key.operation));
  const auto block = philox4x32(
      {static_cast<std::uint32_t>(key.iteration), static_cast<std::uint32_t>(key.iteration >> 32),
       static_cast<std::uint32_t>(who), static_cast<std::uint32_t>(who >> 32) ^ index},
      {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)});
  return (static_cast<std::uint64_t>(block[0]) << 32) | block[1];
}

std::int64_t Random::uniform(RandomKey key, std::int64_t low, std::int64_t high,
                             std::uint32_t index) const {
  FENCELAB_ASSERT(low <= high, "low={} high={}", low, high);
  const auto span = static_cast<unsigned __int128>(static_cast<std::uint64_t>(high) -
                                                   static_cast<std::uint64_t>(low)) +
                    1;
  const auto scaled = static_cast<std::uint64_t>((span * bits(key, index)) >> 64);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + scaled);
}

}  // namespace fencelab::core
