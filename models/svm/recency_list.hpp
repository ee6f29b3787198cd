// RecencyList: units by how long ago they were used, for any number of them: 8 bytes each, and
// moving one to the end is a few stores.
#pragma once

#include <cstdint>
#include <vector>

namespace fencelab::models {

class RecencyList {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  /// For units 0 to `units` - 1, none of them in the list.
  void resize(std::uint32_t units) {
    links_.assign(std::size_t{units} + 1, {kNone, kNone});
    end_ = units;
    links_[end_] = {end_, end_};
  }
  bool contains(std::uint32_t unit) const { return links_[unit].next != kNone; }
  /// The one used longest ago; kNone if there is none.
  std::uint32_t oldest() const { return links_[end_].next == end_ ? kNone : links_[end_].next; }
  /// The next younger one; kNone after the youngest.
  std::uint32_t after(std::uint32_t unit) const {
    return links_[unit].next == end_ ? kNone : links_[unit].next;
  }
  /// Youngest from now on; adds it if it is not there.
  void renew(std::uint32_t unit) {
    if (contains(unit)) remove(unit);
    Link& end = links_[end_];
    links_[unit] = {end.previous, end_};
    links_[end.previous].next = unit;
    end.previous = unit;
  }
  void remove(std::uint32_t unit) {
    Link& link = links_[unit];
    links_[link.previous].next = link.next;
    links_[link.next].previous = link.previous;
    link = {kNone, kNone};
  }
  std::size_t bytes() const { return links_.capacity() * sizeof(Link); }

 private:
  struct Link {
    std::uint32_t previous, next;
  };
  std::vector<Link> links_;
  std::uint32_t end_ = 0;
};

}  // namespace fencelab::models
