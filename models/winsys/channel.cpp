#include "models/winsys/channel.hpp"

#include "core/wait_graph_builder.hpp"

namespace fencelab::models {

Channel::Channel(core::Simulation& simulation, std::string name)
    : simulation_(simulation),
      name_(std::move(name)),
      id_(simulation.new_object_id()),
      cell_(simulation),
      bell_(simulation) {
  bell_.describe_by([this](core::WaitGraphBuilder& builder) {
    std::vector<core::GateIndex> gates;
    bool all_ended = !senders_.empty();
    for (const auto& sender : senders_) {
      const core::Process* process = sender();
      all_ended = all_ended && process && process->state == core::ProcessState::done;
      gates.push_back(builder.process(process));
    }
    if (all_ended) return builder.environment("the senders of " + name_ + " have ended");
    return builder.any_of(std::move(gates), "a message on channel " + name_, id_);
  });
}

void Channel::send(Message message) {
  cell_.write();
  message.number = ++sent_;
  simulation_.emit(core::ProbeKind::message_sent, id_, message.number);
  messages_.push_back(std::move(message));
  bell_.ring();
}

core::Task<Channel::Message> Channel::receive() {
  bell_.clear();
  cell_.write();
  while (messages_.empty()) {
    co_await core::SingleWait(bell_, 0, {.reason = core::WaitReason::fifo});
    cell_.write();
  }
  Message message = std::move(messages_.front());
  messages_.pop_front();
  simulation_.emit(core::ProbeKind::message_received, id_, message.number);
  co_return message;
}

}  // namespace fencelab::models
