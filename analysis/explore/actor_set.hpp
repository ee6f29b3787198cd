// A set of actors. Explorations are of small systems: a fixed number of words.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace fencelab::analysis {

class ActorSet {
 public:
  static constexpr std::uint32_t kCapacity = 256;

  void insert(std::uint32_t actor) { word(actor) |= bit(actor); }
  void erase(std::uint32_t actor) { word(actor) &= ~bit(actor); }
  bool contains(std::uint32_t actor) const { return words_[actor / 64] & bit(actor); }
  bool empty() const { return (words_[0] | words_[1] | words_[2] | words_[3]) == 0; }
  std::uint32_t size() const {
    int count = 0;
    for (const std::uint64_t word : words_) count += std::popcount(word);
    return static_cast<std::uint32_t>(count);
  }
  /// The smallest member; kCapacity if empty.
  std::uint32_t first() const {
    for (std::uint32_t i = 0; i < words_.size(); ++i)
      if (words_[i]) return i * 64 + static_cast<std::uint32_t>(std::countr_zero(words_[i]));
    return kCapacity;
  }
  ActorSet& operator|=(const ActorSet& other) {
    words_[0] |= other.words_[0], words_[1] |= other.words_[1];
    words_[2] |= other.words_[2], words_[3] |= other.words_[3];
    return *this;
  }
  ActorSet& operator&=(const ActorSet& other) {
    words_[0] &= other.words_[0], words_[1] &= other.words_[1];
    words_[2] &= other.words_[2], words_[3] &= other.words_[3];
    return *this;
  }
  ActorSet& operator-=(const ActorSet& other) {
    words_[0] &= ~other.words_[0], words_[1] &= ~other.words_[1];
    words_[2] &= ~other.words_[2], words_[3] &= ~other.words_[3];
    return *this;
  }
  friend ActorSet operator|(ActorSet a, const ActorSet& b) { return a |= b; }
  friend ActorSet operator&(ActorSet a, const ActorSet& b) { return a &= b; }
  friend ActorSet operator-(ActorSet a, const ActorSet& b) { return a -= b; }
  friend bool operator==(const ActorSet&, const ActorSet&) = default;

 private:
  static std::uint64_t bit(std::uint32_t actor) { return std::uint64_t{1} << (actor % 64); }
  std::uint64_t& word(std::uint32_t actor) { return words_[actor / 64]; }
  // Sets are combined at every step: word by word, as loops over so few would cost more than they
  // do.
  static_assert(kCapacity == 4 * 64);
  std::array<std::uint64_t, kCapacity / 64> words_{};
};

}  // namespace fencelab::analysis
