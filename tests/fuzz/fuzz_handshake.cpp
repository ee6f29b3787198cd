// Any handshake of a plug-in: it is read, or refused with a reason, and what was read can be
// printed. Pointers are null or lead to what they may lead to; a wrong one kills the process that
// tries first, and no other (campaign/plugins/plugins.hpp).
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "campaign/plugins/read_handshake.hpp"
#include "policies/plugin/abi.hpp"

using namespace fencelab;

namespace {

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  std::uint8_t byte() { return size_ == 0 ? 0 : (--size_, *data_++); }
  std::uint32_t word() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | byte();
    return value;
  }
  /// Mostly a small number, sometimes one that no list has.
  std::uint32_t number(std::uint32_t most) {
    const std::uint8_t kind = byte();
    return kind == 0xff ? word() | 0x8000'0000 : kind % (most + 1);
  }
  /// Mostly what is right, sometimes any.
  std::uint32_t mostly(std::uint32_t right) { return byte() < 0xf0 ? right : word(); }
  const char* text(const char* usual) {
    static const char* const kWords[] = {"flip", "hang", "sync", "acme", "ns", "a-b_1", "", "X"};
    const std::uint8_t kind = byte();
    if (kind < 0xb0) return usual;
    if (kind == 0xff) return nullptr;
    if (kind > 0xe0) return kWords[kind % 8];
    std::string& made = texts_.emplace_back();
    for (std::uint8_t left = byte() % 32; left > 0; --left) made += static_cast<char>(byte());
    return made.c_str();
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::deque<std::string> texts_;
};

constexpr std::uint32_t kMost = 3;

/// Entries that there are: as many as a count in range may say.
template <class Entry, class Fill>
const Entry* entries(std::deque<std::vector<Entry>>& keep, Bytes& bytes, Fill fill) {
  if (bytes.byte() == 0xff) return nullptr;
  std::vector<Entry>& list = keep.emplace_back(kMost);
  for (Entry& entry : list) fill(entry);
  list.front().size = bytes.mostly(sizeof(Entry));
  // A larger step would lead behind the list, as one of a plug-in that lies does.
  list.front().size = std::min<std::uint32_t>(list.front().size, sizeof(Entry));
  return list.data();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  std::deque<std::vector<plugin::ParameterEntry>> parameters;
  std::deque<std::vector<plugin::PolicyEntry>> policies;
  std::deque<std::vector<plugin::MetricColumnEntry>> columns;
  std::deque<std::vector<plugin::MetricEntry>> metrics;
  static const char* const kWords[kMost] = {"a", "b", nullptr};
  plugin::Handshake of;
  of.size = bytes.mostly(sizeof of);
  of.magic = bytes.mostly(plugin::kMagic);
  of.abi_version = bytes.mostly(plugin::kAbiVersion);
  of.features = bytes.number(plugin::kFeaturesKnown);
  of.layout = bytes.mostly(0) == 0 ? plugin::kLayout : 0;
  of.library_abi = bytes.text(plugin::kLibraryAbi);
  of.compiler_abi = bytes.text(plugin::kCompilerAbi);
  of.built_against = bytes.text("0.1.0");
  of.name = bytes.text("acme");
  of.version = bytes.text("1.0");
  const auto fill_parameter = [&](plugin::ParameterEntry& entry) {
    entry.kind = bytes.number(5);
    entry.name = bytes.text("margin");
    entry.default_value = bytes.number(9);
    entry.min = bytes.number(9);
    entry.max = bytes.number(9);
    entry.meaning = bytes.text("meaning");
    entry.source = bytes.text("source");
    entry.word_count = std::min(bytes.number(kMost), kMost);
    entry.words = bytes.byte() == 0xff ? nullptr : kWords;
  };
  of.policy_count = bytes.number(kMost);
  of.policies = entries(policies, bytes, [&](plugin::PolicyEntry& entry) {
    entry.axis = bytes.text("flip");
    entry.name = bytes.text("mine");
    entry.summary = bytes.text("summary");
    entry.source = bytes.text("source");
    entry.parameter_count = bytes.number(kMost);
    entry.parameters = entries(parameters, bytes, fill_parameter);
    if (bytes.byte() != 0xff) entry.make = [](auto, auto&, auto&, auto&) { std::abort(); };
  });
  of.metric_count = bytes.number(kMost);
  of.metrics = entries(metrics, bytes, [&](plugin::MetricEntry& entry) {
    entry.column_count = bytes.number(kMost);
    entry.columns = entries(columns, bytes, [&](plugin::MetricColumnEntry& column) {
      column.better = bytes.number(3);
      column.name = bytes.text("x_ns");
      column.unit = bytes.text("ns");
      column.meaning = bytes.text("meaning");
    });
    if (bytes.byte() != 0xff)
      entry.make = [](auto, auto&) -> std::unique_ptr<plugin::Metric> { std::abort(); };
  });
  const campaign::PluginContents contents = campaign::read_handshake(&of);
  const auto is_printable = [](const std::string& text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  };
  if (!contents.error.empty()) return is_printable(contents.error) ? 0 : (std::abort(), 1);
  if (contents.policies.empty() && contents.metrics.empty()) std::abort();
  for (const policies::PolicyInfo& policy : contents.policies)
    if (policy.name.empty() || !is_printable(policy.name + policy.summary + policy.source))
      std::abort();
  return 0;
}
