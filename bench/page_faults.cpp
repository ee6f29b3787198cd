// What a page costs: the bits and lists of models/svm against a record per page in a tree and a
// std::list for the order, which is how one would write it first; and whole runs with a million
// faults and with 64 GiB.
#include <algorithm>
#include <cstdio>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "bench/measure.hpp"
#include "campaign/run_all.hpp"
#include "campaign/run_one.hpp"
#include "core/simulation.hpp"
#include "models/memory/buffer.hpp"
#include "models/svm/eviction_order.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/runtime/stack_builder.hpp"

namespace {

using namespace fencelab;
using namespace fencelab::models;

constexpr std::uint32_t kPages = 1 << 20;  ///< 4 GiB
constexpr std::uint32_t kResident = kPages / 2;
constexpr std::uint32_t kTouches = 2'000'000;

/// Page number `i` of a walk that looks random.
std::uint32_t page_at(std::uint32_t i) {
  return static_cast<std::uint32_t>((std::uint64_t{i} * 2'654'435'761u) % kPages);
}

/// Touches per second with a record per page.
double naive_rate() {
  struct Record {
    bool on_gpu = true;
    std::list<std::uint32_t>::iterator place;
  };
  std::map<std::uint32_t, Record> resident;
  std::list<std::uint32_t> recent;
  const double start = bench::cpu_seconds();
  for (std::uint32_t i = 0; i < kTouches; ++i) {
    const std::uint32_t page = page_at(i);
    const auto known = resident.find(page);
    if (known != resident.end()) {
      recent.splice(recent.end(), recent, known->second.place);
      continue;
    }
    if (resident.size() == kResident) {
      resident.erase(recent.front());
      recent.pop_front();
    }
    resident.emplace(page, Record{true, recent.insert(recent.end(), page)});
  }
  return kTouches / (bench::cpu_seconds() - start);
}

struct Ours {
  double rate = 0;
  double bytes_per_page = 0;
};

Ours our_rate() {
  core::Simulation simulation;
  Buffer buffer(simulation, 0, Buffer::Spec{"b", std::uint64_t{kPages} * kPageBytes});
  ManagedRange range(simulation, buffer, 0);
  EvictionOrder order(simulation, PageEviction::lru4k);
  order.add(range);
  std::uint32_t resident = 0;
  std::vector<PageRun> missing;
  const double start = bench::cpu_seconds();
  for (std::uint32_t i = 0; i < kTouches; ++i) {
    const PageRun run{page_at(i), 1};
    missing.clear();
    range.look(run, missing);
    if (!missing.empty()) {
      if (resident == kResident) {
        const auto victim = order.next(nullptr, 0);
        auto& block = range.block(victim->block);
        block.on_gpu = block.on_gpu.without(victim->pages);
        order.went(range, victim->block, victim->pages);
        --resident;
      }
      const PageMask page = PageMask::of(run.first % kPagesPerBlock, 1);
      range.block(run.first / kPagesPerBlock).on_gpu |= page;
      order.came(range, run.first / kPagesPerBlock, page);
      ++resident;
    }
    range.use(run);
    order.used(range, run);
  }
  Ours ours{kTouches / (bench::cpu_seconds() - start), 0};
  const std::size_t bytes = order.bytes() + range.block_count() * sizeof(ManagedRange::Block);
  ours.bytes_per_page = static_cast<double>(bytes) / kResident;
  return ours;
}

/// Runs a job over managed memory; prints how long that took on the wall.
void run_whole(const std::string& what, const std::string& size, const std::string& vram,
               const std::string& pages, const std::string& policy) {
  const std::string text =
      R"({"format": 1, "name": "bench", "horizon": "10000 s", "progress_bound": "10000 s",
      "platform": {"gpus": [{"name": "gpu0", "engines": ["ccs0"], "vram": ")" +
      vram + R"("}]},
      "buffers": [{"name": "data", "memory": "managed", "size": ")" +
      size + R"("}],
      "processes": [{"name": "p", "contexts": [{"name": "c", "long_running": true}], "threads": [{"name": "main", "program": [
        {"access": {"writes": ["data"]}},
        {"id": "k", "submit": {"context": "c", "duration": "1 s", "writes": [{"buffer": "data", "pages": {)" +
      pages + R"(}}]}}, {"wait": {"ops": ["k"]}}]}]}],
      "stacks": [{"name": "s", "preset": "xe-fault-mode", "axes": {"hang": "none", "residency": {"policy": "fault", )" +
      policy + "}}}]}";
  const auto registry = policies::Registry::built_in();
  const double start = bench::cpu_seconds();
  const auto loaded =
      scenarios::load_scenario(text, "bench", scenarios::policy_names(registry, {}));
  if (!loaded) {
    std::fputs(scenarios::format_diagnostics(loaded.diagnostics()).c_str(), stderr);
    std::exit(1);
  }
  const auto stack = scenarios::resolve_stack(*loaded, loaded->stacks.front(), registry);
  const double loaded_at = bench::cpu_seconds();
  const auto records = campaign::run_all(
      {{{}, [&] { return campaign::run_one(*loaded, *stack, 1); }}}, 1, [](const auto&) {});
  const auto& values = records.front().values;
  std::printf("%-28s load %.3f s, run %s s, %s faults, %s pages moved, %s evicted, peak %s KiB\n",
              what.c_str(), loaded_at - start, values.at("wall_time_s").c_str(),
              values.at("page_faults_count").c_str(), values.at("pages_to_gpu_count").c_str(),
              values.at("pages_evicted_count").c_str(), values.at("peak_rss_kib").c_str());
}

}  // namespace

int main() {
  const double naive = naive_rate();
  const Ours ours = our_rate();
  std::printf(
      "touches, half of 4 GiB there  %.1f million/s, a record per page %.1f: %.1f times; "
      "%.1f bytes per page that is there\n",
      ours.rate / 1e6, naive / 1e6, ours.rate / naive, ours.bytes_per_page);
  run_whole("a million faults", "8 GiB", "4 GiB",
            R"("pattern": "random", "touches": 1400000, "in_flight": 64)",
            R"("prefetch": "none", "evict": "lru4k")");
  run_whole("64 GiB by 64 KiB", "64 GiB", "80 GiB", R"("in_flight": 1024)",
            R"("prefetch": "sl64k")");
}
