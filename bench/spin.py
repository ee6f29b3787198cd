#!/usr/bin/python3
"""SPIN on the Promela models of tests/data/promela, Fencelab's provers on the scenarios beside them.

usage: spin.py [--rounds N] [--limit SECONDS] [--write]

Times the way to a verdict: SPIN's default search stops at the first error, and so do the provers.
Making and compiling SPIN's verifier is not counted. `search` is the search alone, `process` the
whole process: starting, tables of states, loading of the scenario. Contenders take turns within
each round; the table has medians of processor time. Where neither prover comes to a verdict, `check`
is asked, which has random schedules, too. --write puts the table into docs/reference/spin.md.
"""
import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODELS = os.path.join(ROOT, "tests/data/promela")
EXPLORE = os.path.join(ROOT, "build/bench/bench_explore_scenario")
FENCELAB = os.path.join(ROOT, "build/fencelab")
PAGE = os.path.join(ROOT, "docs/reference/spin.md")
BEGIN, END = "<!-- table of bench/spin.py -->\n", "<!-- end of table -->\n"
# SPIN's verifier times itself, from after its tables are allocated (65 ms for the default ones) to the
# end, in ticks of 10 ms: these take the place of what it asks the system.
CLOCK = """
#define _GNU_SOURCE
#include <sys/times.h>
#include <time.h>
clock_t times(struct tms *unused) {
  struct timespec now;
  (void)unused;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}
long sysconf(int name) { (void)name; return 1000000; }
"""
REPEATED_UNTIL = 1.0  # seconds: what takes longer is measured once


def variants():
    """(name, scenario, stack, timers, model, defines)"""
    for n in (3, 4, 5):
        yield f"phil N={n}", f"phil-{n}", "linux-implicit", "never", "phil", [f"-DN={n}"]
    for n in (3, 5, 8):
        yield f"phil N={n} ORDERED", f"phil-{n}-ordered", "linux-implicit", "never", "phil", [f"-DN={n}", "-DORDERED"]
    tick = ["-DN=3", "-DTICK"]
    yield "phil N=3 TICK", "phil-3-tick", "linux-implicit", "never", "phil", tick
    yield "phil N=3 TICK ORDERED", "phil-3-ordered-tick", "linux-implicit", "never", "phil", tick + ["-DORDERED"]
    yield "rwsem", "rwsem-readers-first", "linux-implicit", "never", "rwsem", []
    yield "rwsem FAIR", "rwsem-fair", "linux-implicit", "never", "rwsem", ["-DFAIR"]
    for n in (1, 2, 3):
        jobs = f"-DNJOB={n}"
        for free in range(n + 1):
            yield (f"indefinite NJOB={n} FREE0={free}", f"indefinite-{n}-free{free}", "future-fence", "never",
                   "indefinite", [jobs, f"-DFREE0={free}"])
        for define, scenario, stack, timers in (("USERWAIT", "userwait", "user-waits", "never"),
                                                ("PREEMPT", "free0", "preempt", "never"),
                                                ("TDR", "free0", "timeout", "quiescent")):
            yield (f"indefinite NJOB={n} {define}", f"indefinite-{n}-{scenario}", stack, timers, "indefinite",
                   [jobs, f"-D{define}"])
    for n in (1, 2):
        for scenario, stack, define in ((f"userptr-{n}-roomy", "careful", None), (f"userptr-{n}", "lock-all-along", "BAD_LOCK"),
                                        (f"userptr-{n}", "allocates-in-job", "BAD_JOB")):
            yield (f"userptr NSUB={n}" + (f" {define}" if define else ""), scenario, stack, "never", "userptr",
                   [f"-DNSUB={n}"] + ([f"-D{define}"] if define else []))
    for n in (2, 3):
        for free in (0, 1):
            for stack, define in (("at-run", None), ("prealloc", "PREALLOC"), ("nowait", "NOWAIT"), ("idle-only", "TRYLOCK")):
                yield (f"vmbind NBO={n} FREE0={free}" + (f" {define}" if define else ""), f"vmbind-{n}-free{free}", stack,
                       "never", "vmbind", [f"-DNBO={n}", f"-DFREE0={free}"] + ([f"-D{define}"] if define else []))


class Result:
    def __init__(self, verdict, work, search, process):
        self.verdict, self.work, self.search, self.process = verdict, work, search, process


def output_of(command, directory):
    """What `command` printed, and the processor time of its process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = subprocess.run(command, cwd=directory, check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return output, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Spin:
    def __init__(self, model, defines):
        self.directory = tempfile.mkdtemp(prefix="fencelab-spin-")
        subprocess.run(["spin", "-a", *defines, f"{MODELS}/{model}.pml"], cwd=self.directory, check=True,
                       capture_output=True)
        with open(os.path.join(self.directory, "clock.c"), "w") as clock:
            clock.write(CLOCK)
        subprocess.run(["gcc", "-O2", "-w", "-DSAFETY", "-o", "pan", "pan.c", "clock.c"], cwd=self.directory,
                       check=True)

    def run(self):
        output, process = output_of(["./pan"], self.directory)
        if "search depth too small" in output:
            sys.exit("bench/spin.py: SPIN's default search does not reach the end")
        search = float(re.search(r"elapsed time ([\d.e+-]+)", output).group(1))
        stored = re.search(r"^\s*([\d.e+]+) states, stored", output, re.M).group(1)
        return Result("free" if "errors: 0" in output else "deadlock", int(float(stored)), search, process)

    def clear(self):
        shutil.rmtree(self.directory)


class Prover:
    def __init__(self, scenario, stack, prover, timers, limit):
        self.unit = "executions" if prover == "dpor" else "states"
        self.command = [EXPLORE, f"{MODELS}/{scenario}.json", stack, prover, timers, str(limit)]

    def run(self):
        output, process = output_of(self.command, ROOT)
        found = dict(word.split("=") for word in output.split())
        return Result(found["verdict"], int(found[self.unit]), float(found["seconds"]), process)

    def clear(self):
        pass


def check(scenario, stack, timers, limit):
    """The verdict of `fencelab check` and what found it, for those that the provers leave open."""
    with tempfile.TemporaryDirectory(prefix="fencelab-spin-") as out:
        command = [FENCELAB, "check", f"{MODELS}/{scenario}.json", "--stack", stack, "--timers", timers,
                   "--strength", "explored", "--budget", f"{limit:g}s", "--out", out]
        subprocess.run(command, cwd=ROOT, capture_output=True)  # it fails where it finds a deadlock
        with open(os.path.join(out, "check.json")) as report:
            found = json.load(report)["checks"][0]
    return f"{found['verdict']}, {found['strength'].split('(')[0]}"


def measure(contenders, rounds):
    """For each contender: verdict, work, medians of times."""
    results = [[] for _ in contenders]
    for _ in range(rounds):
        for contender, done in zip(contenders, results):
            if not done or (done[0].verdict != "open" and done[0].search < REPEATED_UNTIL):
                done.append(contender.run())
    return [Result(done[0].verdict, done[0].work, statistics.median(run.search for run in done),
                   statistics.median(run.process for run in done)) for done in results]


def format_seconds(seconds):
    return f"{seconds * 1e3:.2f} ms" if seconds < 1 else f"{seconds:.1f} s"


def ratios_of(results):
    """Our time to a verdict divided by SPIN's, of searches and of processes; None if there is no
    verdict, or not SPIN's."""
    spin, ours = results[0], [result for result in results[1:] if result.verdict != "open"]
    if not ours or any(result.verdict != spin.verdict for result in ours):
        return None
    return (min(result.search for result in ours) / spin.search,
            min(result.process for result in ours) / spin.process)


def row(name, results, checked):
    cells = [cell for result in results
             for cell in (result.verdict, str(result.work), format_seconds(result.search))]
    cells.append(format_seconds(results[0].process))
    cells.append(format_seconds(min(result.process for result in results[1:])))
    cells.append(checked)
    ratios = ratios_of(results)
    cells += [f"{ratio:.2f}" for ratio in ratios] if ratios else ["", ""]
    return f"| {name} | {' | '.join(cells)} |"


def write_page(table):
    with open(PAGE) as page:
        text = page.read()
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    with open(PAGE, "w") as page:
        page.write(text[:begin] + table + text[end:])


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--limit", type=float, default=10, help="seconds for one exploration")
    arguments.add_argument("--write", action="store_true", help="into docs/reference/spin.md, too")
    options = arguments.parse_args()
    if not shutil.which("spin"):
        sys.exit("bench/spin.py: spin is not installed (Debian: spin)")
    lines = ["| variant | SPIN | states | search | prover A | executions | search | prover B | states | search "
             "| SPIN's process | ours | check | ratio of searches | of processes |", "|---" * 15 + "|"]
    ratios, undecided = {}, []
    for name, scenario, stack, timers, model, defines in variants():
        print(f"\rSPIN beside the provers: {name:35}", end="", file=sys.stderr, flush=True)
        contenders = [Spin(model, defines), Prover(scenario, stack, "dpor", timers, options.limit),
                      Prover(scenario, stack, "states", timers, options.limit)]
        results = measure(contenders, options.rounds)
        for contender in contenders:
            contender.clear()
        is_open = all(result.verdict == "open" for result in results[1:])
        lines.append(row(name, results, check(scenario, stack, timers, options.limit) if is_open else ""))
        if ratios_of(results):
            ratios[name] = ratios_of(results)
        else:
            undecided.append(name)
    print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
    table = "\n".join(lines) + "\n"
    print(f"time to verdict beside {subprocess.run(['spin', '-V'], capture_output=True, text=True).stdout.split(' --')[0]}"
          f" (ratios: the faster prover divided by SPIN; bar 1), medians of up to {options.rounds} rounds\n")
    print(table)
    for place, what in enumerate(("searches", "processes")):
        slower = [f"{name} ({ratio[place]:.1f})" for name, ratio in ratios.items() if ratio[place] > 1]
        print(f"{what}: {len(ratios) - len(slower)} of {len(ratios) + len(undecided)} variants at most SPIN's time"
              + (f"; slower: {', '.join(slower)}" if slower else ""))
    if undecided:
        print(f"no verdict within {options.limit:g} s, or not SPIN's: {', '.join(undecided)}")
    if options.write:
        write_page(table)


main()
