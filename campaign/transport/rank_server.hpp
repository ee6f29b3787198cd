// What every rank but the first does: helps where it is told to, each time in a process of its own,
// so that whoever crashes costs what it was at and no more.
#pragma once

#include <functional>

#include "campaign/transport/helpers.hpp"
#include "campaign/transport/ranks.hpp"

namespace fencelab::campaign {

/// Who helps a task, by its number; called where it is to serve. May throw.
using ServiceOfTask = std::function<MakeServe(std::uint64_t task)>;

/// Until the first rank says that all is done.
void serve_ranks(Ranks& ranks, const ServiceOfTask& service);

}  // namespace fencelab::campaign
