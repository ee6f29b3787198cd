// Processes that help another with a task: each is told things and answers. Some are forked here,
// where slots are spare; others are far away, at the other end of a line.
#pragma once

#include <vector>

#include "analysis/explore/workers.hpp"
#include "campaign/transport/helper_process.hpp"
#include "campaign/transport/spare_slots.hpp"

namespace fencelab::campaign {

/// Where helpers come from. What it refers to must outlive the helpers.
struct HelperSource {
  SpareSlots* here = nullptr;                 ///< for processes on this machine
  SpareSlots* far = nullptr;                  ///< for `lines`, one each
  std::vector<MessageLine>* lines = nullptr;  ///< to somebody who makes the same Serve
};

/// A search sees them as workers. They end with it.
class Helpers final : public analysis::Workers {
 public:
  Helpers(const HelperSource& source, MakeServe make_serve)
      : source_(source), make_serve_(std::move(make_serve)) {}
  ~Helpers() override;
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;

  /// Takes what is spare, and one on top: who asks for help has nothing to do meanwhile.
  std::size_t count() override;
  void send(std::size_t worker, std::string task) override;
  std::optional<Answer> wait(std::chrono::duration<double> patience) override;

 private:
  bool start_one();

  HelperSource source_;
  MakeServe make_serve_;
  std::vector<HelperProcess> helpers_;
  std::vector<std::size_t> gone_;  ///< whom nobody was told of yet
  std::size_t slots_ = 0;          ///< that were taken, here
  std::size_t far_ = 0;            ///< lines that were taken
};

}  // namespace fencelab::campaign
