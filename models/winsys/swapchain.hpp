// Swapchain: images that go round between a client and a compositor. What travels with an image
// (fences or nothing) is the sync policy's business, which image to show the flip policy's.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/fifo.hpp"
#include "models/axes/driver_policies.hpp"
#include "models/winsys/frame.hpp"

namespace fencelab::models {

/// One image and what came with it.
struct SwapImage {
  enum class State : unsigned char { free, drawing, presented, shown };
  Buffer* buffer = nullptr;
  State state = State::free;
  HandOver handed;               ///< what the last owner gave along
  std::vector<SyncPoint> drawn;  ///< the client's unfinished writes at present, whatever the policy
  std::shared_ptr<Frame> frame;
};

class Swapchain {
 public:
  enum class Mode : unsigned char { fifo, mailbox };
  Swapchain(Machine& machine, std::string name, std::uint32_t number, Mode mode,
            const std::vector<Buffer*>& images);

  const std::string& name() const { return name_; }
  /// Client: a free image, waiting for one if need be; takes over what came back with it.
  core::Task<SwapImage*> acquire(Client& client, Gpu& gpu);
  /// Client: hands its image to the compositor.
  void present(Client& client, Gpu& gpu, SwapImage& image);
  /// Compositor: the image to show now by the flip policy; none if there never was one. `wait`:
  /// until a new one can be shown. The image shown before goes back to the client.
  core::Task<SwapImage*> latch(Client& compositor, Gpu& gpu, core::Time next_vblank, bool wait);
  /// The connection of `client` is closed: nothing, unless it draws here. Frames that it presented
  /// and nobody took are gone, as its surfaces are (wl_client_destroy()); the one that is shown
  /// stays readable until the compositor lets go of it.
  void client_gone(const Client& client);
  /// Before the run: who will draw, if it gets that far.
  void set_client(const Client& client) { client_ = &client; }
  const std::deque<SwapImage*>& presented() const {
    cell_.read();
    return presented_;
  }

 private:
  void give_back(Client& compositor, Gpu& gpu, SwapImage& image);
  core::GateIndex describe_client(core::WaitGraphBuilder& builder) const;
  core::GateIndex describe_free(core::WaitGraphBuilder& builder) const;
  Machine& machine_;
  std::string name_;
  std::uint32_t number_;
  Mode mode_;
  std::vector<std::unique_ptr<SwapImage>> images_;
  std::deque<SwapImage*> presented_;  ///< oldest first
  SwapImage* shown_ = nullptr;
  core::Cell cell_;
  core::Doorbell freed_, arrived_;
  core::Process* client_process_ = nullptr;
  core::Process* compositor_process_ = nullptr;
  const FlipPolicy* flip_ = nullptr;  ///< of whoever latches
  const Client* client_ = nullptr;    ///< who draws
  bool client_gone_ = false;
  std::uint64_t frames_ = 0;
};

/// Channel: hands buffers from thread to thread in order.
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
