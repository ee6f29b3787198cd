#include "campaign/transport/rank_messages.hpp"

#include "analysis/explore/bytes.hpp"

namespace fencelab::campaign {

std::string to_bytes(const RankMessage& message) {
  analysis::ByteWriter to;
  to.number(static_cast<std::uint64_t>(message.kind));
  to.number(message.session);
  to.number(message.task);
  to.text(message.text);
  return to.take();
}

RankMessage rank_message(std::string_view bytes) {
  analysis::ByteReader from(bytes);
  RankMessage message;
  message.kind = from.as<RankMessage::Kind>();
  message.session = from.number();
  message.task = from.number();
  message.text = from.text();
  return message;
}

}  // namespace fencelab::campaign
