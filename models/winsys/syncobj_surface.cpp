#include "models/winsys/syncobj_surface.hpp"

#include <utility>

namespace fencelab::models {

SyncobjProtocolError SyncobjSurface::get_surface() {
  if (has_object_) return Error::surface_exists;
  has_object_ = true;
  return Error::none;
}

void SyncobjSurface::destroy() {
  has_object_ = false;
  acquire_.reset();
  release_.reset();
}

SyncobjProtocolError SyncobjSurface::set_acquire_point(SyncobjPoint point) {
  if (!exists_) return Error::no_surface;
  acquire_ = std::move(point);
  return Error::none;
}

SyncobjProtocolError SyncobjSurface::set_release_point(SyncobjPoint point) {
  if (!exists_) return Error::no_surface;
  release_ = std::move(point);
  return Error::none;
}

// "acquire and release point are required with a buffer, and must not be set without one"; a
// timeline used for both must come to the acquire point first.
SyncobjProtocolError SyncobjSurface::judge() const {
  if (!has_object_) return Error::none;
  if (!buffer_ || !buffer_->buffer) return acquire_ || release_ ? Error::no_buffer : Error::none;
  if (!buffer_->is_dma_buf) return Error::unsupported_buffer;
  if (!acquire_) return Error::no_acquire_point;
  if (!release_) return Error::no_release_point;
  const bool same = acquire_->syncobj == release_->syncobj;
  return same && acquire_->point >= release_->point ? Error::conflicting_points : Error::none;
}

SyncobjProtocolError SyncobjSurface::commit() {
  const Error error = judge();
  if (error != Error::none) return error;
  if (buffer_ && buffer_->buffer && has_object_)
    current_ = SyncedBuffer{buffer_->buffer, std::move(*acquire_), std::move(*release_)};
  else if (buffer_)
    current_.reset();
  buffer_.reset();
  acquire_.reset();
  release_.reset();
  return Error::none;
}

}  // namespace fencelab::models
