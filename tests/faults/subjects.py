"""Commands that are tried under faults, and what they need to find in their folder."""
import dataclasses
import pathlib
import shutil

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "scenarios/library"
DATA = ROOT / "tests/data"

# Jobs whose durations are drawn, under two stacks.
DRAWS = """{
  "format": 1, "name": "draws",
  "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
  "processes": [{"name": "p", "contexts": [{"name": "c", "engine": "rcs0"}],
    "threads": [{"name": "main", "program": [{"loop": {"times": 5, "body": [
      {"id": "j", "submit": {"context": "c", "duration": {"uniform": ["1 ms", "2 ms"]}}},
      {"wait": {"ops": ["j"]}}]}}]}]}],
  "stacks": ["linux-implicit", "vulkan-timeline"]
}
"""


@dataclasses.dataclass(frozen=True)
class Subject:
    """A command in a folder: `before` it other commands without faults, `after` it the one that completes what it left undone (the
    same if there is none). Files appear together, but those of `apart`, which are written before or after the others. `launcher` are
    the words before it."""

    name: str
    command: str
    before: tuple = ()
    after: str = ""
    apart: tuple = ()
    launcher: tuple = ()

    def completed_by(self):
        """The command that must give all results after a fault."""
        return (self.after or self.command).split()


MPIRUN = ("env", "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", "mpirun", "--oversubscribe", "-np", "2")
RUN = "run draws.json stuck.json --seeds 1..2 --out out --quiet"
SUBJECTS = [
    Subject("run", RUN, after=RUN + " --rerun failed"),
    Subject("run -j2", RUN + " -j2", after=RUN + " --rerun failed"),
    Subject("more seeds", RUN.replace("1..2", "1..3"), before=(RUN,), after=RUN.replace("1..2", "1..3") + " --rerun failed"),
    Subject("trace", "run draws.json --seeds 1 --stack linux-implicit --trace trace.pftrace --out out --quiet",
            apart=("trace.pftrace",)),
    Subject("check -j2", "check fence.json draws.json -j2 --strength proved --out out --quiet --junit junit.xml --sarif found.sarif"),
    Subject("search -j2", "check stuck.json --stack plain-locks -j2 --strength proved --out out --quiet"),
    Subject("compare", "compare early --against late --out out --junit junit.xml",
            before=(RUN.replace("--out out", "--out early"), RUN.replace("--out out", "--out late --set /processes/0/count=2")),
            apart=("out/regressions.csv", "junit.xml")),
    Subject("merge", "merge one two --out out",
            before=(RUN.replace("--out out", "--out one --shard 1/2"), RUN.replace("--out out", "--out two --shard 2/2"))),
    Subject("replay", "replay found/deadlocks/indefinite-fence-user-queues-future-fence-check-1.replay --steps --diagram out.mmd",
            before=("check fence.json --strength explored --out found --quiet",)),
    Subject("import ftrace", "import ftrace recording.txt --out out.json"),
    Subject("import dat", "import ftrace recording.dat --out out.json"),
    Subject("import wsim", "import wsim media.wsim --out out"),
    Subject("import presentmon", "import presentmon frames.csv --out out.json"),
    Subject("run on ranks", RUN, launcher=MPIRUN),
    Subject("check on ranks", "check stuck.json --stack plain-locks --strength proved --out out --quiet", launcher=MPIRUN),
]
INPUTS = {"stuck.json": LIBRARY / "buffer-abba.json", "fence.json": LIBRARY / "indefinite-fence.json",
          "recording.txt": DATA / "ftrace/virtio_gpu.txt", "frames.csv": DATA / "presentmon/test_case_4_v1.csv",
          "media.wsim": DATA / "igt_wsim/media_19.wsim"}


def subject(name):
    """The subject of that name."""
    return next(one for one in SUBJECTS if one.name == name)


def write_inputs(folder, recording):
    """Whatever any subject reads; `recording` is a trace.dat."""
    shutil.copy(recording, folder / "recording.dat")
    (folder / "draws.json").write_text(DRAWS)
    for name, source in INPUTS.items():
        shutil.copy(source, folder / name)
