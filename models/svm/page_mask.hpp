// PageMask: a set of the 512 pages of 4 KiB in one block of 2 MiB. Every operation goes over eight
// words, whatever is in it.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace fencelab::models {

inline constexpr std::uint32_t kPageBytes = 4096;
inline constexpr std::uint32_t kPagesPerBlock = 512;  ///< VA block of UVM, chunk of xe: 2 MiB
inline constexpr std::uint32_t kPagesPerLeaf = 16;    ///< 64 KiB: what prefetchers count by
inline constexpr std::uint32_t kLeavesPerBlock = kPagesPerBlock / kPagesPerLeaf;

class PageMask {
 public:
  static constexpr std::uint32_t kWords = kPagesPerBlock / 64;

  /// Pages [first, first + count).
  static PageMask of(std::uint32_t first, std::uint32_t count) {
    PageMask mask;
    for (std::uint32_t word = first / 64; count > 0; ++word) {
      const std::uint32_t from = first % 64;
      const std::uint32_t here = count < 64 - from ? count : 64 - from;
      const std::uint64_t ones = here == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << here) - 1;
      mask.words_[word] |= ones << from;
      first += here;
      count -= here;
    }
    return mask;
  }

  bool test(std::uint32_t page) const { return (words_[page / 64] >> page % 64 & 1) != 0; }
  void set(std::uint32_t page) { words_[page / 64] |= std::uint64_t{1} << page % 64; }
  std::uint32_t count() const {
    int bits = 0;
    for (const std::uint64_t word : words_) bits += std::popcount(word);
    return static_cast<std::uint32_t>(bits);
  }
  /// How many of pages [first, first + count) are in it.
  std::uint32_t count_in(std::uint32_t first, std::uint32_t count) const {
    return (*this & of(first, count)).count();
  }
  bool any() const {
    for (const std::uint64_t word : words_)
      if (word != 0) return true;
    return false;
  }

  PageMask operator&(const PageMask& other) const {
    return combine(other, [](auto a, auto b) { return a & b; });
  }
  PageMask operator|(const PageMask& other) const {
    return combine(other, [](auto a, auto b) { return a | b; });
  }
  /// What is in this and not in `other`.
  PageMask without(const PageMask& other) const {
    return combine(other, [](auto a, auto b) { return a & ~b; });
  }
  PageMask& operator|=(const PageMask& other) { return *this = *this | other; }
  bool operator==(const PageMask&) const = default;

  /// Calls `visit(page)` for each page, lowest first.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::uint32_t i = 0; i < kWords; ++i)
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1)
        visit(i * 64 + static_cast<std::uint32_t>(std::countr_zero(word)));
  }
  const std::array<std::uint64_t, kWords>& words() const { return words_; }

 private:
  template <class Op>
  PageMask combine(const PageMask& other, Op op) const {
    PageMask result;
    for (std::uint32_t i = 0; i < kWords; ++i) result.words_[i] = op(words_[i], other.words_[i]);
    return result;
  }
  std::array<std::uint64_t, kWords> words_{};
};

}  // namespace fencelab::models
