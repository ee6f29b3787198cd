// Accesses of jobs: which bytes of which buffer, swapchain image or received buffer.
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/load_operations.hpp"
#include "scenarios/load_values.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

constexpr std::size_t kMaxAccesses = 4'000'000;

// The schema knows the words, and that only declared accesses have these members.
models::Stall stall_of(const std::string& word) {
  if (word == "none") return models::Stall::none;
  if (word == "writers") return models::Stall::writers;
  return word == "all" ? models::Stall::all : models::Stall::by_access;
}

models::Publish publish_of(const std::string& word) {
  if (word == "none") return models::Publish::none;
  if (word == "reader") return models::Publish::reader;
  return word == "writer" ? models::Publish::writer : models::Publish::by_access;
}

}  // namespace

void OperationLoader::read_accesses(const Node& list, bool write,
                                    std::vector<AccessSpec>& accesses) {
  for (const Node& node : list.items()) read_access(node, write, accesses);
}

// Only pages of managed memory are touched one by one.
models::PagePattern OperationLoader::read_pattern(const Node& node, Index buffer) {
  using Kind = models::PagePattern::Kind;
  models::PagePattern pattern;
  if (!node) return pattern;
  const std::string word = node["pattern"].text_or("");
  if (word == "random") pattern.kind = Kind::random;
  if (word == "strided") pattern.kind = Kind::strided;
  pattern.touches =
      static_cast<std::uint64_t>(node["touches"].integer(1, 1'000'000'000).value_or(0));
  pattern.stride = read_size(context_, node["stride"], Zero::forbidden).value_or(64 << 10);
  pattern.in_flight =
      static_cast<std::uint32_t>(node["in_flight"].integer(1, 1'000'000).value_or(64));
  const bool is_managed =
      buffer != kNone && context_.scenario.buffers[buffer].kind == models::MemoryKind::managed;
  if (!is_managed)
    context_.error(node, {.code = "wrong-kind",
                          .message = "only pages of managed memory are touched one by one",
                          .expected = "a buffer with \"memory\": \"managed\""});
  if (node["stride"] && pattern.kind != Kind::strided)
    context_.error(node["stride"], {.code = "out-of-place",
                                    .message = "only strided touches have a stride",
                                    .expected = "\"pattern\": \"strided\" beside it"});
  return pattern;
}

void OperationLoader::read_access(const Node& node, bool write, std::vector<AccessSpec>& accesses) {
  const Node name = node.is_object() ? node["buffer"] : node;
  AccessSpec access;
  access.write = write;
  access.offset = read_size(context_, node["offset"], Zero::allowed).value_or(0);
  access.bytes = read_size(context_, node["bytes"], Zero::forbidden).value_or(0);
  access.stall = stall_of(node["stall"].text_or(""));
  access.publish = publish_of(node["publish"].text_or(""));
  const std::string text = name.text_or("");
  if (text.starts_with('@') || text.starts_with('#')) return add_held(name, text, access, accesses);
  if (!name.is_text()) return;
  const auto buffers = resolve_resources(context_, Resource::buffer, process_, name, text);
  const std::size_t before = context_.accesses;
  context_.accesses += buffers.size();
  if (context_.accesses > kMaxAccesses) {
    if (before > kMaxAccesses) return;
    return context_.error(name, {.code = "too-large",
                                 .message = "too many accesses in this scenario",
                                 .expected = fmt::format("at most {}", kMaxAccesses)});
  }
  access.pattern = read_pattern(node["pages"], buffers.empty() ? kNone : buffers.front());
  for (const Index buffer : buffers) {
    access.buffer = buffer;
    accesses.push_back(access);
    note_use(name, buffer);
  }
  if (!buffers.empty()) check_range(node, access, context_.scenario.buffers[buffers.front()].bytes);
}

// `@chain` or `#channel`: something that the thread holds when the job is submitted.
void OperationLoader::add_held(const Node& node, const std::string& text, AccessSpec access,
                               std::vector<AccessSpec>& accesses) {
  const std::string name = text.substr(1);
  const bool is_chain = text.front() == '@';
  const Resource kind = is_chain ? Resource::swapchain : Resource::channel;
  const auto found = resolve_resources(context_, kind, process_, node, name);
  if (found.empty()) return;
  (is_chain ? access.swapchain : access.channel) = found.front();
  accesses.push_back(access);
  const Held& held = is_chain ? chains_ : channels_;
  if (!held.contains(name)) {
    context_.error(node, {.code = is_chain ? "image-not-held" : "message-not-held",
                          .message = fmt::format("this thread never {} {}",
                                                 is_chain ? "takes an image of" : "receives from",
                                                 quote(name)),
                          .expected = is_chain ? "an acquire or latch of it in the same thread"
                                               : "a receive of it in the same thread"});
  }
  if (!is_chain) return;
  const SwapchainSpec& chain = context_.scenario.swapchains[found.front()];
  if (!chain.images.empty()) {
    check_range(node, access, context_.scenario.buffers[chain.images.front()].bytes);
  }
}

void OperationLoader::check_range(const Node& node, const AccessSpec& access, std::uint64_t size) {
  if (size == 0) return;  // its declaration is wrong, which has been reported
  const bool is_inside = access.offset < size && access.bytes <= size - access.offset;
  if (is_inside) return;
  const std::uint64_t end = access.offset + access.bytes;
  context_.error(
      node, {.code = "out-of-range",
             .message = access.bytes == 0
                            ? fmt::format("byte {} is beyond the end of the buffer", access.offset)
                            : fmt::format("bytes {} to {} are not all in the buffer", access.offset,
                                          end - 1),
             .expected = fmt::format("bytes 0 to {}", size - 1)});
}

// Userptr memory belongs to one process, hence a global one to the first that uses it.
void OperationLoader::note_use(const Node& node, Index buffer) {
  if (buffer == kNone) return;
  const BufferSpec& spec = context_.scenario.buffers[buffer];
  if (!spec.userptr || spec.process != kNone) return;
  context_.userptr_users.resize(context_.scenario.buffers.size(), kNone);
  Index& user = context_.userptr_users[buffer];
  const bool is_shared = user != kNone && user != process_;
  const bool is_cloned = user == kNone && context_.scenario.processes[process_].count > 1;
  if (user == kNone) user = process_;
  if (!is_shared && !is_cloned) return;
  context_.error(node, {.code = "shared-userptr",
                        .message = fmt::format("userptr memory {} is used by several processes",
                                               quote(spec.name)),
                        .expected = "one process, or a buffer declared inside the process"});
}

}  // namespace fencelab::scenarios
