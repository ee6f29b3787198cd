#!/usr/bin/env python3
"""Makes the numbers and the plots of the pages in this folder from the commands that stand in them.

    python3 docs/debates/plot.py [PAGE...]          runs the commands, rewrites tables and plots
    python3 docs/debates/plot.py --check [PAGE...]  runs them, and fails if the pages say anything else

A page's commands are the lines of its ```sh blocks that begin with build/fencelab. Its tables stand
between <!-- table: NAME --> and <!-- end -->; what is in them and in the plots is said in pages.py.
Only the plots need matplotlib: each carries the hash of its data, so that a check does without.
"""
import argparse
import difflib
import hashlib
import json
import pathlib
import re
import shlex
import subprocess
import sys

sys.dont_write_bytecode = True  # the folder stays as it is checked out
import pages
from results import Results

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent


def commands_of(text):
    """The commands of a page; a line that ends in a backslash goes on in the next one."""
    for block in re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words and words[0] == "build/fencelab":
                yield words


def run_commands(page, text, program, work):
    for words in commands_of(text):
        words = [str(program)] + [re.sub(r"^build/debates\b", str(work), word) for word in words[1:]]
        words += ["--quiet"] + (["--no-report"] if words[1] == "run" else [])
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{page}: exit code {done.returncode} of {shlex.join(words)}\n{done.stdout}{done.stderr}")


def markdown(rows):
    header, *body = rows
    lines = [header, ["---"] * len(header), *body]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)


def with_tables(page, text, tables):
    """The page with its tables as they are now. Each must be there, and nothing else."""
    wanted = set(re.findall(r"<!-- table: (\S+) -->", text))
    if wanted != set(tables):
        sys.exit(f"{page}: tables {sorted(wanted)}, but pages.py has {sorted(tables)}")
    return re.sub(r"(<!-- table: (\S+) -->\n).*?(<!-- end -->)",
                  lambda match: match[1] + "\n" + markdown(tables[match[2]]) + "\n" + match[3], text, flags=re.S)


def digest(figure):
    return "data sha256 " + hashlib.sha256(json.dumps(figure, sort_keys=True).encode()).hexdigest()


def draw(figure, path):
    import matplotlib
    matplotlib.use("svg")
    from matplotlib import pyplot, ticker
    pyplot.rcParams.update({"svg.hashsalt": "fencelab", "svg.fonttype": "none", "font.size": 9})
    panels = figure["panels"]
    canvas, axes = pyplot.subplots(1, len(panels), figsize=(max(6.0, 4.2 * len(panels)), 3.4), squeeze=False)
    for axis, panel in zip(axes[0], panels):
        for number, series in enumerate(panel["series"]):
            spread = [[mean - low for mean, low in zip(series["mean"], series["low"])],
                      [high - mean for mean, high in zip(series["mean"], series["high"])]]
            colour = number if series["colour"] is None else series["colour"]
            # Lines that lie on each other are seen all the same: the first is widest.
            width = 1 + 2.5 * (1 - number / len(panel["series"]))
            axis.errorbar(series["x"], series["mean"], yerr=spread, marker="osD^vPX*"[number % 8], markersize=3 + width,
                          color=f"C{colour}", linestyle="--" if series["dashed"] else "-",
                          capsize=2, linewidth=width, elinewidth=1, label=series["label"])
        axis.set(title=panel["title"], xlabel=panel["x"], ylabel=panel["y"],
                 xscale=panel.get("xscale", "linear"), yscale=panel.get("yscale", "linear"))
        if "ticks" in panel:
            axis.set_xticks(panel["ticks"][0], panel["ticks"][1])
            axis.minorticks_off()
        if panel.get("yscale") == "log":
            axis.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
            axis.yaxis.set_major_formatter(ticker.FormatStrFormatter("%g"))
            axis.yaxis.set_minor_locator(ticker.NullLocator())
        else:
            axis.set_ylim(bottom=0)
        axis.grid(True, linewidth=0.3)
    handles, labels = axes[0][0].get_legend_handles_labels()
    columns = min(4 if len(panels) > 1 else 3, len(labels))
    canvas.tight_layout(rect=(0, 0.07 * -(-len(labels) // columns), 1, 1))
    canvas.legend(handles, labels, loc="lower center", ncol=columns, frameon=False)
    canvas.savefig(path, format="svg", metadata={"Date": None, "Creator": None, "Description": digest(figure)})
    pyplot.close(canvas)
    drawn = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"[ \t]+$", "", drawn, flags=re.M), encoding="utf-8")


def renew(page, program, work, check):
    """Returns what differs from what is checked in; without `check` the files are made equal to it."""
    path = FOLDER / f"{page}.md"
    text = path.read_text(encoding="utf-8")
    run_commands(page, text, program, work)
    tables, figures = pages.PAGES[page](Results(work / page))
    now = with_tables(page, text, tables)
    stale = list(difflib.unified_diff(text.splitlines(True), now.splitlines(True), str(path), "now"))
    path.write_text(now, encoding="utf-8") if stale and not check else None
    for name, figure in figures.items():
        plot = FOLDER / "plots" / f"{page}-{name}.svg"
        if f"plots/{plot.name}" not in text:
            sys.exit(f"{page}: shows no plots/{plot.name}")
        if not check:
            draw(figure, plot)
        elif not plot.exists() or digest(figure) not in plot.read_text(encoding="utf-8"):
            stale.append(f"{plot}: was drawn from other data\n")
    return stale


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", default=list(pages.PAGES), metavar="PAGE")
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if anything differs")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/fencelab")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/debates", help="folder for results")
    arguments = parser.parse_args()
    stale = [line for page in arguments.pages
             for line in renew(page, arguments.program.resolve(), arguments.work.resolve(), arguments.check)]
    if stale and arguments.check:
        sys.stdout.writelines(stale)
        sys.exit("the pages do not say what their commands give: python3 docs/debates/plot.py")


if __name__ == "__main__":
    main()
