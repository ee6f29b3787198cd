#include "models/vm/va_map.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "models/memory/buffer.hpp"

namespace fencelab::models {

namespace {

/// Whether both map the same bytes wherever both map anything.
bool same_layout(const Mapping& a, const Mapping& b) {
  return a.buffer == b.buffer && a.offset - a.address == b.offset - b.address;
}

/// The part of `mapping` from `begin` to `end`, addresses within it.
Mapping part(const Mapping& mapping, std::uint64_t begin, std::uint64_t end) {
  return {begin, end - begin, mapping.buffer, mapping.offset + (begin - mapping.address)};
}

}  // namespace

void VaMap::plan_cut(std::uint64_t address, std::uint64_t end, const Mapping* wanted,
                     std::vector<Unmapped>& into) const {
  auto it = mappings_.upper_bound(address);
  if (it != mappings_.begin()) --it;
  for (; it != mappings_.end() && it->first < end; ++it) {
    const Mapping& there = it->second;
    if (there.end() <= address) continue;
    Unmapped cut{there, std::nullopt, std::nullopt, wanted && same_layout(there, *wanted)};
    if (there.address < address) cut.previous = part(there, there.address, address);
    if (there.end() > end) cut.next = part(there, end, there.end());
    into.push_back(cut);
  }
}

VaChange VaMap::plan_map(const Mapping& wanted) const {
  FENCELAB_ASSERT(wanted.bytes > 0 && wanted.buffer, "a mapping of nothing at {}", wanted.address);
  VaChange change;
  plan_cut(wanted.address, wanted.end(), &wanted, change.unmaps);
  change.map = wanted;
  return change;
}

VaChange VaMap::plan_unmap(std::uint64_t address, std::uint64_t bytes) const {
  VaChange change;
  plan_cut(address, address + bytes, nullptr, change.unmaps);
  return change;
}

void VaMap::insert(const Mapping& mapping) {
  mappings_.emplace(mapping.address, mapping);
  of_buffer_[mapping.buffer->index()].insert(mapping.address);
}

void VaMap::erase(const Mapping& mapping) {
  const auto known = of_buffer_.find(mapping.buffer->index());
  known->second.erase(mapping.address);
  if (known->second.empty()) of_buffer_.erase(known);
  mappings_.erase(mapping.address);
}

void VaMap::apply(const VaChange& change) {
  for (const Unmapped& cut : change.unmaps) {
    const Mapping* const there = find(cut.mapping.address);
    FENCELAB_ASSERT(there && *there == cut.mapping, "a stale change at {}", cut.mapping.address);
    erase(cut.mapping);
    if (cut.previous) insert(*cut.previous);
    if (cut.next) insert(*cut.next);
  }
  if (change.map) insert(*change.map);
}

const Mapping* VaMap::find(std::uint64_t address) const {
  auto it = mappings_.upper_bound(address);
  if (it == mappings_.begin()) return nullptr;
  --it;
  return address < it->second.end() ? &it->second : nullptr;
}

bool VaMap::maps(const Buffer& buffer) const { return of_buffer_.contains(buffer.index()); }

std::vector<Mapping> VaMap::mappings_of(const Buffer& buffer) const {
  std::vector<Mapping> found;
  const auto known = of_buffer_.find(buffer.index());
  if (known == of_buffer_.end()) return found;
  for (const std::uint64_t address : known->second) found.push_back(mappings_.at(address));
  return found;
}

bool VaMap::covers(const Buffer& buffer, std::uint64_t begin, std::uint64_t end) const {
  std::vector<Mapping> found = mappings_of(buffer);
  std::sort(found.begin(), found.end(),
            [](const Mapping& a, const Mapping& b) { return a.offset < b.offset; });
  for (const Mapping& mapping : found) {
    if (mapping.offset > begin) break;
    begin = std::max(begin, mapping.offset + mapping.bytes);
  }
  return begin >= end;
}

void VaMap::clear() {
  mappings_.clear();
  of_buffer_.clear();
}

}  // namespace fencelab::models
