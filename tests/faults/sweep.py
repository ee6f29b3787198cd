#!/usr/bin/env python3
"""Runs the program where calls of libc fail, and looks at what becomes of it. README.md says what must hold.

usage: sweep.py PROGRAM TOOLS FOLDER GROUP [--full] [--seed N] [--subject NAME]
                                                a group of cases, or "all", in FOLDER, which is made anew
       sweep.py PROGRAM TOOLS FOLDER --one NAME VARIABLE=VALUE...
                                                one case, as it is told when it fails; its folder stays

TOOLS is the folder of the build with faults.so.
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
import itself
import judge
import results
import subjects
from program import Faults, Program


class Sweep:
    """Cases of commands, each in a folder of its own below `folder`."""

    def __init__(self, program, folder, recording):
        self.program = program
        self.folder = folder
        self.numbers = itertools.count()
        self.lock = threading.Lock()
        self.references = {}
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "inputs").mkdir(parents=True)
        subjects.write_inputs(folder / "inputs", recording)

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
                plain = self.program.run(subject.command.split(), place, None, subject.launcher)
                self.references[subject.name] = judge.Reference(plain, place, before, subject.apart)
                counted = self.program.run(subject.command.split(), self.stage(subject), Faults(), subject.launcher)
                self.references[subject.name].outcome.calls = counted.calls
            return self.references[subject.name]

    def try_one(self, subject, faults, is_harmless, keep=False):
        """(mistakes, outcome) of one case."""
        reference = self.reference(subject)
        place = self.stage(subject)
        outcome = self.program.run(subject.command.split(), place, faults, subject.launcher)
        if not outcome.struck:
            found = []
        elif is_harmless or outcome.code == reference.outcome.code:
            found = reference.differences(outcome, place) + judge.left_over(outcome, place)
        else:
            found = judge.end_mistakes(outcome) + judge.left_over(outcome, place)
            found += reference.told(outcome, place, faults.kinds) + reference.claims(outcome, place)
            again = self.program.run(subject.completed_by(), place, None, subject.launcher)
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
        print("  the same again: tests/faults/sweep.py PROGRAM TOOLS FOLDER --one", repr(subject.name), faults.words())

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


def cases_of(sweep, group, is_full, seed, only):
    """(subject, faults, is harmless) of each case."""
    scale = groups.FULL_FACTOR if is_full else 1
    for name, plan in group.subjects.items():
        if only and name != only:
            continue
        subject = subjects.subject(name)
        for kind, number, rate in itertools.product(group.kinds, range(1, plan.seeds * scale + 1), group.rates):
            yield subject, Faults(kind, seed=seed + number, rate=rate, process=plan.seeds_in, jump_ms=1), group.is_harmless
        for kind, process in itertools.product(group.kinds, plan.processes if plan.calls else ()):
            calls = sweep.reference(subject).outcome.calls.get((process, kind), 0)
            for i, call in enumerate(chosen(calls, plan.calls * scale, f"{seed} {name} {kind} {process}")):
                if is_full or not group.lasts or i % 2 == 0:
                    yield subject, Faults(kind, nth=call, process=process, jump_ms=group.jump_ms), group.is_harmless
                if group.lasts and (is_full or i % 2 == 1):
                    yield subject, Faults(kind, first=call, process=process), group.is_harmless


def try_group(sweep, name, options):
    """Whether all is right in a group."""
    group = groups.GROUPS[name]
    struck, missed, wrong = sweep.try_all(cases_of(sweep, group, options.full, options.seed, options.subject))
    print(f"{name}: {struck} cases with faults, {missed} without, {wrong} wrong", flush=True)
    if not options.subject and struck < group.least:
        print(f"  fewer than {group.least} cases with faults: what is tested is not there any more")
        return False
    return wrong == 0


def try_told(sweep, subject, words):
    """The one case that these words tell; whether it is right."""
    values = dict(word.removeprefix("FENCELAB_FAULTS").split("=") for word in words)
    numbers = [int(values.get(name, 0)) for name in ("_SEED", "_RATE", "_NTH", "_FROM")]
    faults = Faults(values.get("", ""), *numbers, values.get("_PROCESS", ""), int(values.get("_JUMP_MS", 0)))
    is_harmless = any(faults.kinds in group.kinds and group.is_harmless for group in groups.GROUPS.values())
    found, outcome = sweep.try_one(subject, faults, is_harmless, keep=True)
    sweep.tell(subject, faults, found, outcome)
    return not found


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("tools", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("group", nargs="?", choices=[*groups.GROUPS, "all", "itself"])
    parser.add_argument("--full", action="store_true", default=os.environ.get("FENCELAB_TEST_FULL", "") not in ("", "0"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--subject")
    parser.add_argument("--one", nargs="+")
    options = parser.parse_args()
    program = Program(options.program, options.tools / "faults.so")
    sweep = Sweep(program, options.folder.resolve(), options.tools / "recording.dat")
    if options.one:
        return 0 if try_told(sweep, subjects.subject(options.one[0]), options.one[1:]) else 1
    if options.group == "itself":
        itself.check(sweep)
    elif not all([try_group(sweep, name, options) for name in (groups.GROUPS if options.group == "all" else [options.group])]):
        return 1
    shutil.rmtree(options.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
