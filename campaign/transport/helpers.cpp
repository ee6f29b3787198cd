#include "campaign/transport/helpers.hpp"

#include <poll.h>

namespace fencelab::campaign {

Helpers::~Helpers() {
  helpers_.clear();
  if (source_.here) source_.here->give(slots_);
}

std::size_t Helpers::count() {
  const bool had_none = helpers_.empty();
  while (source_.here && source_.here->take()) {
    ++slots_;
    if (!start_one()) break;  // fewer, then
  }
  while (source_.far && far_ < source_.lines->size() && source_.far->take())
    helpers_.emplace_back(std::move((*source_.lines)[far_++]));
  if (had_none && !helpers_.empty()) start_one();
  return helpers_.size();
}

bool Helpers::start_one() {
  HelperProcess helper = HelperProcess::start(make_serve_, [this] {
    for (HelperProcess& other : helpers_) other.line.close();
    if (source_.lines) source_.lines->clear();
  });
  if (!helper.line.is_open()) return false;
  helpers_.push_back(std::move(helper));
  return true;
}

void Helpers::send(std::size_t worker, std::string task) {
  if (!helpers_.at(worker).line.send(task)) gone_.push_back(worker);
}

std::optional<analysis::Workers::Answer> Helpers::wait(std::chrono::duration<double> patience) {
  if (!gone_.empty()) {
    const std::size_t worker = gone_.back();
    gone_.pop_back();
    return Answer{worker, true, {}};
  }
  std::vector<pollfd> waits;
  for (const HelperProcess& helper : helpers_)
    waits.push_back({helper.line.descriptor(), POLLIN, 0});
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
  if (::poll(waits.data(), waits.size(), static_cast<int>(milliseconds)) <= 0) return std::nullopt;
  for (std::size_t i = 0; i < helpers_.size(); ++i) {
    if (waits[i].revents == 0) continue;
    if (!helpers_[i].line.read_some()) return Answer{i, true, {}};
    if (auto message = helpers_[i].line.next()) return Answer{i, false, std::move(*message)};
  }
  return std::nullopt;
}

}  // namespace fencelab::campaign
