#include "scenarios/random_streams.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "core/footprint.hpp"

namespace fencelab::scenarios {

namespace {

using core::mix_hash;

std::uint64_t bits_of(Duration duration) { return static_cast<std::uint64_t>(duration.count()); }

bool is_drawn(const Distribution& distribution) {
  if (distribution.parts.empty()) return false;
  return distribution.parts.size() > 1 || distribution.parts[0].min != distribution.parts[0].max;
}

/// What a thread draws, and what else tells it from others that draw alike. Numbers as they are, so
/// that a change of one of them moves the thread among its like only where it overtakes another.
struct Draws {
  std::uint64_t shape = 0;
  std::vector<std::uint64_t> values, rest;
  std::uint32_t count = 0;

  void read(Program& program);

 private:
  void read(Op& op);
  void read(const Distribution& distribution);
  void read(const std::vector<AccessSpec>& accesses);
};

void Draws::read(const Distribution& distribution) {
  const bool drawn = is_drawn(distribution);
  std::vector<std::uint64_t>& told = drawn ? values : rest;
  for (const Distribution::Part& part : distribution.parts)
    told.insert(told.end(), {bits_of(part.min), bits_of(part.max), part.weight});
  if (!drawn) return;
  told.push_back(bits_of(distribution.step));
  shape = mix_hash(mix_hash(shape, static_cast<std::uint64_t>(distribution.kind)),
                   distribution.parts.size());
}

void Draws::read(const std::vector<AccessSpec>& accesses) {
  for (const AccessSpec& access : accesses) {
    rest.insert(rest.end(), {access.write, access.offset, access.bytes});
    if (access.pattern.kind != models::PagePattern::Kind::random) continue;
    values.push_back(access.pattern.touches);
    shape = mix_hash(shape, 1);
  }
}

void Draws::read(Op& op) {
  const std::uint64_t before = shape;
  rest.push_back(op.what.index());
  if (auto* loop = std::get_if<LoopOp>(&op.what)) {
    rest.insert(rest.end(), {loop->times, bits_of(loop->period.value_or(Duration{}))});
    return read(loop->body);
  }
  if (const auto* submit = std::get_if<SubmitOp>(&op.what)) {
    if (!submit->infinite) read(submit->duration);
    read(submit->accesses);
  } else if (const auto* think = std::get_if<ThinkOp>(&op.what)) {
    read(think->duration);
  } else if (const auto* compute = std::get_if<ComputeOp>(&op.what)) {
    read(compute->duration);
  } else if (const auto* access = std::get_if<AccessOp>(&op.what)) {
    if (access->duration) read(*access->duration);
    read(access->accesses);
  }
  if (shape != before) op.draw = ++count;
}

void Draws::read(Program& program) {
  for (Op& op : program) read(op);
}

/// One that draws: what it draws tells its stream, `rank` which of the equal ones it is.
struct Drawer {
  std::uint64_t shape;
  std::pair<std::vector<std::uint64_t>, std::vector<std::uint64_t>> rank;
  std::uint64_t* stream;
};

void assign(std::vector<Drawer>& drawers) {
  std::stable_sort(drawers.begin(), drawers.end(),
                   [](const Drawer& a, const Drawer& b) { return a.rank < b.rank; });
  std::map<std::uint64_t, std::uint64_t> taken;  // streams of each shape
  for (const Drawer& drawer : drawers)
    *drawer.stream = mix_hash(drawer.shape, ++taken[drawer.shape]);
}

}  // namespace

void assign_random_streams(Scenario& scenario) {
  std::vector<Drawer> threads, buffers;
  for (ProcessSpec& process : scenario.processes)
    for (ThreadSpec& thread : process.threads) {
      Draws draws;
      draws.read(thread.program);
      if (draws.count == 0) continue;
      draws.rest.insert(draws.rest.begin(), {process.count, bits_of(thread.start)});
      threads.push_back({draws.shape, {draws.values, draws.rest}, &thread.stream});
    }
  for (BufferSpec& buffer : scenario.buffers)
    if (buffer.bytes_max > buffer.bytes)
      buffers.push_back({~std::uint64_t{0}, {{buffer.bytes}, {buffer.bytes_max}}, &buffer.stream});
  assign(threads);
  assign(buffers);
}

}  // namespace fencelab::scenarios
