"""The rules of pages.py, each on a page that keeps it and on one that breaks it; and not_run.json beside the tree."""
import json
import pathlib
import sys

from pages import LIST, ROOT, Mistake, run_page

SCENARIO = """{"format": 1, "name": "one", "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
 "processes": [{"name": "app", "contexts": [{"name": "c"}], "threads": [{"name": "main", "program": [
   {"submit": {"context": "c", "duration": "1 ms"}}]}]}],
 "stacks": ["linux-implicit"]}"""


def block(language, text, directive=""):
    above = f"<!-- docs: {directive} -->\n" if directive else ""
    return f"{above}```{language}\n{text}\n```\n"


# A page, and what is said of it: nothing where it is right.
PAGES = [
    ("a command runs", block("sh", "true"), None),
    ("a block without a language is a shell's", block("", "false"), "ended with 1, not 0"),
    ("a command fails", block("sh", "true\nfalse"), "line 1: 'false' ended with 1, not 0"),
    ("it fails before the last one", block("sh", "exit 2\nexit 2", "exit 2"), "ended with 2, not 0"),
    ("it fails within a pipe", block("sh", "false | cat"), "ended with 1"),
    ("an exit code is expected", block("sh", "exit 2", "exit 2"), None),
    ("another one is expected", block("sh", "exit 3", "exit 2"), "ended with 3, not 2"),
    ("a block says nothing", block("sh", "# nothing"), "without a command"),
    ("lines are joined", block("sh", "echo a \\\n  b") + block("text", "a b"), None),
    ("what is shown is printed", block("sh", "echo a   b") + block("text", "a b"), None),
    ("other words are printed", block("sh", "echo a c") + block("text", "a b"), "shown but not printed: 'a b'"),
    ("less is printed", block("sh", "echo a") + block("text", "a\nb"), "shown but not printed: 'b'"),
    ("more is printed", block("sh", "echo a; echo b") + block("text", "a"), "printed but not shown: 'b'"),
    ("more may be printed", block("sh", "seq 5") + block("text", "1\n...\n3\n..."), None),
    ("but not between", block("sh", "seq 5") + block("text", "1\n3\n..."), "shown but not printed: '3'"),
    ("stderr is another thing", block("sh", "echo a >&2") + block("text", "a"), "shown but not printed"),
    ("stderr", block("sh", "echo a >&2") + block("text", "a", "stderr"), None),
    ("times differ", block("sh", "echo took 1.25 s") + block("text", "took 0.10 s", "times differ"), None),
    ("counts do not", block("sh", "echo took 125") + block("text", "took 10", "times differ"), "shown but not printed"),
    ("text that nothing printed", block("text", "a"), "no command printed"),
    ("text after something else", block("sh", "echo a") + block("x", "a", "file x") + block("text", "a"), "no command printed"),
    ("an unknown language", block("python", "print()"), "'python' are not executed"),
    ("a file", block("python", "print(3)", "file x.py") + block("sh", "python3 x.py") + block("text", "3"), None),
    ("an unknown directive", block("sh", "true", "skip"), "unknown directive 'skip'"),
    ("a directive beside its block", "<!-- docs: exit 2 -->\n\n" + block("sh", "exit 2"), "a directive without a block"),
    ("an open block", "```sh\ntrue\n", "within a block"),
    ("a fence of tildes", "~~~sh\ntrue\n~~~\n", "a fence that is none"),
    ("a fence in a line", "x ```sh\n", "a fence that is none"),
    ("a scenario", block("json", SCENARIO), None),
    ("a scenario for the program", block("json", SCENARIO, "file one.json") + block("sh", "fencelab run one.json"), None),
    ("a wrong scenario", block("json", SCENARIO.replace("engines", "motors")), "'fencelab validate block-1.json' ended with 63"),
    ("part of one", block("json", '"stacks": []'), "ended with 63"),
    ("part of one within a whole", block("json", '"stacks": ["xe"], "processes": []', "within machine.json"), "ended with 63"),
    ("another format, shown later", block("sh", "test -f tolerance.json") + block("json", '{"format": "fencelab-tolerance"}'), None),
    ("prose names a command", "`fencelab run --seeds 1`, `fencelab import wsim --repeat 2`", None),
    ("prose names no command", "\n`fencelab walk`", "line 2: there is no 'fencelab walk'"),
    ("prose names no option", "`fencelab run --fast x`", "'fencelab run' has no option --fast"),
    ("a list has more than the page", block("sh", "true"), "not_run.json has 'gone'", [{"text": "gone", "why": ""}]),
    ("a list excuses a command", block("sh", "false   # why"), None, [{"text": "false", "why": ""}]),
    ("not another one", block("sh", "false 1"), "ended with 1", [{"text": "false", "why": ""}]),
    ("a list excuses a block", block("cpp", "int x;"), None, [{"text": "int x;", "why": ""}]),
    ("something else runs", block("sh", "no_such") + block("text", "a"), None, [{"text": "no_such", "why": "", "instead": ["echo a"]}]),
    ("something else fails", block("sh", "no_such"), "'false' ended with 1", [{"text": "no_such", "why": "", "instead": ["false"]}]),
]


def said_of(text, program, folder, entries):
    try:
        run_page("page.md", text, program, folder, [dict(entry, page="page.md") for entry in entries])
    except Mistake as mistake:
        return str(mistake)
    return None


def wrong_pages(program, folder):
    for name, text, expected, *entries in PAGES:
        said = said_of(text, program, folder, entries[0] if entries else [])
        if (said is None) != (expected is None) or (expected or "") not in (said or ""):
            yield f"'{name}': expected {expected!r}, got {said!r}"


def wrong_entries():
    listed = json.loads(LIST.read_text(encoding="utf-8"))
    for entry in listed["not_run"]:
        if not (ROOT / entry["page"]).is_file():
            yield f"not_run.json: there is no {entry['page']}"
        if len(entry["why"]) < 8:
            yield f"not_run.json: {entry['page']}: '{entry['text']}': why?"
    for page, test in listed["generated"].items():
        if pathlib.Path(page).stem not in (ROOT / test).read_text(encoding="utf-8"):
            yield f"not_run.json: {test} says nothing of {page}"


def main(program, folder):
    found = [*wrong_pages(program, folder), *wrong_entries()]
    for line in found:
        print(line, file=sys.stderr)
    print(f"{len(PAGES)} pages, {len(found)} mistakes")
    return 1 if found else 0
