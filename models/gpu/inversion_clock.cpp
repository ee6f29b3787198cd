#include "models/gpu/inversion_clock.hpp"

#include "models/client.hpp"
#include "models/gpu/urgency.hpp"

namespace fencelab::models {

void InversionClock::set(const Job* held_up) {
  const Client* const client = held_up ? urgent_for(*held_up) : nullptr;
  if (inverted_ == (held_up != nullptr) && client == held_up_) return;
  inverted_ = held_up != nullptr;
  held_up_ = client;
  simulation_.emit(core::ProbeKind::priority_inverted, engine_, inverted_ ? 1 : 0,
                   client ? client->index() + 1 : 0);
}

}  // namespace fencelab::models
