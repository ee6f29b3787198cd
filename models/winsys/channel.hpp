// Channel: hands buffers from thread to thread in order.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/fifo.hpp"
#include "models/axes/driver_policies.hpp"

namespace fencelab::models {

class Channel {
 public:
  struct Message {
    std::uint64_t number = 0;
    Client* sender = nullptr;
    std::vector<std::pair<Buffer*, HandOver>> buffers;
  };
  Channel(core::Simulation& simulation, std::string name);
  const std::string& name() const { return name_; }
  void send(Message message);
  core::Task<Message> receive();
  /// Threads that may send, for the snapshot.
  void add_sender(std::function<core::Process*()> sender) { senders_.push_back(std::move(sender)); }

 private:
  core::Simulation& simulation_;
  std::string name_;
  core::ObjectId id_;
  std::deque<Message> messages_;
  core::Cell cell_;
  core::Doorbell bell_;
  std::vector<std::function<core::Process*()>> senders_;
  std::uint64_t sent_ = 0;
};

}  // namespace fencelab::models
