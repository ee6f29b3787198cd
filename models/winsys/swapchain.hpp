// Swapchain: images that go round between a client and a compositor. What travels with an image
// (fences or nothing) is the sync policy's business, which image to show the flip policy's.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/fifo.hpp"
#include "models/winsys/point_signaler.hpp"
#include "models/winsys/swap_image.hpp"
#include "models/winsys/syncobj_surface.hpp"

namespace fencelab::models {

class Display;

class Swapchain {
 public:
  enum class Mode : unsigned char { fifo, mailbox };
  /// How the two sides tell each other that an image is drawn, and that it may be drawn again.
  enum class Protocol : unsigned char {
    implicit,        ///< messages; the dma_resv, or what the sync policy hands over, does the rest
    syncobj,         ///< linux-drm-syncobj-v1, a release timeline for each image
    syncobj_shared,  ///< the same with one release timeline for all images
  };
  struct Spec {
    std::string name;
    std::uint32_t number = 0;
    Mode mode = Mode::fifo;
    Protocol protocol = Protocol::implicit;
  };
  Swapchain(Machine& machine, Spec spec, const std::vector<Buffer*>& images);

  const std::string& name() const { return spec_.name; }
  /// Client: a free image, waiting for one if need be; takes over what came back with it.
  core::Task<SwapImagePtr> acquire(Client& client, Gpu& gpu);
  /// Client: hands its image to the compositor.
  core::Task<> present(Client& client, Gpu& gpu, SwapImagePtr image);
  /// Compositor: the image to show now by the flip policy; none if there never was one. `wait`:
  /// until a new one can be shown. The image shown before goes back to the client. `display`: whose
  /// next vblank counts; null: none does.
  core::Task<SwapImagePtr> latch(Client& compositor, Gpu& gpu, const Display* display, bool wait);
  /// The connection of `client` is closed: nothing, unless it draws here. Frames that it presented
  /// and nobody took are gone, as its surfaces are (wl_client_destroy()); the one that is shown
  /// stays readable until the compositor lets go of it.
  void client_gone(const Client& client);
  /// Before the run: who will draw, if it gets that far.
  void set_client(const Client& client) { client_ = &client; }

 private:
  /// What both sides know of one buffer.
  struct Slot {
    Buffer* buffer = nullptr;
    bool free = true;  ///< by message; with `syncobj`: the client has it not
    HandOver handed;   ///< what the compositor gave along
    SyncobjPtr acquire, release;
    std::uint64_t acquire_points = 0;
    std::uint64_t due = 0;  ///< point of `release` after which the client may draw again
  };
  bool uses_syncobj() const { return spec_.protocol != Protocol::implicit; }
  void make_timelines();
  Slot* find_free();
  HandOver take_back(Slot& slot, Gpu& gpu);
  void commit_points(SwapImage& image);
  void look_at_points();
  std::vector<const SwapImage*> choices() const;
  void drop_oldest(Client& compositor, Gpu& gpu);
  std::vector<core::WaitItem> changes(const std::vector<const SwapImage*>& choices);
  void retire(Client& compositor, Gpu& gpu, const SwapImagePtr& image);
  void give_back(Client& compositor, Gpu& gpu, const SwapImage& image);
  core::GateIndex describe_client(core::WaitGraphBuilder& builder) const;
  core::GateIndex describe_free(core::WaitGraphBuilder& builder) const;
  Machine& machine_;
  Spec spec_;
  std::vector<Slot> slots_;
  std::deque<SwapImagePtr> presented_;  ///< oldest first
  SwapImagePtr shown_;
  std::vector<SwapImagePtr> retired_;  ///< replaced, but still on a screen
  core::Cell cell_;
  core::Doorbell freed_, arrived_;
  core::Process* client_process_ = nullptr;
  core::Process* compositor_process_ = nullptr;
  const FlipPolicy* flip_ = nullptr;  ///< of whoever latches
  const Client* client_ = nullptr;    ///< who draws
  bool client_gone_ = false;
  std::uint64_t frames_ = 0;
  // Protocol `syncobj` only.
  SyncobjSurface surface_;
  std::uint64_t release_points_ = 0;
  std::unique_ptr<PointSignaler> acquires_, releases_;  ///< of client and compositor
};

}  // namespace fencelab::models
