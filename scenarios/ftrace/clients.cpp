#include "scenarios/ftrace/clients.hpp"

#include <fmt/format.h>

#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>

namespace fencelab::scenarios::ftrace {

namespace {

using Entity = std::pair<std::uint32_t, std::uint64_t>;  // ring, number

class ClientFinder {
 public:
  ClientFinder(const Recording& recording, const Jobs& jobs)
      : recording_(recording), jobs_(jobs.jobs), parents_(recording.tasks.size()) {
    std::iota(parents_.begin(), parents_.end(), 0u);
    join_threads();
    join_by_entities();
  }

  Clients find() {
    Clients clients;
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint64_t>, std::uint32_t> entities;
    for (const Job& job : jobs_) {
      const std::uint32_t process = process_of(job);
      const auto [entity, is_new] =
          entities.emplace(std::tuple(process, job.ring, job.entity), clients.entities);
      if (is_new) ++clients.entities;
      clients.of_job.push_back(process);
      clients.of_entity.push_back(entity->second);
    }
    clients.names = std::move(names_);
    return clients;
  }

 private:
  std::uint32_t root(std::uint32_t task) {
    while (parents_[task] != task) task = parents_[task] = parents_[parents_[task]];
    return task;
  }

  void join(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    parents_[std::max(a, b)] = std::min(a, b);
  }

  void join_threads() {
    std::map<std::int32_t, std::uint32_t> first;  // by tgid
    for (std::uint32_t i = 0; i < recording_.tasks.size(); ++i)
      if (const auto tgid = recording_.tasks[i].tgid)
        if (const auto [known, is_new] = first.emplace(*tgid, i); !is_new) join(known->second, i);
  }

  // Entities of the kernel, into which whoever moves memory puts jobs, keep nobody together.
  void join_by_entities() {
    for (const Job& job : jobs_) {
      if (job.task == kNothing || job.of_kernel) continue;
      auto& tasks = users_[{job.ring, job.entity}];
      tasks.insert(job.task);
    }
    for (auto& [entity, tasks] : users_) {
      std::set<std::int32_t> groups;
      for (const std::uint32_t task : tasks)
        if (const auto tgid = recording_.tasks[task].tgid) groups.insert(*tgid);
      if (groups.size() > 1)
        shared_.insert(entity);
      else
        for (const std::uint32_t task : tasks) join(*tasks.begin(), task);
    }
  }

  std::uint32_t process_of(const Job& job) {
    const Entity entity{job.ring, job.entity};
    if (job.of_kernel || shared_.contains(entity)) {
      if (!kernel_) kernel_ = name("kernel");
      return *kernel_;
    }
    const auto users = users_.find(entity);
    if (users == users_.end()) {
      const auto [known, is_new] = unknown_.emplace(entity, 0);
      if (is_new) known->second = name("unknown");
      return known->second;
    }
    const std::uint32_t task = root(*users->second.begin());
    const auto [known, is_new] = processes_.emplace(task, 0);
    if (is_new) known->second = name(name_of_task(*users->second.begin()));
    return known->second;
  }

  // By its main thread, if that was seen.
  std::string name_of_task(std::uint32_t task) const {
    const Task& first = recording_.tasks[task];
    std::string comm = first.comm == "<...>" ? "unknown" : first.comm;
    if (first.tgid)
      for (const Task& other : recording_.tasks)
        if (other.pid == *first.tgid && other.comm != "<...>") comm = other.comm;
    return fmt::format("{}-{}", comm, first.tgid.value_or(first.pid));
  }

  std::uint32_t name(const std::string& wish) {
    const std::string fit = fit_for_name(wish);
    std::string unique = fit;
    for (int i = 2; !taken_.insert(unique).second; ++i) unique = fmt::format("{}_{}", fit, i);
    names_.push_back(unique);
    return static_cast<std::uint32_t>(names_.size() - 1);
  }

  const Recording& recording_;
  const std::vector<Job>& jobs_;
  std::vector<std::uint32_t> parents_;
  std::map<Entity, std::set<std::uint32_t>> users_;
  std::set<Entity> shared_;
  std::map<std::uint32_t, std::uint32_t> processes_;  // by root of its tasks
  std::map<Entity, std::uint32_t> unknown_;
  std::optional<std::uint32_t> kernel_;
  std::vector<std::string> names_;
  std::set<std::string> taken_;
};

}  // namespace

std::string fit_for_name(std::string_view text) {
  // Scenarios allow 128 bytes; numbers that tell names apart come behind.
  constexpr std::size_t kLongest = 96;
  std::string name(text.empty() ? "_" : text.substr(0, kLongest));
  for (char& c : name) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
    if (!fits) c = '_';
  }
  return name;
}

Clients find_clients(const Recording& recording, const Jobs& jobs) {
  return ClientFinder(recording, jobs).find();
}

}  // namespace fencelab::scenarios::ftrace
