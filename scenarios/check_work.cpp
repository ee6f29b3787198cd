// Does anything run at all, and is everything used?
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/load_parts.hpp"
#include "scenarios/nearest_name.hpp"
#include "scenarios/program_facts.hpp"

namespace fencelab::scenarios {

namespace {

bool has_work(const ThreadSpec& thread) {
  return std::any_of(thread.program.begin(), thread.program.end(), is_work);
}

void warn_table(LoadContext& context, const NameTable& table, const std::string& noun) {
  for (const auto& [name, thing] : table.things()) {
    if (thing.is_used) continue;
    context.sink.warning(
        thing.pointer,
        {.code = "unused", .message = fmt::format("{} {} is never used", noun, quote(name))});
  }
}

void warn_resources(LoadContext& context, ResourceNames& names) {
  for (const Resource kind : {Resource::buffer, Resource::timeline, Resource::lock,
                              Resource::channel, Resource::swapchain}) {
    warn_table(context, names.of(kind), name_of(kind));
  }
}

}  // namespace

void check_work(LoadContext& context) {
  if (context.sink.has_errors()) return;
  for (const ProcessSpec& process : context.scenario.processes) {
    if (std::any_of(process.threads.begin(), process.threads.end(), has_work)) return;
  }
  context.sink.error("/processes",
                     {.code = "no-work",
                      .message = "no thread does any work, so that nothing would run",
                      .expected = "an operation that is not just a setting or a note"});
}

void warn_unused(LoadContext& context) {
  warn_resources(context, context.globals);
  warn_table(context, context.displays, "display");
  for (ProcessNames& names : context.inside) {
    warn_resources(context, names.resources);
    warn_table(context, names.contexts, "context");
  }
}

}  // namespace fencelab::scenarios
