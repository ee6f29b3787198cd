// The machine that a sequence runs on, made of Fencelab's models, and what its names stand for.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "models/display/atomic.hpp"
#include "models/machine.hpp"
#include "models/sync/dma_buf.hpp"
#include "models/sync/sw_timeline.hpp"
#include "models/sync/syncobj.hpp"
#include "models/sync/vgem_fence.hpp"
#include "tests/conformance/recordings/operation.hpp"

namespace fencelab::recordings {

/// Everything starts empty. Names are looked up only after defines_all() said yes.
class World {
 public:
  explicit World(models::KernelVersion kernel);
  ~World();

  core::Simulation& simulation() { return simulation_; }
  models::VgemFences& vgem() { return vgem_; }
  models::Display& display() { return display_; }

  /// Whether every name that `operation` uses, and does not define, stands for something.
  bool defines_all(const Operation& operation) const;

  models::DmaBuf& add_buffer(const std::string& name);
  models::DmaBuf& buffer(const std::string& name) { return *buffers_.at(name); }
  models::SyncFile& file(const std::string& name) { return files_.at(name); }
  void define_file(const std::string& name, models::SyncFile file) {
    files_.insert_or_assign(name, std::move(file));
  }
  models::SyncobjPtr& syncobj(const std::string& name) { return syncobjs_[name]; }
  models::SyncobjPoint point(const std::string& text);
  models::EventCounter& counter(const std::string& name);
  models::SwTimeline& add_timeline(const std::string& name);
  models::SwTimeline& timeline(const std::string& name) { return *timelines_.at(name); }
  models::VgemFences::Handle& vgem_handle(const std::string& name) { return handles_[name]; }
  void forget(const std::string& name);

  /// How the recorder calls the fences of `context`.
  void set_label(std::uint64_t context, std::string label) { labels_[context] = std::move(label); }
  std::string label_of(const core::DmaFence& fence) const;

 private:
  core::Simulation simulation_;
  models::platform::SharedHardware hardware_;
  models::Machine machine_;
  models::Display& display_;
  models::VgemFences vgem_;
  std::map<std::string, std::unique_ptr<models::DmaBuf>> buffers_;
  std::map<std::string, models::SyncFile> files_;
  std::map<std::string, models::SyncobjPtr> syncobjs_;
  std::map<std::string, std::unique_ptr<models::EventCounter>> counters_;
  std::map<std::string, std::unique_ptr<models::SwTimeline>> timelines_;
  std::map<std::string, models::VgemFences::Handle> handles_;
  std::map<std::uint64_t, std::string> labels_;
  std::vector<std::unique_ptr<models::DmaBuf>> closed_;  ///< somebody may poll them still
};

}  // namespace fencelab::recordings
