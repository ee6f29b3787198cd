// PRIME: a buffer of one device used by another (drivers/gpu/drm/drm_prime.c,
// drivers/dma-buf/dma-buf.c). Both see one buffer and one dma_resv, so that all fences, foreign
// ones too, are in one place.
#pragma once

#include "core/task.hpp"
#include "models/memory/memory.hpp"

namespace fencelab::models {

/// How another device attaches to a buffer.
struct PrimeImport {
  Gpu* importer = nullptr;
  bool peer_to_peer = false;  ///< it reaches the exporter's VRAM; else the buffer must leave it
  /// An importer without invalidate_mappings: its mapping is for good, so the buffer is pinned.
  bool is_static = false;
};

/// Attaches and maps. Without peer-to-peer the exporter moves the buffer to system memory and keeps
/// it there; the move is a KERNEL fence in the dma_resv that nobody may ignore. A static importer
/// waits for KERNEL fences here, under the reservation (dma_buf_map_attachment), and pins; a
/// dynamic one leaves that to its jobs. no_memory: nothing has changed.
core::Task<Placement> import_buffer(Machine& machine, Buffer& buffer, PrimeImport how,
                                    Client* client);

}  // namespace fencelab::models
