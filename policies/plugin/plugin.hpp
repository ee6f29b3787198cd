// What a plug-in includes: says what is in it by FENCELAB_PLUGIN(), once. See
// docs/guide/plugins.md.
//
//   static void contents(fencelab::plugin::Contents& plugin) {
//     plugin.add(fencelab::policies::PolicyInfo{...});  // as the policies of the tree
//   }
//   FENCELAB_PLUGIN("acme", "1.0", contents)
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "policies/plugin/abi.hpp"
#include "policies/plugin/handshake.hpp"
#include "policies/plugin/metric.hpp"
#include "policies/registry.hpp"

#ifndef FENCELAB_VERSION
#define FENCELAB_VERSION "of unknown version"
#endif

namespace fencelab::plugin {

/// What a plug-in brings.
class Contents {
 public:
  void add(policies::PolicyInfo policy) { policies_.push_back(std::move(policy)); }
  void add(MetricInfo metric) { metrics_.push_back(std::move(metric)); }
  const std::deque<policies::PolicyInfo>& policies() const { return policies_; }
  const std::deque<MetricInfo>& metrics() const { return metrics_; }

 private:
  std::deque<policies::PolicyInfo> policies_;  // their addresses are given away
  std::deque<MetricInfo> metrics_;
};

/// The contents as the plain data of a handshake, which refers to it.
class Export {
 public:
  Export(const char* name, const char* version, void (*fill)(Contents&)) {
    fill(contents_);
    for (const policies::PolicyInfo& policy : contents_.policies()) add(policy);
    for (const MetricInfo& metric : contents_.metrics()) add(metric);
    handshake_.features = (policies_.empty() ? 0u : std::uint32_t{kHasPolicies}) |
                          (metrics_.empty() ? 0u : std::uint32_t{kHasMetrics});
    handshake_.layout = kLayout;
    handshake_.library_abi = kLibraryAbi;
    handshake_.compiler_abi = kCompilerAbi;
    handshake_.built_against = FENCELAB_VERSION;
    handshake_.name = name;
    handshake_.version = version;
    handshake_.policy_count = static_cast<std::uint32_t>(policies_.size());
    handshake_.metric_count = static_cast<std::uint32_t>(metrics_.size());
    handshake_.policies = policies_.data();
    handshake_.metrics = metrics_.data();
  }
  Export(const Export&) = delete;
  const Handshake* handshake() const { return &handshake_; }

 private:
  void add(const policies::PolicyInfo& policy) {
    std::vector<ParameterEntry>& parameters = parameters_.emplace_back();
    for (const policies::Parameter& from : policy.parameters) {
      std::vector<const char*>& words = words_.emplace_back();
      for (const std::string& word : from.words) words.push_back(word.c_str());
      ParameterEntry& entry = parameters.emplace_back();
      entry.kind = static_cast<std::uint32_t>(from.kind);
      entry.name = from.name.c_str();
      entry.default_value = from.default_value;
      entry.min = from.min;
      entry.max = from.max;
      entry.meaning = from.meaning.c_str();
      entry.source = from.source.c_str();
      entry.word_count = static_cast<std::uint32_t>(words.size());
      entry.words = words.data();
    }
    PolicyEntry& entry = policies_.emplace_back();
    entry.axis = policy.axis.c_str();
    entry.name = policy.name.c_str();
    entry.summary = policy.summary.c_str();
    entry.source = policy.source.c_str();
    entry.parameter_count = static_cast<std::uint32_t>(parameters.size());
    entry.parameters = parameters.data();
    entry.context = &policy;
    entry.make = [](const void* context, models::DriverPolicies& set,
                    const policies::ParameterValues& values, policies::RunState& run) {
      static_cast<const policies::PolicyInfo*>(context)->make(set, values, run);
    };
  }

  void add(const MetricInfo& metric) {
    std::vector<MetricColumnEntry>& columns = columns_.emplace_back();
    for (const MetricColumn& from : metric.columns) {
      MetricColumnEntry& entry = columns.emplace_back();
      entry.better = static_cast<std::uint32_t>(from.better);
      entry.name = from.name.c_str();
      entry.unit = from.unit.c_str();
      entry.meaning = from.meaning.c_str();
    }
    MetricEntry& entry = metrics_.emplace_back();
    entry.column_count = static_cast<std::uint32_t>(columns.size());
    entry.columns = columns.data();
    entry.context = &metric;
    entry.make = [](const void* context, core::Simulation& run) {
      return static_cast<const MetricInfo*>(context)->make(run);
    };
  }

  Contents contents_;
  Handshake handshake_;
  std::vector<PolicyEntry> policies_;
  std::vector<MetricEntry> metrics_;
  std::deque<std::vector<ParameterEntry>> parameters_;
  std::deque<std::vector<const char*>> words_;
  std::deque<std::vector<MetricColumnEntry>> columns_;
};

}  // namespace fencelab::plugin

/// `name`: lower-case letters, digits and dashes; `version`: any text; `fill`: a function that adds
/// to Contents what is in the plug-in.
#define FENCELAB_PLUGIN(name, version, fill)                                           \
  extern "C" __attribute__((visibility("default"))) const fencelab::plugin::Handshake* \
  fencelab_plugin_v1() {                                                               \
    static const fencelab::plugin::Export kExport(name, version, fill);                \
    return kExport.handshake();                                                        \
  }
