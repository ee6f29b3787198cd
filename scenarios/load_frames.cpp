// Operations on channels, swapchains and displays.
#include <fmt/format.h>

#include <set>

#include "scenarios/load_operations.hpp"
#include "scenarios/load_values.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

OperationLoader::What OperationLoader::read_send(const Node& body) {
  SendOp op;
  op.channel = resource(Resource::channel, body["channel"]);
  read_accesses(body["buffers"], false, op.buffers);
  for (const AccessSpec& access : op.buffers) check_private(body["buffers"], access.buffer, "sent");
  return op;
}

OperationLoader::What OperationLoader::read_receive(const Node& body) {
  return ReceiveOp{resource(Resource::channel, body)};
}

OperationLoader::What OperationLoader::read_acquire(const Node& body) {
  return AcquireOp{resource(Resource::swapchain, body)};
}

OperationLoader::What OperationLoader::read_present(const Node& body) {
  const Index chain = resource(Resource::swapchain, body);
  if (chain != kNone && !chains_.contains(body.text_or(""))) {
    context_.error(body, {.code = "image-not-held",
                          .message = fmt::format("this thread never takes an image of {}",
                                                 quote(body.text_or(""))),
                          .expected = "an acquire of it in the same thread"});
  }
  return PresentOp{chain};
}

OperationLoader::What OperationLoader::read_latch(const Node& body) {
  if (body.is_text()) return LatchOp{.swapchain = resource(Resource::swapchain, body)};
  LatchOp op{.swapchain = resource(Resource::swapchain, body["swapchain"]),
             .wait = body["wait"].flag_or(false)};
  if (const Node display = body["display"]) op.display = display_of(display);
  return op;
}

Index OperationLoader::display_of(const Node& node) {
  return resolve_name(context_, context_.displays, node, "display");
}

std::vector<PlaneSpec> OperationLoader::read_planes(const Node& list) {
  std::vector<PlaneSpec> planes;
  for (const Node& node : list.items()) {
    std::vector<AccessSpec> images;
    read_access(node, false, images);
    const Node fence = node.is_object() ? node["in_fence"] : Node();
    for (const AccessSpec& image : images) {
      PlaneSpec plane{.image = image, .is_explicit = static_cast<bool>(fence), .in_fence = {}};
      if (fence) plane.in_fence = read_ids(fence, completing(), "waited for");
      planes.push_back(std::move(plane));
    }
  }
  return planes;
}

OperationLoader::What OperationLoader::read_flip(const Node& body) {
  FlipOp op;
  const Node single = body["display"];
  const Node planes = body["planes"], crtcs = body["crtcs"];
  if (body.is_object() && static_cast<bool>(crtcs) == static_cast<bool>(planes)) {
    context_.error(body, {.code = crtcs ? "conflicting-members" : "missing-member",
                          .message = crtcs ? "each of the \"crtcs\" has planes of its own"
                                           : "a flip without planes shows nothing",
                          .expected = "\"planes\" beside \"display\" or \"displays\", and inside "
                                      "each of \"crtcs\""});
  }
  for (const Node& node : single ? std::vector<Node>{single} : body["displays"].items())
    op.crtcs.push_back({display_of(node), read_planes(planes)});
  for (const Node& node : crtcs.items())
    op.crtcs.push_back({display_of(node["display"]), read_planes(node["planes"])});
  check_displays(body, op);
  op.blocking = body["blocking"].flag_or(false);
  op.async = body["async"].flag_or(false);
  op.fails_if_busy = body["busy"].text() == "fail";
  return op;
}

OperationLoader::What OperationLoader::read_poll(const Node& body) {
  PollOp op;
  read_access(body["buffer"], body["for"].text() == "write", op.buffers);
  op.timeout = read_duration(context_, body["timeout"], Zero::allowed);
  return op;
}

// A commit has one state per CRTC.
void OperationLoader::check_displays(const Node& body, const FlipOp& op) {
  std::set<Index> seen;
  for (const CrtcSpec& crtc : op.crtcs) {
    if (crtc.display == kNone || seen.insert(crtc.display).second) continue;
    const std::string& name = context_.scenario.displays[crtc.display].name;
    context_.error(body, {.code = "duplicate-name",
                          .message = fmt::format("display {} is listed twice", quote(name)),
                          .expected = "each display once"});
  }
}

OperationLoader::What OperationLoader::read_vblank(const Node& body) {
  return VblankOp{display_of(body)};
}

}  // namespace fencelab::scenarios
