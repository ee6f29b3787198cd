#include "scenarios/wsim/importer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "scenarios/quantity.hpp"

namespace fencelab::scenarios::wsim {

namespace {

using Json = nlohmann::ordered_json;

std::string microseconds(std::int64_t us) { return fmt::format("{} us", us); }

/// "VCS1" is engine vcs0: descriptors count instances from one.
std::string engine_id(const EngineName& engine) {
  std::string klass = engine.klass;
  std::transform(klass.begin(), klass.end(), klass.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return klass + std::to_string(engine.instance == 0 ? 0 : engine.instance - 1);
}

class Importer {
 public:
  Importer(const Workload& workload, const ImportOptions& options)
      : workload_(workload), options_(options) {
    for (const Step& step : workload.steps) look_at(step);
  }

  Json scenario() {
    Json json;
    json["format"] = 1;
    json["name"] = options_.name;
    json["title"] = "i915 workload " + options_.name;
    json["description"] =
        "Imported from a gem_wsim descriptor. Assumed: an integrated GPU, time slices of 1 ms, "
        "preemption for 50 us, batches "
        "that can be preempted every 100 us unless an X step says otherwise (the tool's default), "
        "a 4 KiB buffer per batch, and "
        "no limit worth mentioning on batches in flight (64 per engine).";
    json["source"] = "igt-gpu-tools, benchmarks/wsim (MIT licence)";
    json["truth"] =
        "Each batch writes its own buffer and reads those of its data dependencies; working sets "
        "as listed.";
    json["horizon"] = horizon();
    json["platform"] = {{"gpus", Json::array({Json{{"name", "gpu0"},
                                                   {"driver", "i915"},
                                                   {"engines", engines_},
                                                   {"timeslice", "1 ms"},
                                                   {"preemption_cost", "50 us"},
                                                   {"credits", 64}}})}};
    const Json shared = working_sets(true);
    if (!shared.empty()) json["buffers"] = shared;
    json["processes"] = Json::array({process()});
    json["stacks"] = {"linux-implicit", "vulkan-explicit", "amdgpu-implicit"};
    return json;
  }

 private:
  void look_at(const Step& step) {
    auto know = [this](const EngineName& engine) {
      if (engine.klass == "DEFAULT") return;
      const std::string id = engine_id(engine);
      if (std::find(engines_.begin(), engines_.end(), id) == engines_.end()) engines_.push_back(id);
    };
    if (step.kind == StepKind::batch || step.kind == StepKind::bond) know(step.engine);
    for (const EngineName& engine : step.engines) know(engine);
    if (step.kind == StepKind::batch) contexts_.insert(step.context);
    if (step.kind == StepKind::engine_map) maps_[step.context] = &step;
    if (step.kind == StepKind::load_balance) balanced_.insert(step.context);
    if (step.kind == StepKind::sseu) sseu_[step.context] = step.number;
  }

  // Every batch one after the other, each as long as it can be, would take this long; four times
  // that leaves room for priorities and waiting.
  std::string horizon() const {
    std::int64_t us = 0;
    for (const Step& step : workload_.steps) {
      us += static_cast<std::int64_t>(step.max_us);
      if (step.kind == StepKind::delay || step.kind == StepKind::period) us += step.number;
    }
    return microseconds(4 * us * options_.repeat * options_.clients + 1'000'000);
  }

  std::vector<std::string> map_engines(std::uint32_t context) const {
    const auto found = maps_.find(context);
    if (found == maps_.end()) return engines_;
    std::vector<std::string> ids;
    for (const EngineName& engine : found->second->engines) {
      const std::string prefix = engine_id({engine.klass, 1}).substr(0, engine.klass.size());
      for (const std::string& id : engines_) {
        const bool matches = engine.instance
                                 ? id == engine_id(engine)
                                 : id.substr(0, id.find_first_of("0123456789")) == prefix;
        if (matches && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
      }
    }
    return ids;
  }

  Json contexts() const {
    Json list = Json::array();
    std::set<std::uint32_t> all = contexts_;
    for (const Step& step : workload_.steps)
      if (step.kind == StepKind::priority || step.kind == StepKind::preemption ||
          step.kind == StepKind::engine_map)
        all.insert(step.context);
    for (const std::uint32_t context : all) {
      Json json{{"name", fmt::format("ctx{}", context)},
                {"gpu", "gpu0"},
                {"engines", map_engines(context)}};
      if (balanced_.count(context)) json["balanced"] = true;
      for (const Step& step : workload_.steps) {
        if (step.kind != StepKind::bond || step.context != context) continue;
        Json engines = Json::array();
        for (const EngineName& engine : step.engines) engines.push_back(engine_id(engine));
        json["bonds"].push_back({{"engines", engines}, {"master", engine_id(step.engine)}});
      }
      json["preemption"] = "100 us";
      if (const auto sseu = sseu_.find(context); sseu != sseu_.end())
        json["annotations"] = {{"sseu", std::to_string(sseu->second)}};
      list.push_back(json);
    }
    return list;
  }

  Json working_sets(bool shared) const {
    Json list = Json::array();
    for (const Step& step : workload_.steps) {
      if (step.kind != StepKind::working_set || step.shared != shared) continue;
      std::uint32_t object = 0;
      for (const ObjectGroup& group : step.objects)
        for (std::uint32_t i = 0; i < group.count; ++i, ++object) {
          Json json{{"name", fmt::format("w{}_{}", step.number, object)}};
          if (group.min == group.max)
            json["size"] = fmt::format("{} B", group.min);
          else
            json["size"] = {
                {"uniform", {fmt::format("{} B", group.min), fmt::format("{} B", group.max)}}};
          list.push_back(json);
        }
    }
    return list;
  }

  Json process() {
    Json buffers = Json::array();
    for (std::size_t i = 0; i < workload_.steps.size(); ++i)
      if (workload_.steps[i].kind == StepKind::batch)
        buffers.push_back({{"name", fmt::format("step{}", i)}, {"size", "4 KiB"}});
    for (const Json& object : working_sets(false)) buffers.push_back(object);
    Json body = Json::array();
    for (std::size_t i = 0; i < workload_.steps.size(); ++i) add_step(i, body);
    for (const std::string& fence : open_fences_)
      body.push_back({{"sw_signal", fence}, {"comment", "end of the iteration"}});
    Json program = Json::array({Json{{"loop", {{"times", options_.repeat}, {"body", body}}}}});
    if (const Json ids = batch_ids(); !ids.empty()) program.push_back({{"wait", {{"ops", ids}}}});
    Json json{{"name", "client"}};
    if (options_.clients > 1) json["count"] = options_.clients;
    json["buffers"] = buffers;
    json["contexts"] = contexts();
    json["threads"] = Json::array({Json{{"name", "main"}, {"program", program}}});
    return json;
  }

  Json batch_ids() const {
    Json ids = Json::array();
    for (std::size_t i = 0; i < workload_.steps.size(); ++i)
      if (workload_.steps[i].kind == StepKind::batch) ids.push_back(fmt::format("s{}", i));
    return ids;
  }

  static std::string id_of(std::size_t index, std::int64_t target) {
    return fmt::format("s{}", static_cast<std::int64_t>(index) + target);
  }

  // The batch `throttle_` steps before this one, going back over steps that are none, round the
  // loop.
  void add_throttle(std::size_t index, Json& body) const {
    const auto count = static_cast<std::int64_t>(workload_.steps.size());
    std::int64_t target = (static_cast<std::int64_t>(index) - throttle_ % count + count) % count;
    while (workload_.steps[static_cast<std::size_t>(target)].kind != StepKind::batch)
      target = (target + count - 1) % count;
    if (target != static_cast<std::int64_t>(index))
      body.push_back({{"wait", {{"ops", {fmt::format("s{}", target)}}}}, {"comment", "throttle"}});
  }

  void add_step(std::size_t index, Json& body) {
    const Step& step = workload_.steps[index];
    Json op;
    switch (step.kind) {
      case StepKind::batch: return add_batch(index, body);
      case StepKind::delay: op = {{"think", microseconds(step.number)}}; break;
      case StepKind::period: op = {{"pace", microseconds(step.number)}}; break;
      case StepKind::sync: op = {{"wait", {{"ops", {id_of(index, step.number)}}}}}; break;
      case StepKind::throttle: throttle_ = step.number; return;
      case StepKind::queue_depth: op = {{"queue_depth", step.number}}; break;
      case StepKind::sw_fence:
        op = {{"id", fmt::format("s{}", index)}, {"sw_fence", Json::object()}};
        open_fences_.push_back(fmt::format("s{}", index));
        break;
      case StepKind::sw_signal:
        op = {{"sw_signal", id_of(index, step.number)}};
        std::erase(open_fences_, id_of(index, step.number));
        break;
      case StepKind::priority:
        op = {{"priority",
               {{"context", fmt::format("ctx{}", step.context)}, {"level", step.number}}}};
        break;
      case StepKind::preemption:
        op = {{"preemption",
               {{"context", fmt::format("ctx{}", step.context)},
                {"period", step.number == 0 ? "never" : microseconds(step.number)}}}};
        break;
      case StepKind::sseu:
        op = {
            {"annotate", {{fmt::format("sseu ctx{}", step.context), std::to_string(step.number)}}}};
        break;
      case StepKind::terminate: op = {{"terminate", id_of(index, step.number)}}; break;
      default: return;  // maps, balancing, bonds and working sets are declarations
    }
    op["comment"] = fmt::format("line {}: {}", step.line, step.text);
    body.push_back(op);
  }

  void add_batch(std::size_t index, Json& body) {
    const Step& step = workload_.steps[index];
    if (throttle_ > 0) add_throttle(index, body);
    Json submit{{"context", fmt::format("ctx{}", step.context)}};
    const auto engines = map_engines(step.context);
    const bool mapped = maps_.count(step.context) > 0;
    const std::string id = step.engine.klass == "DEFAULT" ? "rcs0" : engine_id(step.engine);
    const bool exact =
        step.engine.instance > 0 && std::find(engines.begin(), engines.end(), id) != engines.end();
    if (!mapped || exact || !balanced_.count(step.context))
      submit["engine"] = mapped && !exact ? engines.front() : id;
    if (step.infinite)
      submit["duration"] = "infinite";
    else if (step.min_us == step.max_us)
      submit["duration"] = microseconds(static_cast<std::int64_t>(step.min_us));
    else
      submit["duration"] = {{"uniform",
                             {microseconds(static_cast<std::int64_t>(step.min_us)),
                              microseconds(static_cast<std::int64_t>(step.max_us))}},
                            {"step", "1 us"}};
    Json reads = Json::array(), writes = Json::array({fmt::format("step{}", index)}),
         after = Json::array(), after_start = Json::array();
    for (const DependencyRef& ref : step.dependencies) {
      if (ref.kind == DependencyRef::Kind::data)
        reads.push_back("step" + id_of(index, ref.target).substr(1));
      if (ref.kind == DependencyRef::Kind::fence) after.push_back(id_of(index, ref.target));
      if (ref.kind == DependencyRef::Kind::submit_fence)
        after_start.push_back(id_of(index, ref.target));
      for (std::uint32_t object = ref.first; object <= ref.last; ++object) {
        if (ref.kind == DependencyRef::Kind::read_set)
          reads.push_back(fmt::format("w{}_{}", ref.set, object));
        if (ref.kind == DependencyRef::Kind::write_set)
          writes.push_back(fmt::format("w{}_{}", ref.set, object));
      }
    }
    if (!reads.empty()) submit["reads"] = reads;
    submit["writes"] = writes;
    if (!after.empty()) submit["after"] = after;
    if (!after_start.empty()) submit["after_start"] = after_start;
    body.push_back({{"id", fmt::format("s{}", index)},
                    {"submit", submit},
                    {"comment", fmt::format("line {}: {}", step.line, step.text)}});
    if (step.wait) body.push_back({{"wait", {{"ops", {fmt::format("s{}", index)}}}}});
  }

  const Workload& workload_;
  const ImportOptions& options_;
  std::vector<std::string> engines_{"rcs0", "bcs0", "vcs0", "vcs1", "vecs0"};
  std::set<std::uint32_t> contexts_, balanced_;
  std::map<std::uint32_t, const Step*> maps_;
  std::map<std::uint32_t, std::int64_t> sseu_;
  std::vector<std::string> open_fences_;
  std::int64_t throttle_ = 0;
};

}  // namespace

std::string import_workload(const Workload& workload, const ImportOptions& options) {
  return Importer(workload, options).scenario().dump(1) + "\n";
}

}  // namespace fencelab::scenarios::wsim
