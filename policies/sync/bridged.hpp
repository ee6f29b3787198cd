// Explicit sync inside, implicit sync at the border: what Vulkan drivers do on window systems whose
// protocol carries no fences.
#pragma once

#include <map>
#include <vector>

#include "policies/sync/tracked.hpp"

namespace fencelab::policies {

/// The process orders its own work. When it hands a buffer over, it puts the fence of its work into
/// the buffer's dma_resv; when it gets one, it takes out the fences that are there
/// (DMA_BUF_IOCTL_IMPORT_SYNC_FILE and EXPORT_SYNC_FILE; src/vulkan/wsi/wsi_common_drm.c in Mesa).
/// Each direction may be done the way drivers did it before there were these ioctls.
class BridgedSync final : public ExplicitSync {
 public:
  /// How the work of a process gets into a buffer that it hands over.
  enum class Import : unsigned char {
    access,      ///< what wrote it as WRITE, what only read it as READ
    write,       ///< all of it as WRITE, which is all that the ioctl of 2021 could do
    read,        ///< all of it as READ: readers on the other side do not wait for it
    off,         ///< not at all
    submission,  ///< an empty submission at the end of the queue carries an implicit write
  };
  /// What the reservation of a buffer is made of.
  enum class Slots : unsigned char {
    classes,    ///< usage classes (Linux 5.19 and later)
    exclusive,  ///< one exclusive slot, shared ones; importing a writer throws the others out
    array,      ///< the same; but the writer goes in as an array with all that was there
  };
  struct Options {
    bool exports = true;
    Import import = Import::access;
    Slots slots = Slots::classes;
  };
  BridgedSync(core::Simulation& simulation, const Options& options)
      : simulation_(simulation), options_(options) {}

  bool uses_resv() const override { return true; }
  void prepare(models::Job& job) override;
  void add_dependencies(models::Job& job) override;
  std::optional<models::Usage> query_for(const models::Access&, bool marked) const override {
    return marked ? std::optional(models::Usage::read) : std::nullopt;
  }
  models::Usage publish_as(const models::Access&) const override {
    // Without BOOKKEEP every submission leaves a shared fence on whatever it lists.
    return options_.slots == Slots::classes ? models::Usage::bookkeep : models::Usage::read;
  }
  bool write_drops_readers() const override { return options_.slots != Slots::classes; }
  models::HandOver hand_over(models::Client& client, models::Buffer& buffer) override;
  core::Task<models::HandOver> hand_over_by_thread(models::Client& client, models::Gpu& gpu,
                                                   models::Buffer& buffer) override;
  core::Task<> accept(models::Client& client, models::Gpu& gpu, models::Buffer& buffer,
                      models::HandOver with) override;
  models::HandOver flip_fences(models::Client& client, models::Buffer& buffer) override;

 private:
  using Entries = std::vector<models::AccessTracker::Entry>;
  /// Buffers that the next submission of a process is to wait for, as a whole.
  struct Acquired {
    explicit Acquired(core::Simulation& simulation) : cell(simulation) {}
    core::Cell cell;
    std::vector<models::Buffer*> buffers;
  };
  /// Execbuf of the empty batch: the reservation is locked while the batch gets its fences and
  /// leaves its own.
  core::Task<> submit_mark_by_ioctl(models::Client& client, models::Gpu& gpu,
                                    models::Buffer& buffer);
  static Entries own_work(models::Client& client, models::Buffer& buffer);
  Acquired& acquired_by(const models::Client& client);
  models::Usage class_of_import(const models::AccessTracker::Entry& entry) const;
  void import_file(models::Buffer& buffer, const Entries& work);
  void make_room_for_writer(models::Buffer& buffer) const;
  void submit_mark(models::Buffer& buffer, const Entries& work);

  core::Simulation& simulation_;
  Options options_;
  std::map<std::uint32_t, Acquired> acquired_;  ///< by Client::index
};

}  // namespace fencelab::policies
