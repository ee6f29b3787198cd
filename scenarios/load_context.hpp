// What the parts of the loader share while one scenario is read (internal to the loader).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/findings.hpp"
#include "scenarios/name_table.hpp"
#include "scenarios/node.hpp"
#include "scenarios/policy_names.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::scenarios {

/// Kinds of things that may be global or private to a process.
enum class Resource : std::uint8_t { buffer, timeline, lock, channel, swapchain };
inline constexpr std::size_t kResourceKinds = 5;

/// "buffer", "timeline", ...
const char* name_of(Resource kind);

/// The global resources, or those of one process.
struct ResourceNames {
  std::array<NameTable, kResourceKinds> tables;
  NameTable& of(Resource kind) { return tables[static_cast<std::size_t>(kind)]; }
};

/// An operation with an id.
struct Label {
  std::string operation;   ///< "submit", ...
  bool is_finite = false;  ///< surely a job that ends by itself
};

/// Names inside one process.
struct ProcessNames {
  ResourceNames resources;
  NameTable contexts, threads, labels;
  std::vector<Label> label_infos;  ///< by index in `labels`
};

/// The scenario under construction and the names declared so far.
struct LoadContext {
  const JsonDocument& document;
  const Spellings& spellings;
  const PolicyNames& policy_names;
  FindingSink& sink;
  Scenario& scenario;

  NameTable gpus = {}, displays = {}, processes = {};
  ResourceNames globals = {};
  std::vector<ProcessNames> inside = {};  ///< by process
  std::vector<Index> userptr_users = {};  ///< by buffer: the process that uses a global userptr
  std::size_t accesses = 0;               ///< total after expansion, which is limited
  bool has_too_many_buffers = false;      ///< reported already

  Place place_of(const Node& node) const;

  /// Shorthand for an error at a node.
  void error(const Node& node, Finding finding) { sink.error(node.pointer(), std::move(finding)); }
};

/// Declares the name that `node` holds as the things `thing`; reports a name given twice. `noun` is
/// the kind in messages.
void declare_name(LoadContext& context, NameTable& table, const Node& node, NamedThing thing,
                  const std::string& noun);

/// Elements of a list of declarations; remembers in `table` when there is something that is no
/// list.
std::vector<Node> declarations(NameTable& table, const Node& list);

/// Index that the text of `node` names in `table`, or kNone and (unless it cannot be judged) an
/// error.
Index resolve_name(LoadContext& context, NameTable& table, const Node& node,
                   const std::string& noun);

/// Index of the single resource that the text of `node` names as seen from `process` (kNone: from
/// outside of all processes), or kNone and an error.
Index resolve_resource(LoadContext& context, Resource kind, Index process, const Node& node);

/// Whether `name` is a resource that `process` can see.
bool is_visible(LoadContext& context, Resource kind, Index process, const std::string& name);

/// All the resources that `text` at `node` names; ranges are allowed. Empty on error.
std::vector<Index> resolve_resources(LoadContext& context, Resource kind, Index process,
                                     const Node& node, const std::string& text);

}  // namespace fencelab::scenarios
