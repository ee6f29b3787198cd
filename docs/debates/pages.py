"""What the tables and plots of each page show. `PAGES` names a function for each page: from its Results to tables
(rows of texts, the first of them the header) and figures (panels of series with means and 95 % intervals)."""

from results import Cell

MILLISECOND = 1e6


def number(value):
    """Three significant digits; counts, and what is 100 or more, without decimals."""
    return f"{value:,.0f}" if abs(value) >= 99.95 or float(value).is_integer() else f"{value:#.3g}".rstrip(".")


def spread(cell, unit=1.0):
    """Mean and 95 % interval, or the mean alone if all seeds agree."""
    mean, low, high = (number(value / unit) for value in (cell.mean, cell.low, cell.high))
    return mean if low == high else f"{mean} [{low}, {high}]"


def series(label, xs, cells, unit=1.0, colour=None, dashed=False):
    """A line of a plot; `colour` is a number, by default its place among the lines."""
    line = {"label": label, "x": xs, "mean": [cell.mean / unit for cell in cells],
            "low": [cell.low / unit for cell in cells], "high": [cell.high / unit for cell in cells]}
    return line | {"colour": colour, "dashed": dashed}


def strength(check):
    """How firmly a check established its verdict, and by how many schedules."""
    count = check["schedules"]
    return check["strength"] + (f", {count} schedule{'s' if count > 1 else ''}" if count else "")


def claims(checks, words):
    """A table of checks: what each stack is in `words`, what came out, how firmly."""
    return [["stack", "what it does", "verdict", "strength"]] + [
        [f"`{check['stack']}`", words[check["stack"]], check["verdict"], strength(check)] for check in checks]


def user_queues(results):
    fence = claims(results.claims("indefinite-fence"), {
        "user-queues-preempt-ctx": "user queue; eviction stops it",
        "user-queues-future-fence": "user queue; its end is a dma_fence, which eviction waits for",
        "future-fence-timeout": "the same; waits end after 10 s",
        "linux-implicit": "kernel queue; the process waits for the value before it submits",
        "kernel-future-fence": "kernel queue; a job may depend on the value"})

    suspend = results.compare("suspend-or-wait")
    lengths = [("2 ms", 2000), ("20 ms", 200), ("100 ms", 40), ("500 ms", 8), ("2 s", 2)]
    graces = ["100 us", "10 ms", "100 ms", "never"]
    stacks = ["kernel-queues", "amdgpu-userq", "kfd", "xe-long-running"]

    def cell(length, grace, stack, metric):
        return suspend[f"length={length[0]}; jobs={length[1]}; preemption={grace}", stack, metric]

    waits = [["job", "preemptible every"] + [f"`{stack}`" for stack in stacks]]
    for length, grace in [(length, graces[0]) for length in lengths] + [(lengths[3], grace) for grace in graces[1:]]:
        waits.append([length[0], grace] +
                     [spread(cell(length, grace, stack, "eviction_max_ns"), MILLISECOND) for stack in stacks])

    least = results.compare("minimum-run-time")
    periods = ["0 ms", "5 ms", "10 ms", "30 ms", "100 ms", "300 ms", "1 s"]
    memories = {"1 GiB": "1 GiB", "1536 MiB": "1.5 GiB", "2 GiB": "2 GiB"}

    def run(memory, period, stack, metric):
        return least[f"vram={memory}; least={period}", stack, metric]

    times = [["queues, minimum run time"] + [f"{label}: {what}" for label in memories.values() for what in ("time", "moved")]]
    for kind, period in [("kernel-queues", periods[0])] + [("user-queues", period) for period in periods]:
        row = ["kernel queues" if kind == "kernel-queues" else f"user queues, {period}"]
        for memory in memories:
            row += [spread(run(memory, period, kind, "makespan_ns"), 1e9), spread(run(memory, period, kind, "moved_bytes"), 1e9)]
        times.append(row)

    blame = [["scenario", "`hang`", "`semaphore`", "guilty jobs ended", "innocent jobs ended", "jobs that wait for ever"]]
    for scenario in ("culprit-monitor", "culprit-cpu-signal"):
        for row in results.runs(scenario):
            left = int(row["jobs_submitted_count"]) - int(row["jobs_done_count"]) - int(row["jobs_lost_count"])
            blame.append([f"`{scenario}`", "monitor" if row["stack"].startswith("monitor") else "tdr",
                          "aware" if row["stack"].endswith("aware") else "spin",
                          row["jobs_lost_guilty_count"], row["jobs_lost_innocent_count"], str(left)])

    shown = results.compare("late-frame")
    late = [["stack", "time for 180 flips, ms", "missed vblanks"]]
    for stack in dict.fromkeys(stack for _, stack, _ in shown):
        late.append([f"`{stack}`", spread(shown["", stack, "makespan_ns"], MILLISECOND),
                     number(shown["", stack, "missed_vblanks_count"].mean)])
    never = [["`flip`", "flips of 60", "frames of the client shown"]]
    for row in results.runs("no-value"):
        never.append([f"`{row['stack']}`", row["flips_count"], row["frames_shown_count"]])

    ticks = list(range(len(lengths))), [length[0] for length in lengths]
    memory_ticks = list(range(len(periods))), [period.replace(" ms", "").replace("1 s", "1000") for period in periods]
    figures = {
        "suspend-or-wait": {"panels": [
            {"title": "the loader waits for memory", "x": "length of the solver's jobs", "y": "longest eviction, ms",
             "yscale": "log", "ticks": ticks,
             "series": [series(stack, ticks[0], [cell(length, graces[0], stack, "eviction_max_ns") for length in lengths],
                               MILLISECOND) for stack in stacks]},
            {"title": "jobs of 500 ms", "x": "a job can be stopped every", "y": "longest eviction, ms",
             "yscale": "log", "ticks": [list(range(len(graces))), graces],
             "series": [series(stack, list(range(len(graces))),
                               [cell(lengths[3], grace, stack, "eviction_max_ns") for grace in graces],
                               MILLISECOND) for stack in stacks]}]},
        "minimum-run-time": {"panels": [
            {"title": "three solvers and a loader", "x": "minimum run time, ms", "y": "time until all is done, s",
             "yscale": "log", "ticks": memory_ticks,
             "series": [series(f"{kind} ({label})", memory_ticks[0],
                               [run(memory, period, kind, "makespan_ns") for period in periods], 1e9, colour, dashed)
                        for kind, dashed in (("user-queues", False), ("kernel-queues", True))
                        for colour, (memory, label) in enumerate(memories.items())]}]}}
    return {"claims": fence, "waits": waits, "times": times, "blame": blame, "late": late, "never": never}, figures


def lockdep(results):
    runs = {(row["scenario"], row["stack"]): row["verdict"] for row in results.runs("runs")}
    answers = {"confirmed": "confirmed", "refuted": "refuted", "open": "not decided"}
    reports = [["scenario", "stack", "timed run", "reported from it", "every schedule"]]
    ends = {}
    for check in [check for name in ("own", "all", "held") for check in results.claims(name)]:
        run, found = runs[check["scenario"], check["stack"]], {}
        for finding in check["findings"]:
            if finding["kind"] == "predicted":
                found.setdefault(finding["rule"], set()).add(answers[finding["state"]])
        stuck = check["verdict"] in ("deadlock", "masked")
        end = ends.setdefault(("completes" if run == "complete" else "gets stuck", "yes" if found else "no"), [0, 0])
        end[0 if stuck else 1] += 1
        if found or stuck:
            reports.append([f"`{check['scenario']}`", f"`{check['stack']}`", run,
                            ", ".join(f"`{rule}`: {' and '.join(sorted(found[rule]))}" for rule in found) or "nothing",
                            f"{'deadlock' if stuck else check['verdict']}, {check['strength']}"])
    worth = [["the timed run", "a report is made from it", "some schedule deadlocks", "no schedule does"]]
    worth += [[*key, *map(str, ends[key])] for key in sorted(ends, key=lambda key: (key[0], -len(key[1])))]

    classes = [["scenario", "stack", "a class for each role and device", "one class", "every schedule"]]
    for name in ("sync", "cross"):
        for each, one in zip(results.claims(f"each-{name}"), results.claims(f"one-{name}")):
            words = [", ".join(sorted({f"`{finding['rule']}`: {answers[finding['state']]}" for finding in check["findings"]
                                       if finding["kind"] == "predicted"})) or "nothing" for check in (each, one)]
            classes.append([f"`{one['scenario']}`", f"`{one['stack']}`", *words, f"{one['verdict']}, {one['strength']}"])

    errors = [["errors", "jobs lost: decoder", "filter", "compositor", "other stream"]]
    for stack in ("dropped", "passed-on"):
        errors.append([stack] + [number(results.client("errors", client, "jobs_lost_count")["", stack].mean)
                                 for client in ("decoder", "filter", "compositor", "other")])

    urgent = results.client("inversion", "compositor", "job_latency_max_ns")
    inverted = results.compare("inversion")
    inheritance = [["inheritance", "longest time of a composition, ms", "engines and workers at something less urgent, ms"]]
    for stack, words in (("none", "none"), ("jobs", "along GPU jobs"), ("all", "along GPU jobs and work items")):
        inheritance.append([words, spread(urgent["", stack], MILLISECOND),
                            spread(inverted["", stack, "priority_inversion_ns"], MILLISECOND)])

    slices = ["500 us", "1 ms", "2 ms", "5 ms", "10 ms"]
    stacks = ["spin", "repoll", "aware", "kernel-queues"]
    short = results.client("semaphores", "interactive", "job_latency_mean_ns")
    polled = results.compare("semaphores")
    waits = [["time slice"] + [f"`{stack}`" for stack in stacks] + ["polled: `spin`", "polled: `repoll`"]]
    for slice_ in slices:
        point = f"timeslice={slice_}"
        waits.append([slice_] + [spread(short[point, stack], MILLISECOND) for stack in stacks] +
                     [spread(polled[point, stack, "engine_spin_ns"], MILLISECOND) for stack in ("spin", "repoll")])
    ticks = list(range(len(slices))), slices
    figure = {"panels": [{
        "title": "a short job beside waits in command streams", "x": "time slice", "y": "mean latency, ms", "yscale": "log",
        "ticks": ticks, "series": [series(stack, ticks[0], [short[f"timeslice={slice_}", stack] for slice_ in slices],
                                          MILLISECOND) for stack in stacks]}]}
    return {"worth": worth, "reports": reports, "classes": classes, "errors": errors, "inheritance": inheritance, "waits": waits}, {"semaphores": figure}


def mmu_notifiers(results):
    words = {
        "async-prealloc": "A's bind takes its page tables before its fence is published",
        "async-exact": "A's bind takes them while it runs; B has a notifier that waits",
        "async-exact-pinned": "the same; B has pinned",
        "async-exact-no-gpu": "the same; reclaim leaves alone what GPUs use",
        "linux-implicit": "binds are synchronous",
        "future-fence": "B's fence depends on A's value, A faults; B has a notifier that waits",
        "user-space-waits": "B's job is submitted when A's value is there",
        "b-pins": "as the first; B has pinned",
        "no-gpu-reclaim": "as the first; reclaim leaves alone what GPUs use",
        "b-on-user-queues": "B has user queues, and a notifier that stops them"}
    cross, faulting = (claims(results.claims(name), words) for name in ("cross", "faulting"))

    lengths = ["1 ms", "10 ms", "100 ms", "1 s"]
    stacks = ["notifier-wait", "notifier-preempt", "pin"]
    runs = results.runs("chain")

    def calls(length, stack):
        """Time of a notifier call, and the pages of a run that were moved and that could not be."""
        rows = [row for row in runs if row["point"] == f"draw={length}" and row["stack"] == stack]
        columns = [[int(row[column]) for row in rows] for column in
                   ("notifier_time_ns", "invalidations_count", "pages_migrated_count", "pages_unmovable_count")]
        means = [time / count for time, count in zip(*columns[:2]) if count]
        return [Cell.of_values(values) if values else None for values in (means, columns[2], columns[3])]

    stall = [["A's job"] + [f"`{stack}`: a call" for stack in stacks[:2]] + ["`pin`: ranges that could not be moved, of 10"]]
    for length in lengths:
        stall.append([length] + [spread(calls(length, stack)[0], MILLISECOND) for stack in stacks[:2]] +
                     [spread(calls(length, "pin")[2])])
    ticks = list(range(len(lengths))), lengths
    figure = {"panels": [{
        "title": "a call of B's notifier", "x": "length of A's job, which B's waits for", "y": "mean, ms", "yscale": "log",
        "ticks": ticks, "series": [series(stack, ticks[0], [calls(length, stack)[0] for length in lengths], MILLISECOND)
                                   for stack in stacks[:2]]}]}

    does = {"pin": "pins", "pinned": "pins", "all-pinned": "pins", "notifier-wait": "notifier waits", "xe": "notifier waits",
            "notifier-preempt": "notifier stops queues", "compute-preempt": "notifier stops queues", "zap": "the GPU faults"}
    sides = [["scenario", "driver", "jobs lost", "accesses to pages that are not the process's", "ranges moved", "not movable",
              "killed for memory", "allocations that failed", "time in notifiers, ms"]]
    for scenario, stack in dict.fromkeys((row["scenario"], row["stack"]) for row in results.runs("sides")):
        if stack == "compute-wait":  # a variant of two others
            continue
        of_side = results.compare("sides", scenario)
        cells = [of_side["", stack, metric] for metric in (
            "jobs_lost_count", "absences_count", "pages_migrated_count", "pages_unmovable_count", "oom_kills_count",
            "allocation_failures_count")]
        sides.append([f"`{scenario}`", does[stack]] + [spread(cell) for cell in cells] +
                     [spread(of_side["", stack, "notifier_time_ns"], MILLISECOND)])
    return {"cross": cross, "faulting": faulting, "stall": stall, "sides": sides}, {"stall": figure}


def vm_bind(results):
    checks = {(check["scenario"], check["stack"]): check for check in results.claims("claims")}
    outcomes = {(row["scenario"], row["stack"]): row for row in results.runs("runs")}

    def outcome(scenario, stack):
        check, run = checks[scenario, stack], outcomes[scenario, stack]
        text = f"{check['verdict']}, {check['strength']}"
        if int(run["allocation_failures_count"]):
            text += f"; {run['allocation_failures_count']} bind failed with -ENOMEM in its ioctl"
        return text

    rows = [
        ("memory runs out while the bind is queued", "bind-under-pressure",
         "worst-case", "exact-at-submission", "exact-when-it-runs"),
        ("two bind queues and one new table; the first waits for a job that the second is to end", "bind-queues-one-table",
         "worst-case", "state-at-submit", None),
        ("a synchronous bind after one that is queued behind such a job", "sync-bind-between",
         "worked-out-at-run", "worked-out-at-submit", None),
        ("six binds in flight, memory for 15 tables", "bind-throttle", "unlimited", "exact", None),
        ("the same, at most six tables taken ahead", "bind-throttle", "limited", None, None),
        ("such a limit (8), and a thread that must not wait in its ioctl", "bind-throttle-held", "throttled", None, None)]
    matrix = [["situation", "scenario", "worst case, in the ioctl", "exact, in the ioctl", "exact, when it runs"]]
    for words, scenario, *stacks in rows:
        matrix.append([words, f"`{scenario}`"] + [outcome(scenario, stack) if stack else "" for stack in stacks])

    counts = [4, 16, 64, 256, 1024]
    stacks = {"async-prealloc": "worst case, in the ioctl", "async-state-at-submit": "exact, in the ioctl",
              "async-exact": "exact, when it runs"}
    near, apart = results.compare("near"), results.compare("apart")

    def tables(cells, point, stack):
        """Most page tables at once: what is beyond the buffer of 64 KiB."""
        cell = cells[point, stack, "system_peak_bytes"]
        return Cell(*((value - 65536) / 4096 for value in (cell.mean, cell.low, cell.high)))

    memory = [["binds in flight"] + list(stacks.values())]
    for count in counts:
        memory.append([f"{count}, of one range"] + [spread(tables(near, f"binds={count}", stack)) for stack in stacks])
    memory.append(["16, each 512 GiB from the next"] + [spread(tables(apart, "", stack)) for stack in stacks])

    ahead = results.compare("pipeline")
    pipeline = [["binds", "time for 40 scenes, ms"]] + [
        [f"`{stack}`", spread(ahead["", stack, "makespan_ns"], MILLISECOND)]
        for stack in ("sync", "async-prealloc", "async-state-at-submit", "async-exact")]

    evicted = results.runs("reservations")
    reservations = [["the idle buffer", "eviction of it, ms"]] + [
        ["private: shares the reservation of the address space" if row["scenario"] == "vm-private-eviction"
         else "external: has one of its own", number(int(row["eviction_max_ns"]) / MILLISECOND)] for row in evicted]
    sets = [["fence of a job goes on", "verdict"]]
    for check in results.claims("working-set"):
        sets.append([{"listed": "the buffers that it lists", "mapped": "all that is mapped"}[check["stack"]],
                     f"{check['verdict']}, {check['strength']}"])
    figure = {"panels": [{"title": "binds of one range, queued behind a job", "x": "binds in flight", "y": "most page tables at once",
                          "yscale": "log", "xscale": "log", "ticks": [counts, [str(count) for count in counts]],
                          "series": [series(words, counts, [tables(near, f"binds={count}", stack) for count in counts])
                                     for stack, words in stacks.items()]}]}
    return {"matrix": matrix, "memory": memory, "pipeline": pipeline, "reservations": reservations, "sets": sets}, {
        "tables": figure}


def sync_file(results):
    reads = ["1 ms", "4 ms", "8 ms", "12 ms", "16 ms"]
    names = {"oracle": "waits for true hazards only", "linux-implicit": "implicit, all images listed as written",
             "vulkan-wsi-2021": "neither export nor import", "explicit-bridged-no-export": "import only",
             "import-write": "both; readers go in as writers", "explicit-bridged": "both; readers go in as readers",
             "import-read": "both; writers go in as readers"}
    cells = results.compare("reader")
    frames = [["stack", "what crosses"] + [f"lost, reads of {reading}" for reading in (reads[0], reads[2], reads[4])] +
              ["time for 60 frames, reads of 16 ms", "hazards, reads of 16 ms"]]
    for stack, words in names.items():
        frames.append([f"`{stack}`", words] +
                      [spread(cells[f"reads={reading}", stack, "oversync_time_ns"], MILLISECOND)
                       for reading in (reads[0], reads[2], reads[4])] +
                      [spread(cells[f"reads={reads[4]}", stack, "makespan_ns"], MILLISECOND),
                       spread(cells[f"reads={reads[4]}", stack, "hazards_count"])])
    ticks = list(range(len(reads))), [reading.replace(" ms", "") for reading in reads]

    def panel(title, metric, label):
        return {"title": title, "x": "time for which the recorder reads, ms", "y": label, "ticks": ticks,
                "series": [series(stack, ticks[0], [cells[f"reads={reading}", stack, metric] for reading in reads], MILLISECOND)
                           for stack in names]}

    figure = {"panels": [panel("lost to false dependencies", "oversync_time_ns", "over-synchronisation, ms"),
                         panel("sixty frames", "makespan_ns", "time until all is done, ms")]}

    outcomes = {row["stack"]: row for row in results.runs("slots")}
    slots = [["reservation, and how the reader goes in", "stack", "verdict", "hazards", "false dependencies", "lost to them, ms"]]
    kinds = {"linux-implicit": "submissions say that they read", "explicit-bridged": "usage classes, as reader",
             "import-write": "usage classes, as writer", "exclusive-slot": "one exclusive slot, which throws the others out",
             "exclusive-array": "one exclusive slot, with an array of all that was there"}
    for check in results.claims("slots-proved"):
        if check["stack"] not in kinds:
            continue
        row = outcomes[check["stack"]]
        slots.append([kinds[check["stack"]], f"`{check['stack']}`", f"{check['verdict']}, {check['strength']}", row["hazards_count"],
                      row["dependencies_false_count"], number(int(row["oversync_time_ns"]) / MILLISECOND)])

    owner = [["scenario", "stack", "false dependencies", "lost to them, ms", "hazards"]]
    for row in results.runs("owner"):
        if row["stack"] != "oracle":
            owner.append([f"`{row['scenario']}`", f"`{row['stack']}`", row["dependencies_false_count"],
                          number(int(row["oversync_time_ns"]) / MILLISECOND), row["hazards_count"]])
    return {"frames": frames, "slots": slots, "owner": owner}, {"frames": figure}


def timeouts(results):
    cells = results.compare("sweep")
    limits = ["50 ms", "200 ms", "640 ms", "2 s", "5 s", "20 s"]
    stacks = {"job": "time on the engine", "wait": "time of a wait for a fence", "leave": "time to leave the engine",
              "job-preempt-fence": "time on the engine; memory by preempt fence"}

    def cell(limit, grace, stack, metric):
        return cells[f"limit={limit}; preemption={grace}", stack, metric]

    metrics = (("jobs_lost_innocent_count", 1), ("jobs_lost_guilty_count", 1), ("eviction_max_ns", MILLISECOND))
    header = [["limited", "limit", "correct jobs ended", "hung jobs ended, of 2", "longest eviction, ms"]]
    tables = {}
    for name, grace in (("preemptible", "100 us"), ("never", "never")):
        tables[name] = header + [
            [f"{words} (`{stack}`)", limit] + [spread(cell(limit, grace, stack, metric), unit) for metric, unit in metrics]
            for stack, words in stacks.items() for limit in ("50 ms", "640 ms", "5 s", "20 s")]

    ticks = list(range(len(limits))), limits

    def panel(title, metric, label, unit, scale):
        lines = [series(stack, ticks[0], [cell(limit, "100 us", stack, metric) for limit in limits], unit, colour)
                 for colour, stack in enumerate(stacks)]
        lines.append(series("leave, jobs cannot be preempted", ticks[0], [cell(limit, "never", "leave", metric) for limit in limits],
                            unit, 2, True))
        return {"title": title, "x": "limit", "y": label, "yscale": scale, "ticks": ticks, "series": lines}

    figure = {"panels": [panel("correct jobs ended", "jobs_lost_innocent_count", "jobs in a run", 1, "linear"),
                         panel("whoever needs memory waits", "eviction_max_ns", "longest eviction, ms", MILLISECOND, "log")]}

    masked = [["scenario", "stack", "verdict", "stood for, ms", "correct jobs lost", "hazards", "without a limit"]]
    without = {"future-fence-timeout": "user-queues-future-fence", "publish-with-timeout": "publish-before-value",
               "kernel-queues-timeout": "kernel-queues"}
    runs = {(row["scenario"], row["stack"]): row for row in results.runs("cycles")}
    for (scenario, stack), row in runs.items():
        if stack in without:
            masked.append([f"`{scenario}`", f"`{stack}`", row["verdict"], number(int(row["masked_stall_max_ns"]) / MILLISECOND),
                           row["jobs_lost_innocent_count"], row["hazards_count"], runs[scenario, without[stack]]["verdict"]])
    return tables | {"masked": masked}, {"sweep": figure}


PAGES = {"user-queues": user_queues, "lockdep": lockdep, "mmu-notifiers": mmu_notifiers,
         "vm-bind": vm_bind, "sync-file": sync_file,
         "timeouts": timeouts}
