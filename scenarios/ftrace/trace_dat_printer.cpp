#include "scenarios/ftrace/trace_dat_printer.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

// The library's headers are C. That of libtracefs, which they include, is no C++; nothing here
// needs it.
extern "C" {
#define _TRACE_FS_H
#include <event-parse.h>
#include <trace-cmd.h>
}

#include "scenarios/ftrace/decoder.hpp"

namespace fencelab::scenarios::ftrace {

namespace {

struct Printer {
  std::FILE* out;
  tep_handle* tep;
  trace_seq text;
};

// One event is one line.
void flatten(char* text) {
  for (; *text != '\0'; ++text)
    if (*text == '\n' || *text == '\r') *text = ' ';
}

int print_event(tracecmd_input*, tep_record* record, int cpu, void* data) {
  Printer& printer = *static_cast<Printer*>(data);
  if (record->missed_events != 0)
    std::fprintf(printer.out, "CPU:%d [LOST %lld EVENTS]\n", cpu,
                 static_cast<long long>(record->missed_events));
  tep_event* const event = tep_find_event_by_record(printer.tep, record);
  if (!event) return 0;
  const int pid = tep_data_pid(printer.tep, record);
  trace_seq_reset(&printer.text);
  if (Decoder::reads(event->name))
    tep_print_event(printer.tep, &printer.text, record, "%s", TEP_PRINT_INFO);
  trace_seq_terminate(&printer.text);
  flatten(printer.text.buffer);
  const int printed =
      std::fprintf(printer.out, "%s-%d [%03d] %llu.%09llu: %s: %s\n",
                   tep_data_comm_from_pid(printer.tep, pid), pid, cpu, record->ts / 1'000'000'000,
                   record->ts % 1'000'000'000, event->name, printer.text.buffer);
  return printed < 0 ? -1 : 0;
}

}  // namespace

void print_trace_dat(const std::string& path, int fd) {
  std::signal(SIGPIPE, SIG_DFL);
  constexpr rlim_t kSeconds = 600;  // a damaged file may make the library go round for ever
  const rlimit seconds{kSeconds, kSeconds}, no_core{0, 0};
  ::setrlimit(RLIMIT_CPU, &seconds);
  ::setrlimit(RLIMIT_CORE, &no_core);
  std::FILE* const out = ::fdopen(fd, "w");
  tracecmd_input* const input = out ? tracecmd_open(path.c_str(), 0) : nullptr;
  if (!input) ::_exit(kCannotOpen);
  Printer printer{out, tracecmd_get_tep(input), {}};
  trace_seq_init(&printer.text);
  const int failed = tracecmd_iterate_events(input, nullptr, 0, print_event, &printer);
  const bool written = std::fflush(out) == 0;
  ::_exit(failed != 0 || !written ? kCannotRead : 0);
}

}  // namespace fencelab::scenarios::ftrace
