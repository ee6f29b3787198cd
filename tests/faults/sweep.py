#!/usr/bin/env python3
"""Runs the program where calls of libc fail, and looks at what becomes of it. README.md says what must hold.

usage: sweep.py PROGRAM INJECTOR FOLDER GROUP [--full] [--subject NAME]    a group of cases, in FOLDER, which is made anew
       sweep.py PROGRAM INJECTOR FOLDER --one NAME VARIABLE=VALUE...       one case, as it is told when it fails; its folder stays
       sweep.py --list                                                     the groups
"""
import argparse
import concurrent.futures
import itertools
import os
import pathlib
import random
import shutil
import sys
import threading

import groups
import judge
import results
import subjects
from program import Faults, Program


class Sweep:
    """Cases of commands, each in a folder of its own below `folder`."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.numbers = itertools.count()
        self.lock = threading.Lock()
        self.references = {}
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "inputs").mkdir(parents=True)
        subjects.write_inputs(folder / "inputs")

    def stage(self, subject):
        """A folder as the subject finds it."""
        ready = self.folder / f"ready {subject.name}"
        if not ready.exists():
            shutil.copytree(self.folder / "inputs", ready)
            for command in subject.before:
                outcome = self.program.run(command.split(), ready)
                if outcome.code not in (0, 1, 2):
                    raise SystemExit(f"{command}: exit code {outcome.code}\n{outcome.err}")
        place = self.folder / f"case {next(self.numbers)}"
        shutil.copytree(ready, place)
        return place

    def reference(self, subject):
        """What it gives without faults; asked first by one thread."""
        with self.lock:
            if subject.name not in self.references:
                place = self.stage(subject)
                before = results.files(place)
                plain = self.program.run(subject.command.split(), place)
                self.references[subject.name] = judge.Reference(plain, place, before, subject.apart)
                counted = self.program.run(subject.command.split(), self.stage(subject), Faults())
                self.references[subject.name].outcome.calls = counted.calls
            return self.references[subject.name]

    def try_one(self, subject, faults, is_harmless, keep=False):
        """(mistakes, outcome) of one case."""
        reference = self.reference(subject)
        place = self.stage(subject)
        outcome = self.program.run(subject.command.split(), place, faults)
        if not outcome.struck:
            found = []
        elif is_harmless or outcome.code == reference.outcome.code:
            found = reference.differences(outcome, place) + judge.left_over(outcome, place)
        else:
            found = judge.end_mistakes(outcome) + judge.left_over(outcome, place)
            found += reference.told(outcome, place, faults.kinds) + reference.claims(outcome, place)
            again = self.program.run(subject.completed_by(), place)
            if again.code != reference.outcome.code:
                found.append(f"afterwards, without faults: exit code {again.code} instead of {reference.outcome.code}")
            found += [f"afterwards, without faults: {mistake}" for mistake in reference.missing(place)]
        if not keep:
            shutil.rmtree(place)
        return found, outcome

    def tell(self, subject, faults, found, outcome):
        """A case that went wrong."""
        print(f"FAILED: {subject.name}: {faults.words()}", flush=True)
        for mistake in found[:8]:
            print(f"  {mistake}")
        for line in outcome.struck[:5]:
            print(f"  struck: {line}")
        print(f"  exit code {outcome.code}; stderr:")
        for line in outcome.err.splitlines()[:12]:
            print(f"    {line[:300]}")

    def try_all(self, cases):
        """Numbers of cases that were struck, not struck, and wrong."""
        struck = missed = wrong = 0
        with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            futures = [(case, pool.submit(self.try_one, *case)) for case in cases]
            for (subject, faults, _), future in futures:
                found, outcome = future.result()
                struck += len(outcome.struck) > 0
                missed += len(outcome.struck) == 0
                wrong += len(found) > 0
                if found:
                    self.tell(subject, faults, found, outcome)
        return struck, missed, wrong


def chosen(count, most, seed):
    """At most that many of 1..count: all, or the first ones and others at random in parts of equal size."""
    if count <= most:
        return list(range(1, count + 1))
    first = most // 4
    rest = most - first
    draw = random.Random(seed)
    bounds = [first + (count - first) * i // rest for i in range(rest + 1)]
    return [*range(1, first + 1), *(draw.randint(low + 1, high) for low, high in zip(bounds, bounds[1:]))]


def cases_of(sweep, group, is_full, only):
    """(subject, faults, is harmless) of each case."""
    for name, plan in group.subjects.items():
        if only and name != only:
            continue
        subject = subjects.subject(name)
        scale = groups.FULL_FACTOR if is_full else 1
        for kind in group.kinds:
            for seed in range(1, plan.seeds * scale + 1):
                for rate in group.rates:
                    yield subject, Faults(kind, seed=seed, rate=rate, jump_ms=1), group.is_harmless
            for process in plan.processes if plan.calls else ():
                calls = sweep.reference(subject).outcome.calls.get((process, kind), 0)
                for call in chosen(calls, plan.calls * scale, f"{name} {kind} {process}"):
                    yield subject, Faults(kind, nth=call, process=process, jump_ms=group.jump_ms), group.is_harmless
                    if group.lasts:
                        yield subject, Faults(kind, first=call, process=process), group.is_harmless


def main():
    if sys.argv[1:] == ["--list"]:
        for name in groups.GROUPS:
            print(name)
        return 0
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("program")
    parser.add_argument("injector")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("group", nargs="?")
    parser.add_argument("--full", action="store_true", default=os.environ.get("FENCELAB_TEST_FULL", "") not in ("", "0"))
    parser.add_argument("--subject")
    parser.add_argument("--one", nargs="+")
    options = parser.parse_args()
    sweep = Sweep(Program(options.program, options.injector), options.folder.resolve())
    if options.one:
        values = dict(word.removeprefix("FENCELAB_FAULTS").split("=") for word in options.one[1:])
        faults = Faults(values.get("", ""), *(int(values.get(name, 0)) for name in ("_SEED", "_RATE", "_NTH", "_FROM")),
                        values.get("_PROCESS", ""), int(values.get("_JUMP_MS", 0)))
        subject = subjects.subject(options.one[0])
        is_harmless = any(faults.kinds in group.kinds and group.is_harmless for group in groups.GROUPS.values())
        found, outcome = sweep.try_one(subject, faults, is_harmless, keep=True)
        sweep.tell(subject, faults, found, outcome)
        return len(found) > 0
    group = groups.GROUPS[options.group]
    struck, missed, wrong = sweep.try_all(cases_of(sweep, group, options.full, options.subject))
    print(f"{options.group}: {struck} cases with faults, {missed} without, {wrong} wrong")
    if struck < (1 if options.subject or options.full else group.least):
        print(f"  fewer than {group.least} cases with faults: what is tested is not there any more")
        return 1
    if not wrong:
        shutil.rmtree(options.folder)
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
