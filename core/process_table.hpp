// The process records of a run: slots that never move, found by number without a table of pointers
// to each, and a list of those in use in order of creation.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/process.hpp"

namespace fencelab::core {

class ProcessTable {
 public:
  /// A record, reset but for its slot and generation. Appended to the list.
  Process& take();
  /// Gives back a record that nobody refers to any more.
  void recycle(Process& process);
  /// Gives back all of them, for another run: slots and generations begin anew.
  void clear();

  Process& at(std::uint32_t slot) { return chunks_[slot / kChunk][slot % kChunk]; }
  Process* first() const { return first_; }
  Process* last() const { return last_; }

 private:
  /// Small enough that a run with three processes stays small.
  static constexpr std::uint32_t kChunk = 64;
  std::vector<std::unique_ptr<Process[]>> chunks_;
  std::vector<Process*> free_;
  std::uint32_t used_ = 0;  ///< slots ever handed out
  Process* first_ = nullptr;
  Process* last_ = nullptr;
};

/// The records of a run in order of creation, for range-for.
class ProcessRange {
 public:
  class Iterator {
   public:
    explicit Iterator(Process* process) : process_(process) {}
    Process& operator*() const { return *process_; }
    Iterator& operator++() {
      process_ = process_->next;
      return *this;
    }
    friend bool operator==(Iterator, Iterator) = default;

   private:
    Process* process_;
  };
  explicit ProcessRange(Process* first) : first_(first) {}
  Iterator begin() const { return Iterator(first_); }
  Iterator end() const { return Iterator(nullptr); }
  bool empty() const { return first_ == nullptr; }
  Process& front() const { return *first_; }

 private:
  Process* first_;
};

}  // namespace fencelab::core
