#include "analysis/run/client_metrics.hpp"

#include <algorithm>

#include "models/client.hpp"
#include "models/gpu/job.hpp"

namespace fencelab::analysis {

using core::ProbeKind;
using core::Time;

void ClientMetrics::Spread::add(std::int64_t ns) {
  least = count == 0 ? ns : std::min(least, ns);
  most = std::max(most, ns);
  sum += ns;
  ++count;
}

ClientMetrics::Client& ClientMetrics::at(std::uint64_t index) {
  if (index >= clients_.size()) clients_.resize(index + 1);
  return clients_[index];
}

void ClientMetrics::change_depth(Client& client, Time now, int change) {
  client.depth_area +=
      static_cast<double>(client.depth) * static_cast<double>((now - client.depth_since).count());
  client.depth_since = now;
  client.depth += static_cast<std::uint64_t>(change);
  client.depth_most = std::max(client.depth_most, client.depth);
}

double ClientMetrics::mean_depth(const Client& client, Time end) {
  Client last = client;
  change_depth(last, std::max(end, client.depth_since), 0);
  const double length = static_cast<double>(last.depth_since.time_since_epoch().count());
  return length > 0 ? last.depth_area / length : 0;
}

void ClientMetrics::end_inversion(Inversion& inversion, Time now) {
  if (!inversion.is_on) return;
  const std::int64_t ns = (now - inversion.since).count();
  inversion.is_on = false;
  inverted_time_ += ns;
  if (inversion.client > 0) at(inversion.client - 1).held_up += ns;
}

void ClientMetrics::finish(Time end) {
  for (auto& [engine, inversion] : inversions_) end_inversion(inversion, end);
}

void ClientMetrics::on_event(const core::ProbeEvent& event) {
  const auto ns = static_cast<std::int64_t>(event.b);
  if (event.kind == ProbeKind::cycle_done) return at(event.a).cycles.add(ns);
  if (event.kind == ProbeKind::priority_inverted) {
    Inversion& inversion = inversions_[event.object];
    end_inversion(inversion, event.at);
    inversion = {event.a != 0, event.b, event.at};
    return;
  }
  const auto& job = *static_cast<const models::Job*>(event.subject);
  if (!job.client || job.of_kernel) return;
  Client& client = at(job.client->index());
  if (event.kind == ProbeKind::engine_slice) {
    client.gpu_time += ns;
  } else if (event.kind == ProbeKind::job_submitted) {
    ++client.submitted;
    change_depth(client, event.at, 1);
  } else {
    if (client.depth > 0) change_depth(client, event.at, -1);
    ++(event.b == 0 ? client.done : client.lost);
    if (event.b == 0) client.latency.add((event.at - job.account.opened()).count());
  }
}

double ClientMetrics::fairness() const {
  double sum = 0, squares = 0, clients = 0;
  for (const Client& client : clients_) {
    if (client.submitted == 0) continue;
    const double time = static_cast<double>(client.gpu_time);
    sum += time;
    squares += time * time;
    ++clients;
  }
  return squares > 0 ? sum * sum / (clients * squares) : -1;
}

}  // namespace fencelab::analysis
