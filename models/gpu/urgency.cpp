#include "models/gpu/urgency.hpp"

#include <algorithm>
#include <vector>

#include "models/gpu/context.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/hw_queue.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

int urgency_of(const Job& job) { return std::max(job.context->known_priority(), job.needed_at); }

Client* urgent_for(const Job& job) {
  return job.needed_at > job.context->known_priority() ? job.needed_by : job.client;
}

int effective_priority(const Job& job) {
  return std::max(job.context->known_priority(), job.inherited);
}

namespace {

/// One job, and what those get that it waits for.
struct Need {
  Job* job;
  bool inherits;  ///< and not only to be known
};

class Spread {
 public:
  Spread(Job& job, Inheritance rule)
      : rule_(rule),
        priority_(urgency_of(job)),
        client_(urgent_for(job)),
        driver_(job.context->gpu().driver()) {
    pending_.push_back({&job, rule != Inheritance::none});
  }

  void run() {
    // The queue of the job itself needs no look: what is before it has the same priority, or had
    // more.
    for (bool first = true; !pending_.empty(); first = false) {
      const Need need = pending_.back();
      pending_.pop_back();
      for (const Dependency& dependency : need.job->dependencies)
        if (dependency.producer) visit(*dependency.producer, need.inherits);
      if (!first) visit_those_before(*need.job, need.inherits);
    }
  }

 private:
  void visit(Job& job, bool inherits) {
    if (!job.context || job.is_done()) return;
    inherits = inherits && hands_on(job);
    bool changed = false;
    if (urgency_of(job) < priority_) {
      job.needed_at = priority_;
      job.needed_by = client_;
      if (job.engine) job.engine->urgency_changed();
      changed = true;
    }
    if (inherits && effective_priority(job) < priority_) {
      job.inherited = priority_;
      if (job.queue) job.queue->inherit(priority_);
      if (job.entity) job.entity->inherited();
      changed = true;
    }
    if (changed) pending_.push_back({&job, inherits});
  }

  void visit_those_before(const Job& job, bool inherits) {
    const auto ahead = [&](const auto& jobs) {
      for (const JobPtr& other : jobs) {
        if (other.get() == &job) return true;
        visit(*other, inherits);
      }
      return false;
    };
    if (!job.queue) return;
    if (!ahead(job.queue->known_jobs()) && job.entity) ahead(job.entity->known_waiting());
  }

  bool hands_on(const Job& job) const {
    const Gpu& gpu = job.context->gpu();
    if (gpu.driver() != driver_) return false;
    return rule_ == Inheritance::all || !job.context->engines().front()->spec().worker;
  }

  Inheritance rule_;
  int priority_;
  Client* client_;
  const std::string& driver_;
  std::vector<Need> pending_;
};

}  // namespace

void spread_urgency(Job& job) {
  const Gpu& gpu = job.context->gpu();
  Machine& machine = gpu.machine();
  if (!machine.priorities_differ()) return;
  const Inheritance rule = gpu.inheritance();
  const bool untimed = machine.simulation().untimed();
  if (untimed && rule == Inheritance::none) return;
  if (untimed) machine.inheritances().write();
  Spread(job, rule).run();
}

}  // namespace fencelab::models
