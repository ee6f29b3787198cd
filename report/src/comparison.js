// One metric, every cell: mean, interval, difference to the baseline and what the test says.
import { h, s, select, textField, checkBox } from "./dom.js";
import { findingOf } from "./data.js";
import { plural, probability, quantity, ratio, signed } from "./format.js";
import { sortedTable } from "./table.js";

/** Metrics for a select box, those that were asked for first. */
export function metricOptions(campaign) {
  const used = campaign.usedMetrics();
  const text = (metric) => [metric.name, `${metric.name}`];
  const chosen = campaign.data.chosen.map((name) => campaign.metricByName.get(name)).filter((metric) => metric && used.includes(metric));
  const groups = new Map();
  for (const metric of used) {
    const group = groupOf(metric.name);
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(text(metric));
  }
  return [...(chosen.length ? [["asked for", chosen.map(text)]] : []), ...groups];
}

const kGroups = [
  [/^(makespan|operations|jobs|cycles|queue_depth|gpu_time)/, "work"], [/^job_latency/, "latency of jobs"], [/^job_time/, "where their time goes"],
  [/^ioctl/, "ioctls"], [/^(engine|preempt|queue_susp|suspend|priority)/, "engines and queues"], [/^(dependencies|oversync)/, "over-synchronisation"],
  [/^(hazards|races|absences|undrawn|stale)/, "hazards"], [/^(frame|flips|missed)/, "display"],
  [/^(timeouts|resets|fences|faults|culprit|masked)/, "recovery"], [/./, "memory"],
];
const groupOf = (name) => kGroups.find(([pattern]) => pattern.test(name))[1];

export function firstMetric(campaign, wanted) {
  const used = new Set(campaign.usedMetrics().map((metric) => metric.name));
  return [...campaign.data.chosen, ...wanted, ...used].find((name) => used.has(name)) ?? "";
}

/** A dot and its interval, on the scale of its scenario point. */
function whisker(low, mean, high, [from, to]) {
  const x = (value) => (to > from ? 4 + (92 * (value - from)) / (to - from) : 50);
  return s("svg", { class: "whisker", viewBox: "0 0 100 16", "aria-hidden": "true", preserveAspectRatio: "none" },
    s("line", { class: "axis", x1: 4, x2: 96, y1: 8, y2: 8 }),
    low !== null && s("line", { class: "interval", x1: x(low), x2: Math.max(x(high), x(low) + 0.8), y1: 8, y2: 8 }),
    s("rect", { class: "mean", x: x(mean) - 1, y: 3, width: 2, height: 10 }));
}

export function comparisonSection(campaign, openDetail) {
  const options = metricOptions(campaign);
  if (options.length === 0) return h("p", { class: "note" }, "No run has a number.");
  const state = { metric: firstMetric(campaign, ["makespan_ns"]), text: "", decided: false, stack: "" };
  const meaning = h("p", { class: "note" });
  const status = h("p", { class: "note", role: "status" });
  let scales = new Map();
  const field = (name) => (cell) => campaign.estimate(state.metric, cell.index, name);
  const unit = () => campaign.metricByName.get(state.metric)?.unit;
  const interval = (low, high, show) => (low === null ? "" : ` [${show(low, unit())}, ${show(high, unit())}]`);

  const table = sortedTable("Means with 95 % intervals over seeds, and differences to the baseline paired by seed", [
    { title: "scenario", value: (c) => campaign.points[c.point].title, cell: (c) => campaign.points[c.point].title },
    { title: "stack", value: (c) => campaign.stackOf(c), cell: (c) => h("button", { type: "button", class: "link", onclick: () => openDetail(c.index) }, campaign.stackOf(c)) },
    { title: "seeds", numeric: true, value: field("n"), cell: (c) => field("n")(c) },
    { title: "mean [95 %]", numeric: true, value: field("mean"), cell: (c) => h("span", { title: field("mean")(c) }, quantity(field("mean")(c), unit()), h("small", {}, interval(field("low")(c), field("high")(c), quantity))) },
    { title: "on the scale of its scenario", cell: (c) => whisker(field("low")(c), field("mean")(c), field("high")(c), scales.get(c.point)) },
    { title: "to baseline", numeric: true, value: field("ratio"), cell: (c) => ratio(field("ratio")(c)) },
    { title: "paired difference [95 %]", numeric: true, value: field("difference"), cell: (c) => h("span", { title: field("difference")(c) }, signed(field("difference")(c), unit()), h("small", {}, interval(field("difference_low")(c), field("difference_high")(c), signed))) },
    { title: "p (Holm)", numeric: true, value: field("p_adjusted"), cell: (c) => h("span", { title: `alone: ${probability(field("p")(c))}` }, probability(field("p_adjusted")(c))) },
    { title: "finding", value: (c) => findingOf(campaign, state.metric, c.index)[0], cell: (c) => { const [word, why] = findingOf(campaign, state.metric, c.index); return h("span", { class: `finding f-${word.endsWith("one seed") ? "none" : word.split(",")[0]}`, title: why }, word); } },
    { title: "to oracle", numeric: true, value: field("ratio_to_oracle"), cell: (c) => ratio(field("ratio_to_oracle")(c)) },
  ], []);

  function update() {
    const metric = campaign.metricByName.get(state.metric);
    meaning.textContent = `${metric.name} (${metric.unit}): ${metric.meaning}`;
    const words = state.text.toLowerCase();
    const rows = campaign.cells.filter((cell) => field("mean")(cell) !== null &&
      (!state.stack || campaign.stackOf(cell) === state.stack) &&
      (!words || campaign.titleOf(cell).toLowerCase().includes(words)) &&
      (!state.decided || (field("p_adjusted")(cell) ?? 1) < 0.05));
    scales = new Map();
    for (const cell of campaign.cells) {
      const mean = field("mean")(cell);
      if (mean === null) continue;
      const [from, to] = scales.get(cell.point) ?? [0, -Infinity];
      scales.set(cell.point, [Math.min(from, field("low")(cell) ?? mean), Math.max(to, field("high")(cell) ?? mean)]);
    }
    const tests = campaign.cells.filter((cell) => field("p")(cell) !== null).length;
    status.textContent = `${plural(rows.length, "row")}; ${plural(tests, "test")} of this metric, adjusted for their number by Holm's method`;
    table.setRows(rows);
  }
  update();
  const change = (name) => (value) => ((state[name] = value), update());
  return [
    h("div", { class: "tools" }, select("Metric", options, state.metric, change("metric")), textField("Filter", "scenario or stack", change("text")),
      select("Stack", [["", "all"], ...campaign.stacks.map((stack) => [stack, stack])], "", change("stack")),
      checkBox("only differences that are no chance (adjusted p < 0.05)", false, change("decided"))),
    meaning, status, table.element,
  ];
}
