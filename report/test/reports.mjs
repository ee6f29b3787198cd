// Reports to test with: made by the program from scenarios of the library, and made larger or nastier from that.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const kRoot = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../..");
const kData = /(<script type="application\/json" id="data">)([^<]*)(<\/script>)/;

export const folder = mkdtempSync(join(tmpdir(), "fencelab-report-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** The path of a report of scenarios that complete, deadlock, over-synchronise and recover, with three seeds. */
export function madeReport() {
  const out = join(folder, "made");
  const scenarios = ["swapchain-oversync", "async-bind-user-fence", "culprit-monitor"].map((name) => `scenarios/library/${name}.json`);
  execFileSync(process.env.FENCELAB_PROGRAM, ["run", ...scenarios, "--seeds", "1..3", "--quiet", "--out", out], { cwd: kRoot, stdio: "pipe" });
  return join(out, "report.html");
}

/** A copy of the report at `path` with its data changed by `change`. */
export function changedReport(path, name, change) {
  const page = readFileSync(path, "utf8");
  const data = JSON.parse(kData.exec(page)[2]);
  const changed = JSON.stringify(change(data)).replaceAll("<", "\\u003c");
  const target = join(folder, name);
  writeFileSync(target, page.replace(kData, (_, before, __, after) => before + changed + after));
  return target;
}

/** The data of `points` scenario points under `stacks` stacks with 30 seeds, out of the cells of `data`. */
export function multiplied(data, points, stacks) {
  const count = points * stacks;
  const origin = (cell) => cell % data.cells.length;
  const at = (column, cell) => (Array.isArray(column) ? column[cell] : column.all);
  const spread = (column) => Array.from({ length: count }, (_, cell) => at(column, origin(cell)));
  const shaken = (value) => (value === null ? null : Math.round(value * (0.9 + 0.2 * Math.random())));
  const entries = data.stuck.entries;
  return {
    ...data,
    runs: count * 30, planned: count * 30,
    stacks: Array.from({ length: stacks }, (_, i) => `stack-${i}`),
    points: Array.from({ length: points }, (_, i) => ({ scenario: `scenario-${String(i).padStart(3, "0")}`, point: "", file: `scenario-${i}.json`, judgement: null })),
    cells: Array.from({ length: count }, (_, i) => ({ ...data.cells[origin(i)], point: Math.floor(i / stacks), stack: i % stacks, baseline: 0, runs: 30, seeds: "1..30" })),
    estimates: Object.fromEntries(Object.entries(data.estimates).map(([metric, columns]) => [metric, Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, spread(column)]))])),
    values: Object.fromEntries(Object.keys(data.values).map((metric) => [metric, Array.from({ length: count }, (_, i) => {
      const values = data.values[metric][origin(i)];
      return values === null ? null : Array.from({ length: 30 }, () => shaken(Array.isArray(values) ? values[0] : values));
    })])),
    stuck: { ...data.stuck, entries: Array.from({ length: 400 }, (_, i) => ({ ...entries[i % entries.length], cell: (i * 4) % count })) },
  };
}
