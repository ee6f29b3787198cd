"""That the tests of this folder can fail: faults strike as they are told to, and results that say too much are found."""
import shutil

import judge
import results
import subjects
from program import Faults


def demand(holds, what):
    """Ends the test unless it holds."""
    if not holds:
        raise SystemExit(f"itself: {what}")


def check_injector(sweep):
    """Faults strike where they are told to, by seed, and nowhere else."""
    subject = subjects.subject("import ftrace")

    def struck(**faults):
        return sweep.program.run(subject.command.split(), sweep.stage(subject), Faults(**faults)).struck

    unknown = sweep.program.run(["--version"], sweep.folder, Faults("eintr,nothing"))
    demand(unknown.code == 121, "a kind that there is not goes unnoticed")
    demand(struck() == [], "faults strike that nobody asked for")
    demand(struck(kinds="eintr", nth=3)[0].endswith(" 3") and len(struck(kinds="eintr", nth=3)) == 1, "not the third call fails")
    once = struck(kinds="short,eintr", seed=1, rate=2)
    demand(once == struck(kinds="short,eintr", seed=1, rate=2), "the same seed is not the same again")
    demand(once != struck(kinds="short,eintr", seed=2, rate=2), "another seed is the same")


def check_judge(sweep):
    """Each way to say more than is true is found."""
    subject = subjects.subject("run")
    reference = sweep.reference(subject)
    place = sweep.stage(subject)
    outcome = sweep.program.run(subject.command.split(), place)
    demand(not reference.differences(outcome, place), "two runs without faults differ")
    whole = (place / "out/runs.csv").read_text()

    def finds(what, mistakes):
        demand(mistakes, f"nobody finds {what}")

    (place / "out/runs.csv").write_text(whole[:len(whole) // 2])
    finds("half of a table, and exit code 0", reference.differences(outcome, place))
    outcome.code = 63
    finds("half of a table, and exit code 63", reference.claims(outcome, place))
    outcome.code = 4
    finds("rows that are missing beside lost runs", reference.claims(outcome, place))
    (place / "out/runs.csv").write_text(whole.replace(",complete,", ",deadlock,"))
    finds("rows that are changed beside lost runs", reference.claims(outcome, place))
    (place / "out/runs.csv").write_text(whole)
    (place / "out/compare.csv").unlink()
    outcome.code = 63
    finds("a table of two", reference.claims(outcome, place))
    finds("an exit code without a reason", reference.told(outcome, place, "enospc"))
    (place / "out/runs.csv.tmp1").touch()
    finds("a temporary file", judge.left_over(outcome, place))
    for code in (None, -11):
        outcome.code = code
        finds("a bad end", judge.end_mistakes(outcome))
    database = place / "out/results.sqlite"
    database.write_bytes(database.read_bytes()[:-5000])
    finds("a damaged database", reference.missing(place))
    demand(results.masked("runs.csv", whole.encode()) != results.masked("runs.csv", whole.replace("complete", "stall").encode()),
           "costs are not all that is masked")


def check(sweep):
    """All of this."""
    check_injector(sweep)
    check_judge(sweep)
    shutil.rmtree(sweep.folder / "case 0", ignore_errors=True)
    print("itself: ok")
