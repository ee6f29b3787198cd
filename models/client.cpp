#include "models/client.hpp"

#include "models/gpu/gpu.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/gpu/user_queue.hpp"
#include "models/userptr/process_memory.hpp"
#include "models/vm/gpu_vm.hpp"
#include "models/vm/user_vm.hpp"

namespace fencelab::models {

Client::Client(core::Simulation& simulation, std::string name, std::uint32_t index)
    : simulation_(simulation),
      name_(std::move(name)),
      index_(index),
      user_vms_cell_(simulation),
      gpu_vms_cell_(simulation),
      memory_cell_(simulation) {}

Client::~Client() = default;

UserVm& Client::user_vm(Gpu& gpu) {
  user_vms_cell_.read();
  auto& slot = user_vms_[gpu.index];
  if (slot) return *slot;
  user_vms_cell_.write();
  slot = std::make_unique<UserVm>(*this, gpu);
  return *slot;
}

UserVm* Client::existing_user_vm(const Gpu& gpu) const {
  user_vms_cell_.read();
  const auto found = user_vms_.find(gpu.index);
  return found == user_vms_.end() ? nullptr : found->second.get();
}

GpuVm& Client::gpu_vm(Gpu& gpu) {
  gpu_vms_cell_.read();
  auto& slot = gpu_vms_[gpu.index];
  if (slot) return *slot;
  gpu_vms_cell_.write();
  slot = std::make_unique<GpuVm>(*this, gpu);
  return *slot;
}

GpuVm* Client::existing_gpu_vm(const Gpu& gpu) const {
  gpu_vms_cell_.read();
  const auto found = gpu_vms_.find(gpu.index);
  return found == gpu_vms_.end() ? nullptr : found->second.get();
}

ProcessMemory& Client::memory() {
  memory_cell_.read();
  if (memory_) return *memory_;
  memory_cell_.write();
  memory_ = std::make_unique<ProcessMemory>(simulation_, *this);
  return *memory_;
}

}  // namespace fencelab::models
