"""The program as a process whose calls of libc fail: how it is started, and how it ended."""
import dataclasses
import os
import pathlib
import signal
import subprocess

TIME_LIMIT_S = 60  # some hundred times what the slowest of these commands takes


@dataclasses.dataclass(frozen=True)
class Faults:
    """What fails; the README says what each of these means. Without kinds: nothing, but calls are counted."""

    kinds: str = ""
    seed: int = 0
    rate: int = 0
    nth: int = 0
    first: int = 0
    process: str = ""
    jump_ms: int = 0

    def environment(self, log):
        """The variables that the library reads."""
        values = {"": self.kinds, "_SEED": self.seed, "_RATE": self.rate, "_NTH": self.nth, "_FROM": self.first,
                  "_PROCESS": self.process, "_JUMP_MS": self.jump_ms, "_LOG": log}
        return {"FENCELAB_FAULTS" + name: str(value) for name, value in values.items() if value}

    def words(self):
        """As in a shell, to make a case again."""
        return " ".join(f"{name}={value}" for name, value in self.environment("").items())


@dataclasses.dataclass
class Outcome:
    """How a command ended. `code` is None if it had to be killed, and negative if it died of a signal."""

    code: int | None
    out: str
    err: str
    struck: list[str]  # a line for each fault: process, kind, function, number of the call
    calls: dict[tuple[str, str], int]  # by process and kind: those that could have failed


class Program:
    """`program` under the library `injector`."""

    def __init__(self, program, injector):
        self.program = str(pathlib.Path(program).resolve())
        self.injector = str(pathlib.Path(injector).resolve())

    def run(self, arguments, folder, faults=None, before=()):
        """Runs it in `folder`; `before` is a command that starts it, such as mpirun."""
        log = folder / "faults.log"
        log.unlink(missing_ok=True)
        environment = dict(os.environ, TMPDIR=str(folder), TZ="UTC")
        loaded = {}
        if faults is not None:
            loaded = dict(faults.environment(str(log)), LD_PRELOAD=self.injector)
        with subprocess.Popen([*before, "env", *(f"{name}={value}" for name, value in loaded.items()), self.program, *arguments],
                              cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, start_new_session=True) as process:
            try:
                out, err = process.communicate(timeout=TIME_LIMIT_S)
                code = process.returncode
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                out, err = process.communicate()
                code = None
        struck, calls = [], {}
        for line in log.read_text().splitlines() if log.exists() else ():
            words = line.split(" ")
            if words[1] == "calls":
                calls[words[0], words[2]] = int(words[3])
            else:
                struck.append(line)
        log.unlink(missing_ok=True)
        return Outcome(code, out.decode(errors="replace"), err.decode(errors="replace"), struck, calls)
