#include <fmt/format.h>

#include <limits>
#include <utility>

#include "scenarios/load_parts.hpp"
#include "scenarios/load_values.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

constexpr std::size_t kMaxBuffers = 1'000'000;

// Lists of resources in one owner: the root or a process.
class ResourceLoader {
 public:
  ResourceLoader(LoadContext& context, Index process) : context_(context), process_(process) {}

  void load_buffer(const Node& node);
  void load_timeline(const Node& node);
  void load_lock(const Node& node);
  void load_channel(const Node& node);
  void load_swapchain(const Node& node);

 private:
  Index owner_of(const Node& node);
  NameTable& table(Resource kind, Index owner);
  Index gpu_of(const Node& node);
  void read_buffer_size(const Node& size, BufferSpec& buffer);
  void read_placement(const Node& node, BufferSpec& buffer);
  void check_userptr(const Node& node);
  void check_kind(const Node& node, const BufferSpec& buffer);
  void check_private(const Node& node, const BufferSpec& buffer);
  void append_buffers(const BufferSpec& buffer, std::uint32_t count, bool is_indexed);
  bool has_room_for(const Node& node, std::size_t count);
  void declare(Resource kind, const Node& node, Index owner, Index first, std::uint32_t count = 1);

  LoadContext& context_;
  Index process_;
};

models::MemoryKind kind_of(const Node& node, bool userptr) {
  const std::string word = node.text_or(userptr ? "anonymous" : "gem");
  for (std::size_t i = 0; i < models::kMemoryKindNames.size(); ++i)
    if (models::kMemoryKindNames[i] == word) return static_cast<models::MemoryKind>(i);
  return models::MemoryKind::gem;
}

// A list element is a name, or an object with one.
Node name_of_element(const Node& node) { return node.is_object() ? node["name"] : node; }

NameTable& ResourceLoader::table(Resource kind, Index owner) {
  ResourceNames& names = owner == kNone ? context_.globals : context_.inside[owner].resources;
  return names.of(kind);
}

// The process that owns a resource: the one around it, or the one that it names.
Index ResourceLoader::owner_of(const Node& node) {
  const Node owner = node["process"];
  if (!owner) return process_;
  if (process_ == kNone) return resolve_name(context_, context_.processes, owner, "process");
  context_.error(owner, {.code = "misplaced-member",
                         .message = "things declared inside a process belong to it",
                         .expected = "no member \"process\" here"});
  return process_;
}

Index ResourceLoader::gpu_of(const Node& node) {
  return resolve_name(context_, context_.gpus, node["gpu"], "GPU");
}

void ResourceLoader::declare(Resource kind, const Node& node, Index owner, Index first,
                             std::uint32_t count) {
  NamedThing thing{.first = first, .count = count, .pointer = node.pointer()};
  declare_name(context_, table(kind, owner), name_of_element(node), thing, name_of(kind));
}

bool ResourceLoader::has_room_for(const Node& node, std::size_t count) {
  if (context_.scenario.buffers.size() + count <= kMaxBuffers) return true;
  if (std::exchange(context_.has_too_many_buffers, true)) return false;
  context_.error(node, {.code = "too-large",
                        .message = "too many buffers in this scenario",
                        .expected = fmt::format("at most {}", kMaxBuffers)});
  return false;
}

void ResourceLoader::read_buffer_size(const Node& size, BufferSpec& buffer) {
  const std::vector<Node> ends = size["uniform"].items();
  if (size.is_text()) {
    buffer.bytes = buffer.bytes_max = read_size(context_, size, Zero::forbidden).value_or(0);
  } else if (ends.size() == 2) {
    buffer.bytes = read_size(context_, ends[0], Zero::forbidden).value_or(0);
    buffer.bytes_max = read_size(context_, ends[1], Zero::forbidden).value_or(0);
    if (buffer.bytes > buffer.bytes_max && buffer.bytes_max > 0) {
      context_.error(size["uniform"], {.code = "reversed-range",
                                       .message = "the first size is larger than the second",
                                       .expected = "the smaller size first"});
    }
  }
}

template <class Names>
std::size_t number_in(const Names& names, const std::string& word) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == word) return i;
  return 0;
}

void ResourceLoader::read_placement(const Node& node, BufferSpec& buffer) {
  buffer.priority = static_cast<std::uint32_t>(node["priority"].integer(0, 3).value_or(0));
  const Node list = node["placement"];
  for (const Node& entry : list.items()) {
    const Node where = entry.is_object() ? entry["in"] : entry;
    models::PlacementRule rule;
    rule.domain =
        static_cast<models::Domain>(number_in(models::kDomainNames, where.text_or("vram")));
    rule.use = static_cast<models::PlacementUse>(
        number_in(models::kPlacementUseNames, entry["when"].text_or("always")));
    buffer.places.push_back(rule);
  }
  if (list && !node["gpu"])
    context_.error(list, {.code = "placement-without-gpu",
                          .message = "only a buffer of a GPU has places to choose from",
                          .expected = "a member \"gpu\""});
}

void ResourceLoader::check_userptr(const Node& node) {
  if (!node["gpu"]) return;
  context_.error(node["gpu"], {.code = "userptr-with-gpu",
                               .message = "userptr memory belongs to a process, not to a GPU",
                               .expected = "no member \"gpu\" with \"userptr\": true"});
}

// Memory of a process belongs to one; neither that nor the kernel's is a buffer of a GPU.
void ResourceLoader::check_kind(const Node& node, const BufferSpec& buffer) {
  const bool is_managed = buffer.kind == models::MemoryKind::managed;
  const bool of_gpu = buffer.kind == models::MemoryKind::gem || is_managed;
  if (is_managed && context_.scenario.platform.gpus.empty() && !context_.gpus.is_incomplete())
    context_.error(node["memory"], {.code = "no-gpu",
                                    .message = "managed memory is shared with a GPU, but the "
                                               "platform has none",
                                    .expected = "a GPU in /platform/gpus"});
  if (!of_gpu && node["gpu"])
    context_.error(node["gpu"], {.code = "memory-with-gpu",
                                 .message = "this memory is no buffer of a GPU",
                                 .expected = "no member \"gpu\" with \"memory\""});
  const bool wrong = buffer.kind == models::MemoryKind::kernel || of_gpu;
  if (buffer.userptr && wrong)
    context_.error(node["memory"], {.code = "userptr-kind",
                                    .message = "userptr memory is memory of a process",
                                    .expected = "\"anonymous\" or \"file\""});
}

// The address space of a process on a GPU: both must be known.
void ResourceLoader::check_private(const Node& node, const BufferSpec& buffer) {
  const bool of_gpu = buffer.kind == models::MemoryKind::gem && !buffer.userptr;
  const std::size_t gpus = context_.scenario.platform.gpus.size();
  const bool is_known =
      buffer.gpu != kNone || gpus == 1 || node["gpu"] || context_.gpus.is_incomplete();
  const bool is_owned = buffer.process != kNone || node["process"];
  if (of_gpu && is_known && is_owned) return;
  context_.error(
      node["private"],
      {.code = "private-to-what",
       .message = !of_gpu     ? "memory of a process or of the kernel is no buffer object"
                  : !is_owned ? "a private buffer belongs to the address space of a process"
                              : "a process has an address space on each GPU",
       .expected = !of_gpu     ? "no member \"private\""
                   : !is_owned ? "a buffer declared inside a process, or \"process\""
                               : "a member \"gpu\""});
}

void ResourceLoader::append_buffers(const BufferSpec& buffer, std::uint32_t count,
                                    bool is_indexed) {
  for (std::uint32_t i = 0; i < count; ++i) {
    BufferSpec& element = context_.scenario.buffers.emplace_back(buffer);
    if (is_indexed) element.name = fmt::format("{}.{}", buffer.name, i);
  }
}

void ResourceLoader::load_buffer(const Node& node) {
  BufferSpec buffer;
  buffer.name = node["name"].text_or("");
  read_buffer_size(node["size"], buffer);
  buffer.gpu = gpu_of(node);
  buffer.allocated = node["allocated"].flag_or(true);
  buffer.userptr = node["userptr"].flag_or(false);
  buffer.kind = kind_of(node["memory"], buffer.userptr);
  read_placement(node, buffer);
  buffer.process = owner_of(node);
  buffer.vm_private = node["private"].flag_or(false);
  buffer.place = context_.place_of(node);
  if (buffer.vm_private) check_private(node, buffer);
  if (buffer.userptr) check_userptr(node);
  if (node["memory"]) check_kind(node, buffer);
  const bool needs_gpu = buffer.kind == models::MemoryKind::managed && !node["gpu"];
  if (needs_gpu && !context_.scenario.platform.gpus.empty()) buffer.gpu = 0;
  const std::int64_t count = node["count"].integer(1, kMaxBuffers).value_or(1);
  const auto first = static_cast<Index>(context_.scenario.buffers.size());
  const bool fits = has_room_for(node, static_cast<std::size_t>(count));
  NamedThing thing{
      .first = first, .count = static_cast<std::uint32_t>(count), .pointer = node.pointer()};
  thing.is_broken = !fits || context_.sink.has_error_under(node.pointer());
  declare_name(context_, table(Resource::buffer, buffer.process), node["name"], thing, "buffer");
  if (fits) append_buffers(buffer, thing.count, count > 1);
}

void ResourceLoader::load_timeline(const Node& node) {
  TimelineSpec timeline;
  timeline.name = name_of_element(node).text_or("");
  const auto initial = node["initial"].integer(0, std::numeric_limits<std::int64_t>::max());
  timeline.initial = static_cast<std::uint64_t>(initial.value_or(0));
  timeline.process = owner_of(node);
  timeline.place = context_.place_of(node);
  declare(Resource::timeline, node, timeline.process,
          static_cast<Index>(context_.scenario.timelines.size()));
  context_.scenario.timelines.push_back(std::move(timeline));
}

void ResourceLoader::load_lock(const Node& node) {
  const Index owner = owner_of(node);
  declare(Resource::lock, node, owner, static_cast<Index>(context_.scenario.locks.size()));
  context_.scenario.locks.push_back(
      {.name = name_of_element(node).text_or(""),
       .readers_first = node.is_object() && node["readers_first"].flag_or(false),
       .process = owner,
       .place = context_.place_of(node)});
}

void ResourceLoader::load_channel(const Node& node) {
  const Index owner = owner_of(node);
  declare(Resource::channel, node, owner, static_cast<Index>(context_.scenario.channels.size()));
  context_.scenario.channels.push_back(
      {name_of_element(node).text_or(""), owner, context_.place_of(node)});
}

void ResourceLoader::load_swapchain(const Node& node) {
  constexpr std::int64_t kMaxImages = 64;
  const Index owner = owner_of(node);
  const auto images = node["images"].integer(1, kMaxImages);
  const auto count = static_cast<std::uint32_t>(images.value_or(1));
  BufferSpec image;
  image.name = node["name"].text_or("");
  image.bytes = image.bytes_max = read_size(context_, node["size"], Zero::forbidden).value_or(0);
  image.gpu = gpu_of(node);
  image.process = owner;
  image.place = context_.place_of(node);
  if (context_.scenario.platform.gpus.empty() && !context_.gpus.is_incomplete())
    context_.error(node, {.code = "no-gpu",
                          .message = "frames are handed over as a GPU's driver does it, but the "
                                     "platform has none",
                          .expected = "a GPU in /platform/gpus"});
  SwapchainSpec chain{.name = image.name, .images = {}, .process = owner, .place = image.place};
  if (node["mode"].text() == "mailbox") chain.mode = SwapchainSpec::Mode::mailbox;
  if (node["protocol"].text() == "syncobj") chain.protocol = SwapchainSpec::Protocol::syncobj;
  if (node["release_timeline"].text() == "shared")
    chain.release_timeline = SwapchainSpec::ReleaseTimeline::shared;
  if (const Node timeline = node["release_timeline"];
      timeline && chain.protocol != SwapchainSpec::Protocol::syncobj)
    context_.error(timeline, {.code = "out-of-place",
                              .message = "only the protocol \"syncobj\" has release points",
                              .expected = "\"protocol\": \"syncobj\" beside it"});
  const auto first = static_cast<Index>(context_.scenario.buffers.size());
  const bool fits = has_room_for(node, count);
  for (std::uint32_t i = 0; fits && i < count; ++i) chain.images.push_back(first + i);
  if (fits) append_buffers(image, count, true);
  NamedThing elements{.first = first,
                      .count = count,
                      .is_indexed = true,
                      .is_broken = !fits || context_.sink.has_error_under(node.pointer()),
                      .pointer = node.pointer(),
                      .is_used = true};
  declare_name(context_, table(Resource::buffer, owner), node["name"], elements, "buffer");
  declare(Resource::swapchain, node, owner,
          static_cast<Index>(context_.scenario.swapchains.size()));
  context_.scenario.swapchains.push_back(std::move(chain));
}

}  // namespace

void load_resources(LoadContext& context, const Node& owner, Index process) {
  ResourceLoader loader(context, process);
  ResourceNames& names = process == kNone ? context.globals : context.inside[process].resources;
  const auto listed = [&](Resource kind, const char* member) {
    return declarations(names.of(kind), owner[member]);
  };
  for (const Node& node : listed(Resource::buffer, "buffers")) loader.load_buffer(node);
  for (const Node& node : listed(Resource::timeline, "timelines")) loader.load_timeline(node);
  for (const Node& node : listed(Resource::lock, "locks")) loader.load_lock(node);
  for (const Node& node : listed(Resource::channel, "channels")) loader.load_channel(node);
  for (const Node& node : listed(Resource::swapchain, "swapchains")) loader.load_swapchain(node);
}

}  // namespace fencelab::scenarios
