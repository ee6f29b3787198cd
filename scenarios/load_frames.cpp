// Operations on channels, swapchains and displays.
#include <fmt/format.h>

#include "scenarios/load_operations.hpp"
#include "scenarios/load_values.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

OperationLoader::What OperationLoader::read_send(const Node& body) {
  SendOp op;
  op.channel = resource(Resource::channel, body["channel"]);
  read_accesses(body["buffers"], false, op.buffers);
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
  if (body.is_text()) return LatchOp{resource(Resource::swapchain, body), false};
  return LatchOp{resource(Resource::swapchain, body["swapchain"]), body["wait"].flag_or(false)};
}

OperationLoader::What OperationLoader::read_flip(const Node& body) {
  FlipOp op;
  const Node single = body["display"];
  for (const Node& node : single ? std::vector<Node>{single} : body["displays"].items()) {
    op.displays.push_back(resolve_name(context_, context_.displays, node, "display"));
  }
  for (const Node& plane : body["planes"].items()) read_access(plane, false, op.planes);
  op.blocking = body["blocking"].flag_or(false);
  return op;
}

OperationLoader::What OperationLoader::read_poll(const Node& body) {
  PollOp op;
  read_access(body["buffer"], body["for"].text() == "write", op.buffers);
  op.timeout = read_duration(context_, body["timeout"], Zero::allowed);
  return op;
}

OperationLoader::What OperationLoader::read_vblank(const Node& body) {
  return VblankOp{resolve_name(context_, context_.displays, body, "display")};
}

}  // namespace fencelab::scenarios
