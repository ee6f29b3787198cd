// Binds: what is mapped where in an address space.
#include <fmt/format.h>

#include <charconv>

#include "models/vm/page_tables.hpp"
#include "scenarios/load_operations.hpp"
#include "scenarios/load_values.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

constexpr std::uint64_t kPage = models::PageTables::kPageBytes;
/// What the root table spans: 512 entries of 512 GiB.
constexpr std::uint64_t kAddresses = models::PageTables::span(models::PageTables::kLevels);

void check_page(LoadContext& context, const Node& node, std::uint64_t value) {
  if (value % kPage == 0) return;
  context.error(node, {.code = "misaligned",
                       .message = "page tables map whole pages",
                       .expected = "a multiple of 4 KiB"});
}

/// The schema lets only hexadecimal numbers of 64 bits through.
std::optional<std::uint64_t> read_address(LoadContext& context, const Node& node,
                                          std::uint64_t bytes) {
  const auto text = node.text();
  if (!text || context.sink.has_error_under(node.pointer())) return std::nullopt;
  std::uint64_t address = 0;
  std::from_chars(text->data() + 2, text->data() + text->size(), address, 16);
  check_page(context, node, address);
  if (address >= kAddresses || bytes > kAddresses - address)
    context.error(node, {.code = "out-of-range",
                         .message = "this is beyond the end of the address space",
                         .expected = "addresses below 0x1000000000000"});
  return address;
}

}  // namespace

BindOp OperationLoader::bind_of(const Node& body) {
  BindOp op;
  op.context = context_of(body);
  op.buffer = resource(Resource::buffer, body["buffer"]);
  note_use(body["buffer"], op.buffer);
  op.offset = read_size(context_, body["offset"], Zero::allowed).value_or(0);
  op.bytes = read_size(context_, body["bytes"], Zero::forbidden).value_or(0);
  check_page(context_, body["offset"], op.offset);
  check_page(context_, body["bytes"], op.bytes);
  std::uint64_t bytes = op.bytes;
  if (op.buffer != kNone) {
    const std::uint64_t size = context_.scenario.buffers[op.buffer].bytes;
    // The last page may be only partly used.
    AccessSpec part{.offset = op.offset, .bytes = op.bytes};
    check_range(body[op.bytes > 0 ? "bytes" : "offset"], part, (size + kPage - 1) / kPage * kPage);
    if (bytes == 0 && op.offset < size) bytes = size - op.offset;
  }
  if (const Node at = body["at"]) op.address = read_address(context_, at, bytes);
  op.queue = body["queue"].text_or("");
  op.sync = body["sync"].flag_or(false);
  op.after = read_ids(body["after"], completing(), "waited for");
  op.wait_values = read_values(body["wait_values"]);
  return op;
}

OperationLoader::What OperationLoader::read_bind(const Node& body) { return bind_of(body); }

OperationLoader::What OperationLoader::read_unbind(const Node& body) {
  BindOp op = bind_of(body);
  op.unbind = true;
  return op;
}

// drm_gem_prime_handle_to_fd() of drivers with private objects refuses to export them (xe:
// xe_gem_prime_export(), -EPERM).
void OperationLoader::check_private(const Node& node, Index buffer, const char* doing) {
  if (buffer == kNone || !context_.scenario.buffers[buffer].vm_private) return;
  context_.error(node,
                 {.code = "wrong-kind",
                  .message = fmt::format("{} is private to an address space and cannot be {}",
                                         quote(context_.scenario.buffers[buffer].name), doing),
                  .expected = "a buffer without \"private\""});
}

}  // namespace fencelab::scenarios
