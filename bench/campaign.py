#!/usr/bin/python3
"""What a campaign costs beyond its runs, and how well it uses two processors.

usage: campaign.py [--quick]
Prints: time of a campaign per run beyond what the runs themselves took (columns wall_time_s), 10,000 small runs with -j 2, -j 2
beside -j 1 on runs of some 30 ms in turns, and the memory of the coordinating process at 1,000 and 10,000 runs. Needs build/fencelab.
"""
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "build", "fencelab")
OVERHEAD_BAR_MS = 2
MANY_BAR_S = 60
SPEED_UP_BAR = 1.8
MEMORY_BAR = 1.25


def scenario(path, rounds, points=0):
    """One client with `rounds` jobs under two stacks, at so many points of a sweep."""
    axis = {"name": "slice", "at": "/platform/gpus/0/timeslice", "values": [f"{i + 1} ms" for i in range(points)]}
    sweep = {"sweep": {"axes": [axis]}} if points else {}
    with open(path, "w") as out:
        json.dump(sweep | {
            "format": 1, "name": "small",
            "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
            "processes": [{"name": "p", "contexts": [{"name": "c", "engine": "rcs0"}], "threads": [
                {"name": "main", "program": [{"loop": {"times": rounds, "body": [
                    {"id": "j", "submit": {"context": "c", "duration": {"uniform": ["1 ms", "2 ms"]}}},
                    {"wait": {"ops": ["j"]}}]}}]}]}],
            "stacks": ["linux-implicit", "vulkan-timeline"],
        }, out)
    return path


def resident_kib(pid):
    try:
        with open(f"/proc/{pid}/status") as status:
            return next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0)
    except (FileNotFoundError, ProcessLookupError):
        return 0


def campaign(folder, path, seeds, jobs):
    """Wall time, sum of what the runs took, runs, and peak memory of the coordinating process."""
    out = tempfile.mkdtemp(dir=folder)
    begun = time.monotonic()
    program = subprocess.Popen([PROGRAM, "run", path, "--seeds", f"1..{seeds}", "-j", str(jobs), "--quiet", "--out", out],
                               stdout=subprocess.DEVNULL)
    peak = 0
    while program.poll() is None:
        peak = max(peak, resident_kib(program.pid))
        time.sleep(0.02)
    wall = time.monotonic() - begun
    if program.returncode != 0:
        sys.exit(f"fencelab failed: {program.returncode}")
    database = sqlite3.connect(os.path.join(out, "results.sqlite"))
    runs, inside = database.execute(
        "SELECT count(*), sum(json_extract(record, '$.values.wall_time_s')) FROM runs").fetchone()
    database.close()
    return {"wall": wall, "inside": float(inside), "runs": runs, "peak": peak}


def verdict(met):
    return "met" if met else "NOT MET"


def main():
    quick = "--quick" in sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        small, middle = scenario(f"{folder}/small.json", 10), scenario(f"{folder}/middle.json", 15000)
        print("campaigns")
        alone = campaign(folder, small, 500, 1)
        overhead = (alone["wall"] - alone["inside"]) / alone["runs"] * 1e3
        print(f"  beyond the runs themselves: {overhead:.2f} ms a run (of {alone['inside'] / alone['runs'] * 1e3:.2f} ms),"
              f" bar {OVERHEAD_BAR_MS}: {verdict(overhead <= OVERHEAD_BAR_MS)}")
        many = campaign(folder, small, 500 if quick else 5000, 2)
        whole = many["wall"] * 10_000 / many["runs"]
        print(f"  10,000 small runs with -j 2: {whole:.1f} s{' (from 1,000)' if quick else ''},"
              f" bar {MANY_BAR_S}: {verdict(whole <= MANY_BAR_S)}")
        if not quick:
            few = campaign(folder, scenario(f"{folder}/few.json", 10, 10), 50, 2)
            more = campaign(folder, scenario(f"{folder}/more.json", 10, 100), 50, 2)
            memory = more["peak"] / few["peak"]
            print(f"  memory of the coordinating process: {more['peak'] / 1024:.1f} MiB with 10,000 runs at 100 points, {memory:.2f} times"
                  f" that with 1,000 at 10, bar {MEMORY_BAR}: {verdict(memory <= MEMORY_BAR)}; with 10,000 at one point {many['peak'] / 1024:.1f} MiB")
        ratios = []
        for _ in range(1 if quick else 5):
            one, two = campaign(folder, middle, 60, 1), campaign(folder, middle, 60, 2)
            ratios.append(one["wall"] / two["wall"])
        ratio = statistics.median(ratios)
        print(f"  -j 2 beside -j 1, runs of {one['inside'] / one['runs'] * 1e3:.0f} ms: {ratio:.2f} times as fast"
              f" ({min(ratios):.2f} to {max(ratios):.2f}), bar {SPEED_UP_BAR}: {verdict(ratio >= SPEED_UP_BAR)}")


if __name__ == "__main__":
    main()
