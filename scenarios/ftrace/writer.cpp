#include "scenarios/ftrace/writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "scenarios/quantity.hpp"
#include "scenarios/utf8.hpp"

namespace fencelab::scenarios::ftrace {

namespace {

using Json = nlohmann::ordered_json;

std::string duration(std::int64_t ns) { return format_duration(core::Duration(ns)); }

std::string job_id(std::uint32_t job) { return fmt::format("j{}", job); }

/// An operation of a thread, on the recording's clock.
struct Step {
  std::int64_t ns = 0;
  std::uint32_t job = kNothing;
  bool waits = false;  ///< for the job; otherwise it submits it
};

/// The threads of a process: one for each of its tasks and each entity that the task uses, so that
/// a job that is held keeps back only what was behind it.
using Threads = std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Step>>;

class Writer {
 public:
  Writer(const Replay& replay, Json& scenario)
      : replay_(replay),
        jobs_(replay.jobs.jobs),
        scenario_(scenario),
        origin_ns_(origin_of(replay)),
        engine_names_(replay.recording.rings.size()),
        values_(jobs_.size()),
        threads_(replay.clients.names.size()) {}

  void write() {
    name_gpus();
    name_engines();
    find_threads();
    find_values();
    const std::int64_t span = last_ns() - origin_ns_;
    // Other stacks may take longer. More than thirty years are no recording, but may be damage.
    constexpr std::int64_t kSpare = 10'000'000'000, kLong = 1'000'000'000'000'000'000;
    scenario_["horizon"] = duration((span < kLong ? 4 * span : span) + kSpare);
    std::int64_t longest = 0;
    for (const PlannedJob& job : replay_.plan.jobs) longest = std::max(longest, job.duration_ns);
    constexpr std::int64_t kDefaultBound = 1'000'000'000;
    scenario_["progress_bound"] = duration(std::max(kDefaultBound, 2 * std::min(longest, kLong)));
    scenario_["platform"] = {{"gpus", gpus()}};
    write_displays();
    if (!timelines_.empty()) {
      for (const auto& [entity, count] : timelines_)
        scenario_["timelines"].push_back(fmt::format("t{}", entity));
    }
    Json processes = Json::array();
    for (std::uint32_t i = 0; i < replay_.clients.names.size(); ++i)
      processes.push_back(process(i));
    for (const Screen& screen : replay_.screens.screens) processes.push_back(compositor(screen));
    scenario_["processes"] = std::move(processes);
  }

 private:
  std::int64_t last_ns() const {
    std::int64_t last = origin_ns_;
    for (const Job& job : jobs_) last = std::max(last, job.ended_ns);
    for (const Screen& screen : replay_.screens.screens)
      last = std::max(last, screen.vblank_ns + screen.flips.back() * screen.period_ns);
    return last;
  }

  // ---------------------------------------------------------------- machine

  // A device has its own name if scenarios allow it: traces of this program say it, and virtio_gpu
  // numbers of devices, others addresses on a bus.
  void name_gpus() {
    gpu_names_.resize(replay_.plan.credits.size());
    std::set<std::string> taken;
    for (const bool own : {true, false})
      for (std::uint32_t gpu = 0; gpu < gpu_names_.size(); ++gpu) {
        if (!gpu_names_[gpu].empty()) continue;
        const std::string& device = first_ring_of(gpu).device;
        const bool fits = fit_for_name(device) == device && has_letter(device);
        if (own && !(fits && taken.insert(device).second)) continue;
        gpu_names_[gpu] = own ? device : fmt::format("gpu{}", gpu);
        for (int n = 2; !own && !taken.insert(gpu_names_[gpu]).second; ++n)
          gpu_names_[gpu] = fmt::format("gpu{}_{}x", gpu, n);
      }
  }

  static bool has_letter(const std::string& name) {
    return name.find_first_not_of("0123456789") != std::string::npos;
  }

  const Ring& first_ring_of(std::uint32_t gpu) const {
    const auto& gpus = replay_.plan.gpu_of_ring;
    const auto ring = std::find(gpus.begin(), gpus.end(), gpu) - gpus.begin();
    return replay_.recording.rings[static_cast<std::size_t>(ring)];
  }

  void name_engines() {
    std::set<std::pair<std::uint32_t, std::string>> taken;
    for (std::uint32_t i = 0; i < engine_names_.size(); ++i) {
      const std::uint32_t gpu = replay_.plan.gpu_of_ring[i];
      if (gpu == kNothing) continue;
      const std::string fit = fit_for_name(replay_.recording.rings[i].name);
      const std::string wish = has_letter(fit) ? fit : "ring" + fit;
      std::string name = wish;
      for (int n = 2; !taken.emplace(gpu, name).second; ++n) name = fmt::format("{}_{}x", wish, n);
      engine_names_[i] = name;
    }
  }

  Json gpus() const {
    Json list = Json::array();
    for (std::uint32_t gpu = 0; gpu < replay_.plan.credits.size(); ++gpu) {
      Json engines = Json::array();
      for (std::uint32_t i = 0; i < engine_names_.size(); ++i)
        if (replay_.plan.gpu_of_ring[i] == gpu) engines.push_back(engine_names_[i]);
      const Ring& first = first_ring_of(gpu);
      Json json{{"name", gpu_names_[gpu]}, {"driver", name_of(first.driver)}};
      if (!first.device.empty()) json["comment"] = "device " + printable(first.device);
      json["engines"] = std::move(engines);
      json["rings"] = "shared";
      json["credits"] = replay_.plan.credits[gpu];
      list.push_back(std::move(json));
    }
    return list;
  }

  // ---------------------------------------------------------------- who does what

  void find_threads() {
    const Clients& clients = replay_.clients;
    std::map<std::uint32_t, std::set<std::pair<std::uint32_t, std::uint32_t>>> of_task;
    for (std::uint32_t i = 0; i < jobs_.size(); ++i) {
      const std::uint32_t process = clients.of_job[i], entity = clients.of_entity[i];
      threads_[process][{jobs_[i].task, entity}].push_back(
          {replay_.plan.jobs[i].submit_ns, i, false});
      of_task[jobs_[i].task].emplace(process, entity);
    }
    for (const CpuWait& wait : replay_.jobs.waits)
      for (const auto& [process, entity] : of_task[wait.task])
        threads_[process][{wait.task, entity}].push_back(
            {std::max(wait.began_ns, replay_.plan.jobs[wait.job].submit_ns + 1), wait.job, true});
    for (Threads& threads : threads_)
      for (auto& [who, steps] : threads)
        std::stable_sort(steps.begin(), steps.end(),
                         [](const Step& a, const Step& b) { return a.ns < b.ns; });
  }

  // Jobs of other processes are waited for through timelines: operations have names in their own
  // process only. Values of an entity rise in the order in which its jobs end.
  void find_values() {
    const auto refer = [this](std::uint32_t process, std::uint32_t other) {
      if (replay_.clients.of_job[other] != process) values_[other] = 1;
    };
    for (std::uint32_t i = 0; i < jobs_.size(); ++i)
      for (const std::uint32_t other : replay_.plan.jobs[i].after)
        refer(replay_.clients.of_job[i], other);
    for (std::uint32_t process = 0; process < threads_.size(); ++process)
      for (const auto& [who, steps] : threads_[process])
        for (const Step& step : steps)
          if (step.waits) refer(process, step.job);
    std::vector<std::uint32_t> foreign;
    for (std::uint32_t i = 0; i < jobs_.size(); ++i)
      if (values_[i] > 0) foreign.push_back(i);
    std::sort(foreign.begin(), foreign.end(), [this](std::uint32_t a, std::uint32_t b) {
      return std::pair(replay_.plan.jobs[a].end_ns, a) < std::pair(replay_.plan.jobs[b].end_ns, b);
    });
    for (const std::uint32_t job : foreign)
      values_[job] = ++timelines_[replay_.clients.of_entity[job]];
  }

  Json value_of(std::uint32_t job) const {
    return {{"timeline", fmt::format("t{}", replay_.clients.of_entity[job])},
            {"value", values_[job]}};
  }

  Json process(std::uint32_t index) const {
    Json contexts = Json::array(), threads = Json::array();
    std::set<std::uint32_t> known;
    for (const auto& [who, steps] : threads_[index]) {
      const auto submits =
          std::find_if(steps.begin(), steps.end(), [](const Step& step) { return !step.waits; });
      const Job& job = jobs_[submits->job];
      if (known.insert(who.second).second)
        contexts.push_back({{"name", fmt::format("c{}", who.second)},
                            {"gpu", gpu_names_[replay_.plan.gpu_of_ring[job.ring]]},
                            {"engine", engine_names_[job.ring]}});
      threads.push_back(
          {{"name", thread_name(who.first, who.second)}, {"program", program(index, steps)}});
    }
    return {{"name", replay_.clients.names[index]},
            {"contexts", std::move(contexts)},
            {"threads", std::move(threads)}};
  }

  std::string thread_name(std::uint32_t task, std::uint32_t entity) const {
    if (task == kNothing) return fmt::format("unknown_c{}", entity);
    const Task& known = replay_.recording.tasks[task];
    return fmt::format("{}-{}_c{}", fit_for_name(known.comm), known.pid, entity);
  }

  // Each operation comes when it came or, if the one before is not over by then, right after that.
  Json program(std::uint32_t process, const std::vector<Step>& steps) const {
    Json operations = Json::array();
    std::int64_t now = origin_ns_;
    for (const Step& step : steps) {
      if (step.ns > now) operations.push_back({{"pace", duration(step.ns - origin_ns_)}});
      now = step.ns;
      operations.push_back(step.waits ? wait(process, step.job) : submit(step.job));
    }
    return once(std::move(operations));
  }

  // Paces count from the begin of a round.
  static Json once(Json operations) {
    return Json::array({Json{{"loop", {{"times", 1}, {"body", std::move(operations)}}}}});
  }

  Json wait(std::uint32_t process, std::uint32_t job) const {
    if (replay_.clients.of_job[job] == process) return {{"wait", {{"ops", {job_id(job)}}}}};
    return {{"wait", {{"values", Json::array({value_of(job)})}}}};
  }

  Json submit(std::uint32_t index) const {
    const PlannedJob& planned = replay_.plan.jobs[index];
    Json what{{"context", fmt::format("c{}", replay_.clients.of_entity[index])},
              {"duration", duration(planned.duration_ns)}};
    Json after = Json::array(), values = Json::array();
    for (const std::uint32_t other : planned.after) {
      if (replay_.clients.of_job[other] == replay_.clients.of_job[index])
        after.push_back(job_id(other));
      else
        values.push_back(value_of(other));
    }
    if (!after.empty()) what["after"] = std::move(after);
    if (!values.empty()) what["wait_values"] = std::move(values);
    if (values_[index] > 0) what["signal_values"] = Json::array({value_of(index)});
    Json operation = Json::object();
    operation["id"] = job_id(index);
    operation["submit"] = std::move(what);
    operation["comment"] = comment(jobs_[index], planned);
    return operation;
  }

  static std::string comment(const Job& job, const PlannedJob& planned) {
    std::string text = fmt::format("line {}", job.line);
    if (job.key.kind == JobKey::Kind::fence)
      text += fmt::format(", fence {}:{}", job.key.a, job.key.b);
    if (job.key.kind == JobKey::Kind::command) text += fmt::format(", command {}", job.key.b);
    if (job.merged > 0) text += fmt::format(", with {} before it", job.merged);
    if (planned.held) text += ", held";
    if (planned.inferred) text += ", last dependency inferred";
    return text;
  }

  // ---------------------------------------------------------------- screens

  void write_displays() {
    for (const Screen& screen : replay_.screens.screens)
      scenario_["displays"].push_back(
          {{"name", fmt::format("crtc{}", screen.crtc)},
           {"gpu", gpu_names_.front()},
           {"refresh", format_frequency(core::Duration(screen.period_ns))}});
  }

  // Its vblanks are multiples of the period: the flip is asked for half a period before its own.
  Json compositor(const Screen& screen) const {
    const std::string display = fmt::format("crtc{}", screen.crtc);
    const std::int64_t first = (screen.vblank_ns - origin_ns_) / screen.period_ns;
    Json operations = Json::array();
    int image = 0;
    for (const std::int64_t flip : screen.flips) {
      const std::int64_t at = (first + flip) * screen.period_ns - screen.period_ns / 2;
      operations.push_back({{"pace", duration(at)}});
      operations.push_back(
          {{"flip", {{"display", display}, {"planes", {fmt::format("image.{}", image)}}}}});
      image = 1 - image;
    }
    const Json images{
        {"name", "image"}, {"size", "8 MiB"}, {"gpu", gpu_names_.front()}, {"count", 2}};
    const Json thread{{"name", "flips"}, {"program", once(std::move(operations))}};
    return {{"name", "compositor-" + display},
            {"buffers", Json::array({images})},
            {"threads", Json::array({thread})}};
  }

  const Replay& replay_;
  const std::vector<Job>& jobs_;
  Json& scenario_;
  std::int64_t origin_ns_;
  std::vector<std::string> gpu_names_, engine_names_;  // by GPU, by ring
  std::vector<std::uint64_t> values_;  // by job: what it signals; 0: nobody elsewhere waits
  std::map<std::uint32_t, std::uint64_t> timelines_;  // by entity: values so far
  std::vector<Threads> threads_;                      // by process
};

/// What rounding of periods to nanoseconds adds up to.
constexpr std::int64_t kInPhaseNs = 1'000;

/// How far from a vblank of theirs the screens are at that instant, in all.
std::int64_t out_of_phase(const std::vector<Screen>& screens, std::int64_t ns) {
  std::int64_t sum = 0;
  for (const Screen& screen : screens) {
    const std::int64_t since = (screen.vblank_ns - ns) % screen.period_ns;
    sum += std::min(since, screen.period_ns - since);
  }
  return sum;
}

}  // namespace

std::int64_t origin_of(const Replay& replay) {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  for (const PlannedJob& job : replay.plan.jobs) first = std::min(first, job.submit_ns);
  for (const CpuWait& wait : replay.jobs.waits) first = std::min(first, wait.began_ns);
  for (const Screen& screen : replay.screens.screens)
    first = std::min(first, screen.vblank_ns + (screen.flips.front() - 2) * screen.period_ns);
  if (replay.screens.screens.empty()) return first;
  const Screen& main = replay.screens.screens.front();
  const std::int64_t periods = (main.vblank_ns - first) / main.period_ns + 1;
  const std::int64_t latest = main.vblank_ns - periods * main.period_ns;
  // All screens of a scenario begin to scan out at its zero: that is where theirs come closest.
  constexpr int kMostPeriods = 60;
  std::int64_t best = latest, least = std::numeric_limits<std::int64_t>::max();
  for (int earlier = 0; earlier <= kMostPeriods && least > kInPhaseNs; ++earlier) {
    const std::int64_t origin = latest - earlier * main.period_ns;
    const std::int64_t off = out_of_phase(replay.screens.screens, origin);
    if (off < least) best = origin;
    least = std::min(least, off);
  }
  return best;
}

void write_replay(const Replay& replay, nlohmann::ordered_json& scenario) {
  Writer(replay, scenario).write();
}

}  // namespace fencelab::scenarios::ftrace
