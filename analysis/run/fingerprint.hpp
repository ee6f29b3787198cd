// Fingerprint: a 64-bit hash over the whole event stream of a run. Equal runs, equal fingerprints.
#pragma once

#include <cstdint>

#include "core/probe.hpp"

namespace fencelab::analysis {

class Fingerprint final : public core::ProbeSink {
 public:
  void on_event(const core::ProbeEvent& event) override {
    mix(static_cast<std::uint64_t>(event.kind) << 32 | core::raw(event.process));
    mix(static_cast<std::uint64_t>(core::nanoseconds_of(event.at)));
    mix(core::raw(event.object));
    mix(event.a);
    mix(event.b);
    ++events_;
  }
  std::uint64_t value() const { return hash_ ^ (hash_ >> 32); }
  std::uint64_t events() const { return events_; }

 private:
  void mix(std::uint64_t word) {
    hash_ = (hash_ ^ word) * 0x9E3779B97F4A7C15ull;
    hash_ ^= hash_ >> 29;
  }
  std::uint64_t hash_ = 0x243F6A8885A308D3ull;
  std::uint64_t events_ = 0;
};

}  // namespace fencelab::analysis
