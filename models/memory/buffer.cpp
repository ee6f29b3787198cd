#include "models/memory/buffer.hpp"

#include "models/gpu/gpu.hpp"

namespace fencelab::models {

void Buffer::reserve_per_device(std::size_t devices) {
  if (!spec_.userptr) return;
  while (device_resvs_.size() + 1 < devices) {
    auto& resv = device_resvs_.emplace_back(std::make_unique<DmaResv>(resv_.lock().simulation()));
    resv->lock().set_name("dma_resv of " + spec_.name + " on device " +
                          std::to_string(device_resvs_.size()));
  }
}

DmaResv& Buffer::device_resv(const Gpu& gpu) {
  return gpu.index == 0 ? resv() : *device_resvs_.at(gpu.index - 1);
}

std::vector<core::FencePtr> Buffer::users() {
  std::vector<core::FencePtr> fences;
  for_each_resv([&](const DmaResv& resv) {
    resv.for_each(Usage::bookkeep,
                  [&](const DmaResv::Entry& entry) { fences.push_back(entry.fence); });
  });
  return fences;
}

bool Buffer::idle() {
  bool idle = true;
  for_each_resv([&](const DmaResv& resv) { idle = resv.test_signaled(Usage::bookkeep) && idle; });
  return idle;
}

}  // namespace fencelab::models
