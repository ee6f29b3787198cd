// wp_linux_drm_syncobj_surface_v1: with each buffer a client commits, a point that says when it is
// drawn and one that says when the compositor is done with it
// (wayland-protocols, staging/linux-drm-syncobj/linux-drm-syncobj-v1.xml).
#pragma once

#include <cstdint>
#include <optional>

#include "models/sync/syncobj.hpp"
#include "models/sync/syncobj_wait.hpp"

namespace fencelab::models {

class Buffer;

/// Protocol errors of the manager and of the surface object. Each ends the client's connection.
enum class SyncobjProtocolError : std::uint8_t {
  none,
  surface_exists,      ///< manager: the surface has such an object already
  invalid_timeline,    ///< manager: the file descriptor is no syncobj
  no_surface,          ///< the wl_surface is gone
  unsupported_buffer,  ///< the buffer is no dma-buf
  no_buffer,           ///< a point without a buffer
  no_acquire_point,
  no_release_point,
  conflicting_points,  ///< on one timeline, and the acquire point is not before the release point
};

/// A buffer as a client attaches it.
struct AttachedBuffer {
  Buffer* buffer = nullptr;
  bool is_dma_buf = true;  ///< else shared memory, which has no fences
};

/// What one commit agreed on.
struct SyncedBuffer {
  Buffer* buffer = nullptr;
  SyncobjPoint acquire;  ///< may have no fence yet
  SyncobjPoint release;
};

/// One wl_surface with the explicit-synchronisation object of the protocol. State is double
/// buffered: requests say what the next commit will apply.
class SyncobjSurface {
 public:
  using Error = SyncobjProtocolError;

  /// wp_linux_drm_syncobj_manager_v1.get_surface.
  Error get_surface();
  /// The object's destructor: pending points are forgotten.
  void destroy();
  /// The wl_surface itself goes away.
  void destroy_surface() { exists_ = false; }
  /// import_timeline: whether the file descriptor that came with it (null: another kind of file)
  /// can be a timeline.
  static Error import_timeline(const Syncobj* file) {
    return file ? Error::none : Error::invalid_timeline;
  }

  Error set_acquire_point(SyncobjPoint point);
  Error set_release_point(SyncobjPoint point);
  /// wl_surface.attach; no value: nothing is attached by the next commit.
  void attach(std::optional<AttachedBuffer> buffer) { buffer_ = buffer; }

  /// wl_surface.commit. With an error nothing is applied.
  Error commit();
  /// What the last commit with a buffer agreed on. Without the object: implicit synchronisation.
  const std::optional<SyncedBuffer>& current() const { return current_; }

 private:
  Error judge() const;
  bool exists_ = true;
  bool has_object_ = false;
  std::optional<AttachedBuffer> buffer_;
  std::optional<SyncobjPoint> acquire_, release_;
  std::optional<SyncedBuffer> current_;
};

}  // namespace fencelab::models
