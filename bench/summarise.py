#!/usr/bin/python3
"""Medians and ratios from what bench/run.sh collected.

usage: summarise.py RAW RESULTS_CSV
RAW has lines "contender pending events_per_second" and lines "whole_engine key=value ...",
"order_watch key=value ...", "analysis_cost ...", "litmus ...", "pages ...", "pages_size ..." and
"pages_run ...", of the same form.
"""
import csv
import statistics
import sys
from collections import defaultdict

# (contender, least ratio of our rate to its rate, what the bar is)
BARS = [
    ("heap", 0.5, "bare binary heap of {time, sequence, index}"),
    ("simgrid", 5.0, "SimGrid, S4U actors sleeping"),
    ("ns3", 1.0, "ns-3, default scheduler"),
    ("simpy", 1.0, "SimPy 3"),
]
WHOLE_ENGINE_BAR = 300_000
MEMORY_BAR = 1.10
ORDER_WATCH_BAR = 1.25
LITMUS_BAR = 300_000
MILLION_FAULTS_BAR_S = 10
BYTES_PER_PAGE_BAR = 64
LOAD_64_GIB_BAR_S = 2


def read(path):
    rates, runs = defaultdict(list), defaultdict(list)
    with open(path) as lines:
        for line in lines:
            words = line.split()
            if words[0] in ("whole_engine", "analysis_cost", "order_watch", "litmus", "pages", "pages_size", "pages_run"):
                runs[words[0]].append(dict(word.split("=", 1) for word in words[1:] if "=" in word))
            else:
                rates[words[0], int(words[1])].append(float(words[2]))
    return rates, runs


def verdict(met):
    return "met" if met else "NOT MET"


def hold_model(rates, out):
    print("event kernel, hold model: million events per second, median (least to most), and ours divided by it")
    for pending in sorted({size for _, size in rates}):
        ours = statistics.median(rates["fencelab", pending])
        print(f"  {pending} pending")
        print(f"    {'fencelab':10} {ours * 1e-6:7.2f}")
        for name, least, what in BARS:
            values = rates.get((name, pending))
            if not values:
                print(f"    {name:10} not measured ({what})")
                continue
            median = statistics.median(values)
            ratio = ours / median
            print(f"    {name:10} {median * 1e-6:7.2f} ({min(values) * 1e-6:.2f} to {max(values) * 1e-6:.2f})"
                  f"  ratio {ratio:6.2f}, bar {least}: {verdict(ratio >= least)}  {what}")
            out.writerow(["hold_model", pending, name, f"{median:.0f}", f"{ratio:.3f}", least])
        out.writerow(["hold_model", pending, "fencelab", f"{ours:.0f}", "1", ""])


def whole_engine(runs, out):
    short = [run for run in runs if run["jobs"] == runs[0]["jobs"]]
    rate = statistics.median(float(run["jobs_per_s"]) for run in short)
    print(f"\nwhole engine: {rate:.0f} simulated jobs per second (median of {len(short)}), "
          f"bar {WHOLE_ENGINE_BAR}: {verdict(rate >= WHOLE_ENGINE_BAR)}")
    out.writerow(["whole_engine", "", "fencelab", f"{rate:.0f}", "", WHOLE_ENGINE_BAR])
    longest = max(runs, key=lambda run: int(run["jobs"]))
    if longest["jobs"] != short[0]["jobs"]:
        small, large = int(short[0]["peak_rss_kib"]), int(longest["peak_rss_kib"])
        print(f"memory: {small} KiB after {short[0]['jobs']} jobs, {large} KiB after {longest['jobs']}, "
              f"ratio {large / small:.3f}, bar {MEMORY_BAR}: {verdict(large / small <= MEMORY_BAR)}")


def analysis_cost(runs, out):
    print()
    for name in ("hazards", "oversync", "both"):
        ratio = statistics.median(float(run[f"{name}_ratio"]) for run in runs)
        print(f"watching {name}: {ratio:.3f} times the run with metrics alone (median of {len(runs)})")
        out.writerow(["analysis_cost", "", name, "", f"{ratio:.3f}", ""])


def order_watch(runs, out):
    ratios = [float(run["ratio"]) for run in runs]
    ratio = statistics.median(ratios)
    print(f"\nwatching orders: {ratio:.3f} times the plain run ({min(ratios):.3f} to {max(ratios):.3f}, "
          f"median of {len(ratios)}), bar {ORDER_WATCH_BAR}: {verdict(ratio <= ORDER_WATCH_BAR)}; "
          f"{runs[0]['events']} events of {runs[0]['jobs']} jobs in {runs[0]['chains']} chains")
    out.writerow(["order_watch", "", "fencelab", "", f"{ratio:.3f}", ORDER_WATCH_BAR])


def litmus(runs, out):
    print("\nlitmus programs under prover A: thousand executions per second, median; all: each program explored once")
    for program in dict.fromkeys(run["program"] for run in runs):
        rows = [run for run in runs if run["program"] == program]
        rate = statistics.median(float(run["executions_per_s"]) for run in rows)
        steps = statistics.median(float(run["steps_per_s"]) for run in rows)
        bar = f"  bar {LITMUS_BAR // 1000}: {verdict(rate >= LITMUS_BAR)}" if program == "all" else ""
        print(f"    {program:22} {rate * 1e-3:7.0f}  {rows[0]['steps_per_execution']:>5} steps each, "
              f"{steps * 1e-6:.1f} M steps/s{bar}")
        out.writerow(["litmus", "", program, f"{rate:.0f}", "", LITMUS_BAR if program == "all" else ""])


def median_of(rows, key):
    return statistics.median(float(row[key]) for row in rows)


def pages(runs, out):
    print("\npages, against a record per page in the same run:")
    for name, what in (("single", "touches of single pages"), ("runs", "touches in runs of 64")):
        rate, ratio = median_of(runs["pages"], f"{name}_per_s"), median_of(runs["pages"], f"{name}_ratio")
        print(f"    {what:24} {rate * 1e-6:7.1f} million/s, {ratio:.1f} times as many")
        out.writerow(["pages", "", name, f"{rate:.0f}", f"{ratio:.3f}", ""])
    size = median_of(runs["pages_size"], "bytes_per_page")
    print(f"    bytes per page that is there {size}, a record per page "
          f"{median_of(runs['pages_size'], 'naive_bytes_per_page')}; bar {BYTES_PER_PAGE_BAR}: "
          f"{verdict(size <= BYTES_PER_PAGE_BAR)}")
    for name in dict.fromkeys(run["name"] for run in runs["pages_run"]):
        rows = [run for run in runs["pages_run"] if run["name"] == name]
        load, run = median_of(rows, "load_s"), median_of(rows, "run_s")
        bar = (f"bar {MILLION_FAULTS_BAR_S} s to run: {verdict(run <= MILLION_FAULTS_BAR_S)}" if name == "million_faults"
               else f"bar {LOAD_64_GIB_BAR_S} s to load: {verdict(load <= LOAD_64_GIB_BAR_S)}")
        print(f"    {name}: {load:.2f} s to load, {run:.2f} s of processor time to run, {rows[0]['faults']} faults, "
              f"{rows[0]['evicted']} pages evicted, {int(rows[0]['peak_rss_kib']) >> 10} MiB; {bar}")
        out.writerow(["pages_run", "", name, "", f"{run:.3f}", ""])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    rates, runs = read(sys.argv[1])
    with open(sys.argv[2], "w", newline="") as target:
        out = csv.writer(target)
        out.writerow(["benchmark", "pending_events", "contender", "rate_per_second", "fencelab_ratio", "bar"])
        hold_model(rates, out)
        whole_engine(runs["whole_engine"], out)
        analysis_cost(runs["analysis_cost"], out)
        order_watch(runs["order_watch"], out)
        litmus(runs["litmus"], out)
        pages(runs, out)


main()
