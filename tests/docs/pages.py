#!/usr/bin/env python3
"""Executes what a page of the documentation shows. tests/docs/README.md says how a page is written for that.

usage: pages.py PROGRAM FOLDER PAGE    runs the blocks of PAGE (from the root of the checkout) in FOLDER, which is made anew
       pages.py --self-test PROGRAM FOLDER    shows each rule a page that breaks it, and the list of what is not run the tree
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = pathlib.Path(__file__).with_name("not_run.json")
TIME_LIMIT_S = 50
FENCE = re.compile(r"^( *)```+ *([^\s`]*)\s*$")
DIRECTIVE = re.compile(r"^ *<!-- docs: (.*?) -->\s*$")
KNOWN = re.compile(r"exit \d+|file \S+|within \S+|stderr|times differ")


class Mistake(Exception):
    """Something on a page is not as it says."""


class Block:
    """A fenced block: where it begins, its language, its lines, and the directives above it."""

    def __init__(self, line, language, directives):
        self.line, self.language, self.lines = line, language or "sh", []
        self.directives = dict((word.split(" ", 1) + [""])[:2] for word in directives)

    @property
    def text(self):
        return "".join(line + "\n" for line in self.lines)

    @property
    def begin(self):
        return self.lines[0].strip() if self.lines else ""


def blocks_of(text):
    """The blocks of a page, in order. A directive stands on the line above its block and nowhere else."""
    blocks, block, indent, above = [], None, "", []
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if block is not None:
            if fence and not fence[2]:
                blocks.append(block)
                block = None
            else:
                block.lines.append(line.removeprefix(indent))
            continue
        if fence:
            block, indent, above = Block(number, fence[2], above), fence[1], []
            continue
        if "```" in line or line.lstrip().startswith("~~~"):
            raise Mistake(f"line {number}: a fence that is none: {line.strip()}")
        if above:
            raise Mistake(f"line {number}: a directive without a block under it")
        directive = DIRECTIVE.match(line)
        above = [word.strip() for word in directive[1].split(";")] if directive else []
        for word in above:
            if not KNOWN.fullmatch(word):
                raise Mistake(f"line {number}: unknown directive '{word}'")
    if block is not None or above:
        raise Mistake("the page ends within a block, or after a directive")
    return blocks


def commands_of(block):
    """The commands of a shell block: its lines, those that end with a backslash joined with the next."""
    joined = block.text.replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def plain(line, times):
    """A line as it is compared: blanks count as one; of times no digits."""
    line = re.sub(r"\s+", " ", line).strip()
    return re.sub(r"\d+\.\d+", "#.#", line) if times else line


def check_shown(shown, printed, times):
    """What a page shows is all that was printed; a line '...' stands for any lines."""
    pattern, rest = [plain(line, times) for line in shown], [plain(line, times) for line in printed]
    rest = [line for line in rest if line]
    gap = False
    for line in pattern:
        if line == "...":
            gap = True
        elif line:
            if gap and line in rest:
                del rest[: rest.index(line)]
            if not rest or rest[0] != line:
                raise Mistake(f"shown but not printed: '{line}'" + (f"; printed there: '{rest[0]}'" if rest else ""))
            del rest[0]
            gap = False
    if rest and not gap:
        raise Mistake(f"printed but not shown: '{rest[0]}'")


def other_format(block):
    """For JSON that is no scenario but says what it is ("fencelab-tolerance"): the name of its file; else nothing."""
    try:
        kind = json.loads(block.text).get("format") if block.language == "json" else None
    except (ValueError, AttributeError):
        return None
    return kind.removeprefix("fencelab-") + ".json" if isinstance(kind, str) else None


class Help:
    """What the program says of its subcommands."""

    def __init__(self, program):
        self.program, self.texts = program, {}

    def of(self, subcommand):
        if subcommand not in self.texts:
            done = subprocess.run([self.program, *subcommand, "--help"], capture_output=True, text=True, check=False)
            usage = " ".join(("Usage: fencelab",) + subcommand)
            self.texts[subcommand] = done.stdout if usage in done.stdout else None
        return self.texts[subcommand]

    def check(self, words):
        """Words of a command in a text: its subcommand and its options must be there."""
        options = [re.sub("[=.,;].*", "", word) for word in words if word.startswith("--")]
        subcommand = tuple(words[:1]) if words and not words[0].startswith("-") else ()
        if len(words) > 1 and subcommand == ("import",) and re.fullmatch("[a-z]+", words[1]):
            subcommand = (words[0], words[1])
        text = self.of(subcommand)
        if text is None:
            raise Mistake(f"there is no 'fencelab {' '.join(subcommand)}'")
        for option in options:
            if not re.search(re.escape(option) + r"(?![\w-])", text):
                raise Mistake(f"'fencelab {' '.join(subcommand)}' has no option {option}")


def check_words(text, program):
    """Commands that the page's prose names: not executed, but they must be there."""
    help_of, fenced = Help(program), False
    for number, line in enumerate(text.splitlines(), 1):
        fenced ^= bool(FENCE.match(line))
        for command in [] if fenced else re.findall(r"`(?:build/)?fencelab ([^`]+)`", line):
            try:
                help_of.check(command.split())
            except Mistake as mistake:
                raise Mistake(f"line {number}: {mistake}") from mistake


class NotRun:
    """Entries of not_run.json for one page: what is not executed, why, and what is instead."""

    def __init__(self, entries, page):
        self.entries = [dict(entry, used=False) for entry in entries if entry["page"] == page]

    def find(self, text):
        """The next entry for a command, or for a block that begins so."""
        text = re.sub(r"\s+", " ", re.sub(r"\s# .*", "", text)).strip()
        found = [entry for entry in self.entries if entry["text"] == text]
        for entry in found:
            if not entry["used"] or entry is found[-1]:
                entry["used"] = True
                return entry
        return None

    def check_all_used(self):
        for entry in self.entries:
            if not entry["used"]:
                raise Mistake(f"not_run.json has '{entry['text']}', which the page has not")


class Page:
    """One page and the folder in which its blocks are executed."""

    def __init__(self, name, text, program, folder, entries):
        self.blocks, self.program, self.folder = blocks_of(text), program, folder
        self.not_run = NotRun(entries, name)
        self.ran = self.instead = self.left = self.files = 0
        self.output = None

    def prepare(self):
        """What a checkout has, by the same names; and the program, also without a path as where it is installed."""
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "build").mkdir(parents=True)
        for name in ("scenarios", "tests", "docs", "dev", "bench"):
            (self.folder / name).symlink_to(ROOT / name)
        built = pathlib.Path(self.program).resolve().parent
        for name in ("fencelab", "fencelab-ranks", "tests"):
            (self.folder / "build" / name).symlink_to(built / name)

    def shell(self, command):
        environment = dict(os.environ, LC_ALL="C.UTF-8", PATH=f"{self.folder}/build:{os.environ['PATH']}",
                           OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                           OMPI_MCA_rmaps_base_oversubscribe="1")
        return subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=self.folder, env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIME_LIMIT_S)

    def expect(self, command, exit_code):
        done = self.shell(command)
        if done.returncode != exit_code:
            raise Mistake(f"'{command}' ended with {done.returncode}, not {exit_code}\n{done.stdout}{done.stderr}")
        return done

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.files += 1

    def run_shell(self, block):
        commands = commands_of(block)
        if not commands:
            raise Mistake("a block without a command")
        out, err = "", ""
        for number, command in enumerate(commands, 1):
            exit_code = int(block.directives.get("exit", 0)) if number == len(commands) else 0
            entry = self.not_run.find(command)
            todo = [command] if entry is None else entry.get("instead", [])
            for what in todo:
                done = self.expect(what, exit_code)
                out, err = out + done.stdout, err + done.stderr
            self.ran += entry is None
            self.instead += entry is not None and bool(todo)
            self.left += not todo
        self.output = (out.splitlines(), err.splitlines())

    def run_json(self, block):
        """A scenario must load, under the name that the page gives it or any other; a part of one within a whole."""
        name, text = block.directives.get("file", f"block-{block.line}.json"), block.text
        if "within" in block.directives:
            whole = (pathlib.Path(__file__).parent / "within" / block.directives["within"]).read_text(encoding="utf-8")
            if '"HERE"' not in whole:
                raise Mistake(f"no \"HERE\" in tests/docs/within/{block.directives['within']}")
            text = whole.replace('"HERE"', text)
        elif other_format(block):
            return
        self.write(name, text)
        self.expect(f"fencelab validate {name}", 0)

    def run_text(self, block):
        if self.output is None:
            raise Mistake("a block of text that no command printed")
        check_shown(block.lines, self.output["stderr" in block.directives], "times" in block.directives)

    def run_block(self, block):
        if block.language == "sh" and "file" not in block.directives:
            return self.run_shell(block)
        entry = self.not_run.find(block.begin)
        if entry is not None:
            self.left += 1
        elif block.language == "json":
            self.run_json(block)
        elif "file" in block.directives:
            self.write(block.directives["file"], block.text)
        elif block.language == "text":
            self.run_text(block)
        else:
            raise Mistake(f"blocks of '{block.language}' are not executed: make it a file, or enter it in not_run.json")
        self.output = None

    def run(self):
        self.prepare()
        # Files that commands read are there under the name of their format, also if the page shows them later.
        for block in self.blocks:
            if other_format(block):
                self.write(block.directives.get("file", other_format(block)), block.text)
        for block in self.blocks:
            self.at(block, self.run_block)
        self.not_run.check_all_used()

    def at(self, block, step):
        try:
            step(block)
        except (Mistake, ValueError, AttributeError, OSError, subprocess.TimeoutExpired) as mistake:
            raise Mistake(f"line {block.line}: {mistake}") from mistake


def run_page(name, text, program, folder, entries):
    check_words(text, program)
    page = Page(name, text, program, pathlib.Path(folder).resolve(), entries)
    page.run()
    return page


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 63
    if arguments[0] == "--self-test":
        import pages_self_test
        return pages_self_test.main(*arguments[1:])
    program, folder, name = arguments
    listed = json.loads(LIST.read_text(encoding="utf-8"))
    try:
        if name in listed["generated"]:
            print(f"{name}: compared with what the program says by {listed['generated'][name]}")
            return 0
        page = run_page(name, (ROOT / name).read_text(encoding="utf-8"), program, folder, listed["not_run"])
    except Mistake as mistake:
        print(f"{name}: {mistake}", file=sys.stderr)
        return 1
    print(f"{name}: {page.ran} commands run, {page.instead} in a smaller form, {page.left} blocks or commands not run, "
          f"{page.files} files made")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
