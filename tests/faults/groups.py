"""Which faults strike which commands, how often."""
import dataclasses

FULL_FACTOR = 8  # of what is tried by night


@dataclasses.dataclass(frozen=True)
class Plan:
    """Of one command: how many seeds are tried at each rate of the group, and how many calls fail alone (all if there are fewer), in
    which of its processes ("0" is the first one, "0.2" its second child)."""

    seeds: int = 0
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
    lasts: bool = False  # once with the call that fails alone, once with all after it as well
    jump_ms: int = 0


def each(names, **plan):
    """The same plan for several commands."""
    return {name: Plan(**plan) for name in names}


ALL = ("run", "run -j2", "more seeds", "trace", "check -j2", "search -j2", "compare", "merge", "replay", "import ftrace", "import wsim")
GROUPS = {
    "interrupted": Group(("short", "eintr", "short,eintr"), each(ALL, seeds=1), 40, rates=(2, 7), is_harmless=True),
    "clocks": Group(("clock", "monotonic"), each(("run -j2", "check -j2", "search -j2"), seeds=1, calls=8, processes=("0", "0.1")), 10,
                    rates=(2,), is_harmless=True, jump_ms=10_000),
    "full disk": Group(("enospc", "eio"), {
        **each(("run -j2", "more seeds"), calls=30), **each(("check -j2", "compare", "merge", "trace"), calls=12),
        **each(("replay", "import ftrace", "import wsim"), calls=6)}, 60, lasts=True),
    "no descriptors": Group(("emfile", "eacces"), {
        **each(("run -j2", "check -j2", "compare", "merge"), calls=20), **each(("trace", "replay", "import ftrace"), calls=12)}, 60,
                            lasts=True),
    "no processes": Group(("fork", "epipe"), {
        **each(("run", "run -j2", "check -j2", "trace"), calls=6, processes=("0", "0.1", "0.2"))}, 10, lasts=True),
    "no memory": Group(("memory",), {
        **each(("run -j2", "check -j2"), calls=40, processes=("0", "0.1")), **each(("compare", "merge", "replay"), calls=20),
        **each(("trace", "import ftrace", "import wsim"), calls=12)}, 60, lasts=True),
}
