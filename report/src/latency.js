// How times are distributed, and what jobs waited for, at the scenario point in focus.
import { h, replace, select, checkBox } from "./dom.js";
import { chart } from "./chart.js";
import { plural, percent, quantity } from "./format.js";
import { sortedTable } from "./table.js";
import { colourOf, dashOf } from "./state.js";
import uPlot from "uplot";

const kTimes = [["job_latency", "jobs: submit to done"], ["frame_latency", "frames: acquire to scan-out"], ["ioctl", "submit ioctls"], ["eviction", "evictions"], ["suspend", "suspensions of queues"]];
const kQuantiles = ["p50", "p95", "p99", "max"];

export const lineOf = (campaign, cell, place) => ({ label: campaign.stackOf(cell), colour: colourOf(place), dash: dashOf(place) });

export function distributionSection(campaign, box, point) {
  const cells = point.cells.map((index) => campaign.cells[index]);
  const there = kTimes.filter(([name]) => cells.some((cell) => cell.distributions[name] || campaign.mean(`${name}_max_ns`, cell.index)));
  if (there.length === 0) return void replace(box, h("p", { class: "note" }, "No times were counted in this scenario."));
  const state = { name: there[0][0], log: false };
  const plot = h("div"), numbers = h("div");
  let drawn = null;
  function draw() {
    const [, words] = kTimes.find(([name]) => name === state.name);
    const with_ = cells.filter((cell) => cell.distributions[state.name]);
    drawn?.discard();
    if (with_.length) {
      const parts = campaign.data.permilles.map((permille) => permille / 1000);
      const tables = with_.map((cell) => {
        // uPlot wants ascending x: of equal times the highest part counts.
        const best = new Map();
        const most = campaign.mean(`${state.name}_max_ns`, cell.index);
        [...cell.distributions[state.name][1], most].forEach((ns, i) => best.set(state.log ? Math.max(ns, 1) : ns, parts[i] ?? 1));
        return [[...best.keys()], [...best.values()]];
      });
      drawn = chart(with_.map((cell) => lineOf(campaign, cell, cells.indexOf(cell))), uPlot.join(tables), {
        title: `${words}: at least this part of them took no longer (quantiles, averaged over runs)`, steps: true,
        x: { label: "time", format: (v) => quantity(v, "ns"), log: state.log }, y: { label: "part", format: (v) => percent(v), range: [0, 1] },
      });
      replace(plot, drawn);
    } else replace(plot, h("p", { class: "note" }, "These runs were stored without distributions: quantiles only."));
    const of = (cell, quantile) => campaign.mean(`${state.name}_${quantile}_ns`, cell.index);
    replace(numbers, sortedTable(`${words}: mean over seeds of the quantiles of each run`, [
      { title: "stack", value: (c) => campaign.stackOf(c), cell: (c) => campaign.stackOf(c) },
      { title: "counted", numeric: true, value: (c) => c.distributions[state.name]?.[0] ?? null, cell: (c) => c.distributions[state.name]?.[0].toLocaleString("en") ?? "–" },
      ...kQuantiles.map((quantile) => ({ title: quantile, numeric: true, value: (c) => of(c, quantile), cell: (c) => quantity(of(c, quantile), "ns") })),
      { title: "p95 of each seed, least to most", cell: (c) => spread(campaign, `${state.name}_p95_ns`, c.index) },
    ], cells).element);
  }
  draw();
  replace(box, h("div", { class: "tools" }, select("Times", there, state.name, (value) => ((state.name = value), draw())), checkBox("logarithmic", false, (value) => ((state.log = value), draw()))), plot, numbers);
}

function spread(campaign, metric, cell) {
  const values = campaign.data.values[metric]?.[cell];
  if (values === undefined || values === null) return "–";
  if (!Array.isArray(values)) return `${quantity(values, "ns")} in each`;
  return `${quantity(Math.min(...values), "ns")} to ${quantity(Math.max(...values), "ns")} (${plural(values.length, "seed")})`;
}

const kPhases = [
  ["running", "#009e73"], ["fence", "#d55e00"], ["value", "#e69f00"], ["engine", "#56b4e9"], ["fifo", "#0072b2"], ["credit", "#8c6bb1"],
  ["memory", "#cc79a7"], ["transfer", "#b5651d"], ["submit", "#999933"], ["lock", "#882255"], ["ww_lock", "#aa4499"], ["notifier", "#44aa99"],
  ["page_pin", "#117733"], ["firmware", "#6699cc"], ["irq", "#661100"], ["vblank", "#ddcc77"], ["cpu", "#888888"], ["sleep", "#bbbbbb"],
];

/** [[phase, colour, part]] of a cell, adding up to 1; none without done jobs. */
export function phasesOf(campaign, cell) {
  const times = kPhases.map(([name, colour]) => [name, colour, campaign.mean(`job_time_${name}_ns`, cell) ?? 0]);
  const sum = times.reduce((all, [, , ns]) => all + ns, 0);
  return sum > 0 ? times.map(([name, colour, ns]) => [name, colour, ns / sum, ns]).filter(([, , part]) => part > 0) : [];
}

export function phaseSection(campaign, box, point) {
  const cells = point.cells.map((index) => campaign.cells[index]).filter((cell) => phasesOf(campaign, cell.index).length);
  if (cells.length === 0) return void replace(box, h("p", { class: "note" }, "No job was done in this scenario."));
  const present = kPhases.filter(([name]) => cells.some((cell) => phasesOf(campaign, cell.index).some(([n]) => n === name)));
  replace(box,
    h("p", { class: "legend-line" }, present.map(([name, colour]) => h("span", { class: "key" }, h("span", { class: "swatch", style: { background: colour } }), name === "running" ? "running (no wait)" : name))),
    h("div", { class: "table" }, h("table", { class: "phases" }, h("caption", {}, "Of the time from submit to done of all jobs, the part spent on each: 100 % together"),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "stack"), h("th", { scope: "col" }, "parts"), present.map(([name]) => h("th", { scope: "col", class: "numeric" }, name)), h("th", { scope: "col", class: "numeric" }, "sum"))),
      h("tbody", {}, cells.map((cell) => {
        const parts = phasesOf(campaign, cell.index);
        const of = (name) => parts.find(([n]) => n === name);
        return h("tr", {}, h("th", { scope: "row" }, campaign.stackOf(cell)),
          h("td", {}, h("span", { class: "stacked", "aria-hidden": "true" }, parts.map(([name, colour, part, ns]) => h("span", { title: `${name}: ${percent(part)}, ${quantity(ns, "ns")}`, style: { width: `${(part * 100).toFixed(3)}%`, background: colour } })))),
          present.map(([name]) => h("td", { class: "numeric" }, of(name) ? percent(of(name)[2]) : "")),
          h("td", { class: "numeric" }, quantity(parts.reduce((sum, [, , , ns]) => sum + ns, 0), "ns")));
      })))));
}
