// Client: a user process as the drivers see it: its contexts, its address spaces, and what its
// user-mode driver knows about its own accesses.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/gpu/context.hpp"
#include "models/sync/access_tracker.hpp"

namespace fencelab::models {

class Gpu;
class GpuVm;
class UserVm;
class ProcessMemory;

class Client {
 public:
  Client(core::Simulation& simulation, std::string name, std::uint32_t index);
  ~Client();
  const std::string& name() const { return name_; }
  std::uint32_t index() const { return index_; }  ///< dense, for side tables
  AccessTracker& tracker() { return tracker_; }
  std::vector<std::unique_ptr<GpuContext>>& contexts() { return contexts_; }

  /// The address space of its user queues on `gpu`.
  UserVm& user_vm(Gpu& gpu);
  UserVm* existing_user_vm(const Gpu& gpu) const;
  /// Its memory on the CPU's side.
  ProcessMemory& memory();
  /// Its address space on `gpu`, which VM_BIND changes.
  GpuVm& gpu_vm(Gpu& gpu);
  GpuVm* existing_gpu_vm(const Gpu& gpu) const;

 private:
  core::Simulation& simulation_;
  std::string name_;
  std::uint32_t index_;
  AccessTracker tracker_;
  core::Cell user_vms_cell_, gpu_vms_cell_;  ///< footprints of what there is on which GPU
  core::Cell memory_cell_;                   ///< footprint of whether it has memory_
  std::unique_ptr<ProcessMemory> memory_;
  std::map<std::uint32_t, std::unique_ptr<UserVm>> user_vms_;  ///< by Gpu::index
  std::map<std::uint32_t, std::unique_ptr<GpuVm>> gpu_vms_;    ///< by Gpu::index
  std::vector<std::unique_ptr<GpuContext>> contexts_;
};

}  // namespace fencelab::models
