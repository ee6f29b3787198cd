// What the program does when it gets no more memory.
#pragma once

namespace fencelab::cli {

/// To be called first: whoever asks in vain for memory ends the program with a message and
/// kExitCrash; no exception passes through code of others that cannot stand it. Nothing
/// half-written stays. Processes of runs do otherwise (campaign/worker_set.hpp).
void end_without_memory();

}  // namespace fencelab::cli
