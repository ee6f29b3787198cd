// What a page costs: the bits and lists of models/svm against a record per page in a tree and a
// std::list for the order, which is how one would write it first; and whole runs with a million
// faults and with 64 GiB.
#include <malloc.h>
#include <sys/resource.h>

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

struct Record {
  bool on_gpu = true;
  std::list<std::uint32_t>::iterator place;
};

struct Measured {
  double rate = 0;  ///< touches per second
  double bytes_per_page = 0;
};

std::size_t heap_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// With a record per page.
Measured naive_rate() {
  const std::size_t before = heap_bytes();
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
  Measured naive{kTouches / (bench::cpu_seconds() - start), 0};
  naive.bytes_per_page =
      static_cast<double>(heap_bytes() - before) / static_cast<double>(resident.size());
  return naive;
}

/// Pages per second that are touched in runs of 64, where all are there.
double naive_runs() {
  std::map<std::uint32_t, Record> resident;
  std::list<std::uint32_t> recent;
  for (std::uint32_t page = 0; page < kPages; ++page)
    resident.emplace(page, Record{true, recent.insert(recent.end(), page)});
  const double start = bench::cpu_seconds();
  for (std::uint32_t page = 0; page < kTouches; ++page) {
    const auto known = resident.find(page % kPages);
    recent.splice(recent.end(), recent, known->second.place);
  }
  return kTouches / (bench::cpu_seconds() - start);
}

double our_runs() {
  core::Simulation simulation;
  Buffer buffer(simulation, 0, Buffer::Spec{"b", std::uint64_t{kPages} * kPageBytes});
  ManagedRange range(simulation, buffer, 0);
  EvictionOrder order(simulation, PageEviction::lru2m);
  order.add(range);
  for (std::uint32_t i = 0; i < range.block_count(); ++i) {
    range.block(i).on_gpu = range.existing(i);
    order.came(range, i, range.existing(i));
  }
  std::vector<PageRun> missing;
  constexpr std::uint32_t kRun = 64;
  const double start = bench::cpu_seconds();
  for (std::uint32_t page = 0; page < kTouches; page += kRun) {
    const PageRun run{page % kPages, kRun};
    range.look(run, missing);
    range.use(run);
    order.used(range, run);
  }
  return kTouches / (bench::cpu_seconds() - start);
}

Measured our_rate() {
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
  Measured ours{kTouches / (bench::cpu_seconds() - start), 0};
  const std::size_t bytes = order.bytes() + range.block_count() * sizeof(ManagedRange::Block);
  ours.bytes_per_page = static_cast<double>(bytes) / kResident;
  return ours;
}

/// Processor time of children that have ended.
double cpu_seconds_of_children() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Runs a job over managed memory, in a process of its own.
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
  const double loaded_at = bench::cpu_seconds(), before = cpu_seconds_of_children();
  const auto records = campaign::run_all(
      {{{}, [&] { return campaign::run_one(*loaded, *stack, 1); }}}, 1, [](const auto&) {});
  const auto& values = records.front().values;
  std::printf(
      "pages_run name=%s load_s=%.3f run_s=%.3f faults=%s moved=%s evicted=%s peak_rss_kib=%s\n",
      what.c_str(), loaded_at - start, cpu_seconds_of_children() - before,
      values.at("page_faults_count").c_str(), values.at("pages_to_gpu_count").c_str(),
      values.at("pages_evicted_count").c_str(), values.at("peak_rss_kib").c_str());
}

}  // namespace

int main() {
  const Measured naive = naive_rate(), ours = our_rate();
  const double naive_run = naive_runs(), our_run = our_runs();
  std::printf("pages single_per_s=%.0f single_ratio=%.3f runs_per_s=%.0f runs_ratio=%.3f\n",
              ours.rate, ours.rate / naive.rate, our_run, our_run / naive_run);
  std::printf("pages_size bytes_per_page=%.1f naive_bytes_per_page=%.1f\n", ours.bytes_per_page,
              naive.bytes_per_page);
  run_whole("million_faults", "8 GiB", "2 GiB",
            R"("pattern": "random", "touches": 1400000, "in_flight": 64)",
            R"("prefetch": "none", "evict": "lru4k")");
  run_whole("64_gib_by_64_kib", "64 GiB", "80 GiB", R"("in_flight": 1024)",
            R"("prefetch": "sl64k")");
}
