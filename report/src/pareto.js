// Two metrics against each other: which stacks are beaten in both by another.
import { h, replace, select, checkBox } from "./dom.js";
import { chart } from "./chart.js";
import { firstMetric, metricOptions } from "./comparison.js";
import { quantity, ratio } from "./format.js";
import { sortedTable } from "./table.js";
import { colourOf } from "./state.js";

const kMoreIsBetter = /(jobs_done|frames_shown|frames_presented|flips_count|cycles|operations|fairness|precision|recall|engine_busy|jobs_submitted)/;

/** Of {x, y}: those that no other equals or beats in both and beats in one. */
export function front(dots, xMore, yMore) {
  const better = (a, b, more) => (more ? a > b : a < b);
  return dots.filter((dot) => !dots.some((other) =>
    !better(dot.x, other.x, xMore) && !better(dot.y, other.y, yMore) && (better(other.x, dot.x, xMore) || better(other.y, dot.y, yMore))));
}

/** Geometric mean of the ratios to the baseline over points; null without one above 0. */
function overall(campaign, metric, stack) {
  const logs = campaign.cells.filter((cell) => cell.stack === stack).map((cell) => campaign.estimate(metric, cell.index, "ratio")).filter((value) => value > 0).map(Math.log);
  return logs.length ? { mean: Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length), points: logs.length } : null;
}

function dotsOf(campaign, point, state) {
  if (state.scope === "all")
    return campaign.stacks.map((stack, index) => {
      const x = overall(campaign, state.x, index), y = overall(campaign, state.y, index);
      return x && y && { stack, place: index, x: x.mean, y: y.mean, points: Math.min(x.points, y.points) };
    }).filter(Boolean);
  return point.cells.map((cell, place) => {
    const of = (metric, field) => campaign.estimate(metric, cell, field);
    const x = campaign.mean(state.x, cell), y = campaign.mean(state.y, cell);
    return x !== null && y !== null && { stack: campaign.stackOf(campaign.cells[cell]), place, x, y, points: 1,
      whisker: [x, of(state.x, "low"), of(state.x, "high"), y, of(state.y, "low"), of(state.y, "high")] };
  }).filter(Boolean);
}

export function paretoSection(campaign, box, point) {
  const options = metricOptions(campaign);
  if (options.length === 0) return void replace(box, h("p", { class: "note" }, "No run has a number."));
  const chosen = campaign.data.chosen.filter((name) => campaign.data.estimates[name]);
  const state = { x: firstMetric(campaign, ["makespan_ns"]), y: chosen[1] ?? firstMetric({ ...campaign, data: { ...campaign.data, chosen: [] }, usedMetrics: () => campaign.usedMetrics() }, ["oversync_time_ns", "job_latency_p95_ns"]), scope: "point" };
  const more = (metric) => state[`${metric}More`] ?? kMoreIsBetter.test(state[metric]);
  const plot = h("div"), numbers = h("div"), tools = h("div", { class: "tools" });
  let drawn = null;
  function draw() {
    const dots = dotsOf(campaign, point, state);
    const best = new Set(front(dots, more("x"), more("y")));
    const show = (metric) => (value) => (state.scope === "all" ? ratio(value) : quantity(value, campaign.metricByName.get(state[metric]).unit));
    drawn?.discard();
    if (dots.length) {
      const x = [...new Set(dots.map((dot) => dot.x))].sort((a, b) => a - b);
      const range = (_, low, high) => (low === high ? [low - Math.abs(low || 1) * 0.1, high + Math.abs(high || 1) * 0.1] : [low - (high - low) * 0.08, high + (high - low) * 0.08]);
      drawn = chart(dots.map((dot) => ({ label: best.has(dot) ? `★ ${dot.stack}` : dot.stack, colour: colourOf(dot.place) })), [x, ...dots.map((dot) => x.map((value) => (value === dot.x ? dot.y : null)))], {
        title: state.scope === "all" ? "Geometric mean over scenarios of the ratio to the baseline" : `${point.title}: means with 95 % intervals`, points: true, whiskers: dots.map((dot) => dot.whisker),
        x: { label: state.x, format: show("x"), range }, y: { label: state.y, format: show("y"), range },
      });
      replace(plot, drawn);
    } else replace(plot, h("p", { class: "note" }, "No stack has both."));
    replace(numbers, sortedTable("★: no other stack is at least as good in both and better in one", [
      { title: "stack", value: (d) => d.stack, cell: (d) => d.stack }, { title: "front", value: (d) => (best.has(d) ? 0 : 1), cell: (d) => (best.has(d) ? "★" : "") },
      { title: state.x, numeric: true, value: (d) => d.x, cell: (d) => show("x")(d.x) }, { title: state.y, numeric: true, value: (d) => d.y, cell: (d) => show("y")(d.y) },
      ...(state.scope === "all" ? [{ title: "scenarios", numeric: true, value: (d) => d.points, cell: (d) => d.points }] : []),
    ], dots).element);
  }
  function setUp() {
    const metric = (name, label) => select(label, options, state[name], (value) => ((state[name] = value), (state[`${name}More`] = undefined), setUp()));
    const way = (name, label) => checkBox(`more of ${label} is better`, more(name), (value) => ((state[`${name}More`] = value), draw()));
    replace(tools, metric("x", "Across"), way("x", "it"), metric("y", "Up"), way("y", "it"),
      select("Of", [["point", "the one in focus"], ["all", "all scenarios, as ratios"]], state.scope, (value) => ((state.scope = value), draw())));
    draw();
  }
  setUp();
  replace(box, tools, plot, numbers);
}
