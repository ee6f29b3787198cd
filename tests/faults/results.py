"""What commands leave in a folder, without what depends on the clock of the machine and its memory."""
import contextlib
import csv
import io
import re
import sqlite3

COSTS = ("wall_time_s", "events_per_second", "peak_rss_kib")
DATABASE = "results.sqlite"


def table(text):
    """Rows of a CSV by what names them, costs left out."""
    return [{name: value for name, value in row.items() if name not in COSTS} for row in csv.DictReader(io.StringIO(text))]


def masked(name, data):
    """The bytes of a file, comparable."""
    if name.endswith("runs.csv"):
        return repr(table(data.decode())).encode()
    if name.endswith("check.json"):
        return re.sub(rb'"wall_seconds": [-+0-9.e]+', b'"wall_seconds": 0', data)
    if name.endswith("junit.xml"):
        return re.sub(rb' time="[0-9.]+"', b"", data)
    return data


def printed(text):
    """What a command prints, without the seconds of checks."""
    return re.sub(r" +seconds  result| +\d+\.\d{3}  (?=[a-z]+ *$)", "  ", text, flags=re.MULTILINE)


def files(folder):
    """All files below `folder`, masked, by name; databases and what belongs to them are looked at with rows()."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and DATABASE not in name:
            found[name] = masked(name, path.read_bytes())
    return found


def databases(folder):
    """Names of all databases below `folder`."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob(DATABASE))


def rows(path):
    """Runs, plan and judgements of a database; raises sqlite3.Error if it is damaged."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        words = database.execute("PRAGMA integrity_check").fetchall()
        if words != [("ok",)]:
            raise sqlite3.DatabaseError(f"{path}: {words}")
        outside = ", ".join(f"'{cost}'" for cost in COSTS)
        tables = {name for name, in database.execute("SELECT name FROM sqlite_schema")}
        if not {"runs", "plan", "judgements"} <= tables:
            return {}  # it ended before it made them all
        runs = database.execute(
            "SELECT key, scenario, point, stack, seed, status, verdict, message, reproduce, (SELECT group_concat(j.key || '=' || "
            f"j.value) FROM json_each(record, '$.values') j WHERE j.key NOT IN ({outside})) FROM runs ORDER BY key").fetchall()
        plan = database.execute("SELECT position, key FROM plan ORDER BY position").fetchall()
        judged = database.execute("SELECT * FROM judgements ORDER BY scenario, point").fetchall()
        return {"runs": runs, "plan": plan, "judgements": judged}
