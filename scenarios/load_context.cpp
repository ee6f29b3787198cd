#include "scenarios/load_context.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

// Names of a kind that a process can see.
std::vector<std::string> visible_names(LoadContext& context, Resource kind, Index process) {
  std::vector<std::string> names = context.globals.of(kind).names();
  if (process != kNone) {
    for (std::string& name : context.inside[process].resources.of(kind).names()) {
      names.push_back(std::move(name));
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// The thing of that name, process-local first, then global.
NamedThing* find_resource(LoadContext& context, Resource kind, Index process,
                          const std::string& name) {
  NamedThing* local = nullptr;
  if (process != kNone) local = context.inside[process].resources.of(kind).find(name);
  return local != nullptr ? local : context.globals.of(kind).find(name);
}

bool is_incomplete(LoadContext& context, Resource kind, Index process) {
  return context.globals.of(kind).is_incomplete() ||
         (process != kNone && context.inside[process].resources.of(kind).is_incomplete());
}

// The process other than `process` that has a private thing of that name, if there is one.
Index owner_elsewhere(LoadContext& context, Resource kind, const std::string& name) {
  for (std::size_t i = 0; i < context.inside.size(); ++i) {
    if (context.inside[i].resources.of(kind).find(name) != nullptr) return static_cast<Index>(i);
  }
  return kNone;
}

void report_unknown(LoadContext& context, Resource kind, Index process, const Node& node,
                    const std::string& name) {
  if (is_incomplete(context, kind, process)) return;
  const std::vector<std::string> names = visible_names(context, kind, process);
  std::string hint = did_you_mean(name, names);
  const Index owner = owner_elsewhere(context, kind, name);
  if (owner != kNone) {
    hint = fmt::format("{} is private to process {}", quote(name),
                       quote(context.scenario.processes[owner].name));
  }
  context.error(node,
                {.code = "unknown-name",
                 .message = fmt::format("unknown {} {}", name_of(kind), quote(name)),
                 .expected = names.empty() ? fmt::format("a {}, but there are none", name_of(kind))
                                           : one_of(names),
                 .hint = hint});
}

void report_elements(LoadContext& context, const Node& node, const Reference& reference,
                     const NamedThing& thing) {
  const std::string& base = reference.base;
  const bool is_plain = reference.form == Reference::Form::plain;
  context.error(node,
                {.code = is_plain ? "ambiguous-name" : "out-of-range",
                 .message = is_plain ? fmt::format("{} is a set of {}", quote(base), thing.count)
                                     : fmt::format("{} has {} element{}", quote(base), thing.count,
                                                   thing.count == 1 ? "" : "s"),
                 .expected = fmt::format("\"{0}.0\" to \"{0}.{1}\"", base, thing.count - 1)});
}

// Whether the reference picks existing elements; sets the picked range.
bool pick_elements(Reference& reference, const NamedThing& thing) {
  using Form = Reference::Form;
  if (reference.form == Form::plain && (thing.count > 1 || thing.is_indexed)) return false;
  if (reference.form == Form::plain || reference.form == Form::all) {
    reference.first = 0;
    reference.last = thing.count - 1;
  }
  return reference.first <= reference.last && reference.last < thing.count;
}

}  // namespace

const char* name_of(Resource kind) {
  constexpr const char* kNames[kResourceKinds] = {"buffer", "timeline", "lock", "channel",
                                                  "swapchain"};
  return kNames[static_cast<std::size_t>(kind)];
}

Place LoadContext::place_of(const Node& node) const {
  const Position position = document.locate(node.pointer()).value;
  return {position.line, position.column, node.pointer()};
}

void declare_name(LoadContext& context, NameTable& table, const Node& node, NamedThing thing,
                  const std::string& noun) {
  const std::optional<std::string> name = node.text();
  if (!name) return table.mark_incomplete();
  const NamedThing* const first = table.find(*name);
  if (first == nullptr) {
    table.declare(*name, std::move(thing));
    return;
  }
  const Position position = context.document.locate(first->pointer).value;
  context.error(node,
                {.code = "duplicate-name",
                 .message = fmt::format("another {} is named {}", noun, quote(*name)),
                 .expected = "a name of its own",
                 .hint = fmt::format("the first is at {}:{}", position.line, position.column)});
}

std::vector<Node> declarations(NameTable& table, const Node& list) {
  if (list && !list.is_list()) table.mark_incomplete();
  return list.items();
}

Index resolve_name(LoadContext& context, NameTable& table, const Node& node,
                   const std::string& noun) {
  const std::optional<std::string> name = node.text();
  if (!name) return kNone;
  if (NamedThing* const thing = table.find(*name)) {
    thing->is_used = true;
    return thing->first;
  }
  if (table.is_incomplete()) return kNone;
  const std::vector<std::string> names = table.names();
  context.error(node, {.code = "unknown-name",
                       .message = fmt::format("unknown {} {}", noun, quote(*name)),
                       .expected = names.empty() ? fmt::format("a {}, but there are none", noun)
                                                 : one_of(names),
                       .hint = did_you_mean(*name, names)});
  return kNone;
}

bool is_visible(LoadContext& context, Resource kind, Index process, const std::string& name) {
  return find_resource(context, kind, process, name) != nullptr;
}

std::vector<Index> resolve_resources(LoadContext& context, Resource kind, Index process,
                                     const Node& node, const std::string& text) {
  std::optional<Reference> reference = parse_reference(text);
  if (!reference || (kind != Resource::buffer && reference->form != Reference::Form::plain)) {
    reference = Reference{.form = Reference::Form::plain, .base = text};
  }
  NamedThing* const thing = find_resource(context, kind, process, reference->base);
  if (thing == nullptr) {
    report_unknown(context, kind, process, node, reference->base);
    return {};
  }
  thing->is_used = true;
  if (thing->is_broken) return {};
  if (!pick_elements(*reference, *thing)) {
    report_elements(context, node, *reference, *thing);
    return {};
  }
  std::vector<Index> found;
  for (std::uint32_t i = reference->first; i <= reference->last; ++i)
    found.push_back(thing->first + i);
  return found;
}

Index resolve_resource(LoadContext& context, Resource kind, Index process, const Node& node) {
  const std::optional<std::string> text = node.text();
  if (!text) return kNone;
  const std::vector<Index> found = resolve_resources(context, kind, process, node, *text);
  if (found.size() > 1) {
    context.error(
        node, {.code = "ambiguous-name",
               .message = fmt::format("{} names {} {}s", quote(*text), found.size(), name_of(kind)),
               .expected = "a single one"});
  }
  return found.size() == 1 ? found.front() : kNone;
}

}  // namespace fencelab::scenarios
