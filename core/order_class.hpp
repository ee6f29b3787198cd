// Order classes: what a lock, a fence or a section is for, not which one it is. An ordering graph
// has one node per class, as lockdep has one per place of initialisation: coarser classes connect
// what has nothing to do with each other (the lesson of cross-release, removed in Linux 4.15),
// finer ones see nothing that has not happened.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fencelab::core {

/// What a class is made of. The numbers are in signatures of baselines: append only.
enum class OrderKind : std::uint8_t {
  lock,        ///< mutex or reader-writer lock
  ww_lock,     ///< ww_mutex; its class is the ww class
  fence,       ///< kernel-bounded dma_fence: role and device
  value,       ///< unbounded: a user fence, or a fence that user space signals
  completion,  ///< one-shot event that a process brings about
  reclaim,     ///< getting memory from others: direct reclaim, or eviction from one pool
  notifier,    ///< MMU notifier, invalidate_range_start
  work,        ///< a kind of work item
  queue,       ///< a work queue; if ordered, its items wait for each other
};

inline constexpr std::string_view kOrderKindNames[] = {"lock",     "ww_mutex",   "dma_fence",
                                                       "value",    "completion", "reclaim",
                                                       "notifier", "work",       "workqueue"};
constexpr std::string_view to_string(OrderKind kind) {
  return kOrderKindNames[static_cast<std::size_t>(kind)];
}

/// A class of one run: dense, from 1 in order of first mention. 0: the object takes part in no
/// order.
enum class OrderClassId : std::uint32_t {};
inline constexpr OrderClassId kNoOrderClass{0};
/// Of a container of fences: the classes are those of its members.
inline constexpr OrderClassId kOrderOfMembers{~std::uint32_t{0}};
constexpr bool is_class(OrderClassId id) { return id != kNoOrderClass && id != kOrderOfMembers; }
constexpr std::uint32_t raw(OrderClassId id) { return static_cast<std::uint32_t>(id); }

/// The classes of one run.
class OrderClasses {
 public:
  struct Info {
    OrderKind kind{};
    std::string name;
  };

  /// The class of that kind and name; the same one each time.
  OrderClassId intern(OrderKind kind, std::string_view name) {
    const auto known = ids_.find(std::pair<OrderKind, std::string_view>(kind, name));
    if (known != ids_.end()) return known->second;
    infos_.push_back({kind, std::string(name)});
    const OrderClassId id{static_cast<std::uint32_t>(infos_.size())};
    ids_.emplace(std::pair<OrderKind, std::string>(kind, name), id);
    return id;
  }
  const Info& at(OrderClassId id) const { return infos_.at(raw(id) - 1); }
  std::size_t size() const { return infos_.size(); }

 private:
  struct Less {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return a.first != b.first ? a.first < b.first
                                : std::string_view(a.second) < std::string_view(b.second);
    }
  };
  std::vector<Info> infos_;
  std::map<std::pair<OrderKind, std::string>, OrderClassId, Less> ids_;
};

}  // namespace fencelab::core
