"""Which faults strike which commands, how often."""
import dataclasses

FULL_FACTOR = 4  # of what is tried by night


@dataclasses.dataclass(frozen=True)
class Plan:
    """Of one command: how many seeds are tried at each rate of the group (in one process only, if one is named), and how many calls
    fail alone (all if there are fewer), in which processes. "0" is the first one, "0.2" its second child."""

    seeds: int = 0
    seeds_in: str = ""
    calls: int = 0
    processes: tuple = ("0",)


@dataclasses.dataclass(frozen=True)
class Group:
    """Faults of one sort. `least`: so many cases must be struck, or the test has lost what it tests."""

    kinds: tuple
    subjects: dict
    least: int
    rates: tuple = ()
    is_harmless: bool = False
    lasts: bool = False  # every other time all calls after the one fail as well; by night each time
    jump_ms: int = 0


def each(names, **plan):
    """The same plan for several commands."""
    return {name: Plan(**plan) for name in names}


ALL = ("run", "run -j2", "more seeds", "trace", "check -j2", "search -j2", "compare", "merge", "replay", "import ftrace", "import wsim",
       "import presentmon")
GROUPS = {
    # libtracecmd, in a process of its own, does not repeat what was interrupted; nothing interrupts it there.
    "interrupted": Group(("short", "eintr"), {**each(ALL, seeds=1), "import dat": Plan(seeds=1, seeds_in="0")}, 40,
                         rates=(2, 7), is_harmless=True),
    "ranks": Group(("short,eintr",), each(("run on ranks", "check on ranks"), seeds=1), 2, rates=(3,), is_harmless=True),
    "clocks": Group(("clock", "monotonic"), each(("run -j2", "check -j2", "search -j2"), seeds=1, calls=3, processes=("0", "0.1")), 15,
                    rates=(2,), is_harmless=True, jump_ms=10_000),
    "full-disk": Group(("enospc", "eio"), {
        **each(("run -j2", "more seeds"), calls=6), **each(("check -j2", "compare", "merge", "trace"), calls=4),
        **each(("replay", "import ftrace", "import dat", "import wsim", "import presentmon"), calls=7)}, 60, lasts=True),
    "descriptors": Group(("emfile", "eacces"), {
        **each(("run -j2", "check -j2"), calls=7), **each(("compare", "merge", "trace"), calls=4),
        **each(("replay", "import ftrace", "import dat"), calls=3)}, 60, lasts=True),
    "processes": Group(("fork", "epipe"), {
        **each(("run", "run -j2", "check -j2", "trace"), calls=4, processes=("0", "0.1")), "import dat": Plan(calls=1),
        "search -j2": Plan(calls=3, processes=("0", "0.1", "0.1.1"))}, 15, lasts=True),
    # libtraceevent does not look whether it got memory, and no test could tell what comes of it: not in its process.
    "memory": Group(("memory", "mapping"), {
        **each(("run -j2", "check -j2"), calls=8, processes=("0", "0.1")), **each(("compare", "merge", "replay"), calls=4),
        "search -j2": Plan(calls=4, processes=("0.1", "0.1.1")), **each(("import dat", "trace", "import ftrace"), calls=4),
        **each(("import wsim", "import presentmon"), calls=3)}, 60, lasts=True),
}
