"""What must hold of a command under faults."""
import sqlite3

import results

# What a user is told: one of these must be said of a fault that cost anything.
REASONS = {
    "enospc": ("No space left on device", "disk is full"),
    "emfile": ("Too many open files",),
    "eacces": ("Permission denied",),
    "eio": ("Input/output error", "disk I/O error"),
    "epipe": ("Broken pipe", "no result"),
    "fork": ("Resource temporarily unavailable",),
    "memory": ("out of memory", "Cannot allocate memory", "needed more memory"),
    "mapping": ("out of memory", "Cannot allocate memory", "needed more memory"),
}
DATABASE = ("unable to open database file", "cannot be opened to be written", "attempt to write a readonly database",
            "the file is damaged")  # SQLite keeps no more
NOT_DRAWN = "not everything is drawn"
SPLIT = "cannot be put back"
OURS = ("internal error", "terminate called", "assertion", "Assertion", "what():")
CODES_OF_FAULTS = (4, 63)


def end_mistakes(outcome):
    """Of how it ended, whatever was struck."""
    if outcome.code is None:
        return ["it does not end"]
    if outcome.code < 0:
        return [f"it died of signal {-outcome.code}"]
    return [f"it says {sign!r}" for sign in OURS if sign in outcome.err]


def left_over(outcome, folder):
    """Temporary files that should be gone."""
    return [f"{path.name} is left over" for path in folder.rglob("*.tmp*") if SPLIT not in outcome.err]


class Reference:
    """What a command gives where nothing fails."""

    def __init__(self, outcome, folder, before, apart):
        self.outcome = outcome
        self.apart = apart
        self.before = before  # files before it
        self.files = results.files(folder)
        self.databases = {name: results.rows(folder / name) for name in results.databases(folder)}

    def differences(self, outcome, folder):
        """Why `outcome` is not the same as without faults."""
        found = end_mistakes(outcome)
        undrawn = NOT_DRAWN in outcome.err
        if outcome.code != self.outcome.code:
            found.append(f"exit code {outcome.code} instead of {self.outcome.code}")
        if results.printed(outcome.out) != results.printed(self.outcome.out):
            found.append("it prints other results")
        return found + self.missing(folder, undrawn)

    def missing(self, folder, undrawn=False):
        """Why `folder` does not hold the same results; `undrawn`: drawings may be missing."""
        files = results.files(folder)
        found = [f"{name} is {'missing' if name not in files else 'not expected' if name not in self.files else 'different'}"
                 for name in sorted(files.keys() | self.files.keys())
                 if files.get(name) != self.files.get(name) and not (undrawn and name.endswith((".svg", "report.html")))]
        for name, rows in self.databases.items():
            try:
                found += [f"{name}: other {what}" for what in rows if results.rows(folder / name).get(what) != rows[what]]
            except sqlite3.Error as error:
                found.append(f"{name}: {error}")
        return found

    def rows_claimed(self, text):
        """Mistakes of a runs.csv after runs were lost: the others are as they should be, and the lost ones say so."""
        name = next(name for name in self.files if name.endswith("runs.csv"))
        right = eval(self.files[name])  # pylint: disable=eval-used  # what results.masked() wrote
        got = eval(text)  # pylint: disable=eval-used
        if len(right) != len(got):
            return [f"{len(got)} rows instead of {len(right)}"]
        return [f"row {i + 1} is another, and not of a lost run" for i, (one, other) in enumerate(zip(right, got))
                if one != other and other["status"] != "crashed"]

    def claims(self, outcome, folder):
        """Why what the command leaves after a fault says more than is true."""
        files = results.files(folder)
        found = []
        lost = outcome.code == 4
        for name, data in files.items():
            if data == self.before.get(name) or data == self.files.get(name):
                continue
            if lost and name.endswith("runs.csv"):
                found += [f"{name}: {mistake}" for mistake in self.rows_claimed(data)]
            elif not lost:
                found.append(f"{name} is neither as before nor as it should be")
        for together in (self.files.keys() - set(self.apart), self.apart):
            new = [name for name in together if files.get(name) != self.before.get(name)]
            old = [name for name in together if files.get(name) != self.files[name]]
            if new and old and not lost and SPLIT not in outcome.err:
                found.append(f"{', '.join(sorted(new))} of this command stand beside what is missing or old: {', '.join(sorted(old))}")
        for name in results.databases(folder):
            try:
                results.rows(folder / name)
            except sqlite3.Error as error:
                found.append(f"{name}: {error}")
        return found

    def told(self, outcome, folder, kinds):
        """Why a user would not know what went wrong."""
        if outcome.code not in CODES_OF_FAULTS:
            return [f"exit code {outcome.code}: expected {self.outcome.code} or one of {CODES_OF_FAULTS}"]
        text = outcome.err
        for name in results.databases(folder):
            try:
                text += repr([row[7] for row in results.rows(folder / name).get("runs", ())])
            except sqlite3.Error:
                pass  # claims() says so
        text += "".join(data.decode(errors="replace") for name, data in results.files(folder).items() if name.endswith("check.json"))
        reasons = [reason for kind in kinds.split(",") for reason in REASONS[kind]] + list(DATABASE)
        return [] if any(reason in text for reason in reasons) else [f"nowhere is said why ({', '.join(reasons)})"]
