// report.html: reads the campaign that the program put into the page, and lays it out.
import { h, replace, select } from "./dom.js";
import { Campaign, kFormat } from "./data.js";
import { plural } from "./format.js";
import { whenSeen } from "./lazy.js";
import { focused, onFocus, setFocus } from "./state.js";
import { verdictSection, standing } from "./verdicts.js";
import { comparisonSection } from "./comparison.js";
import { distributionSection, phaseSection } from "./latency.js";
import { oversyncSection } from "./oversync.js";
import { memorySection } from "./memory.js";
import { clientSection, recoverySection } from "./recovery.js";
import { paretoSection } from "./pareto.js";
import { hazardRows, inWords, stuckSection } from "./stuck.js";
import { sortedTable } from "./table.js";
import { detailDialog } from "./detail.js";
import { notes } from "./notes.js";

function summary(campaign) {
  const { data } = campaign;
  const unmet = campaign.cells.filter((cell) => standing(cell) === "unmet").length + campaign.points.reduce((sum, point) => sum + (point.judgement?.relations.length ?? 0), 0);
  const judged = campaign.cells.filter((cell) => standing(cell) !== "").length;
  const stuck = new Set(data.stuck.entries.map((entry) => entry.cell)).size;
  const fact = (number, words, bad) => h("li", { class: bad ? "bad" : null }, h("strong", {}, number), ` ${words}`);
  return [
    h("ul", { class: "facts" },
      fact(data.runs.toLocaleString("en"), data.runs < data.planned ? `runs of ${data.planned.toLocaleString("en")} planned` : "runs", data.runs < data.planned),
      fact(campaign.points.length.toLocaleString("en"), "scenario points"), fact(campaign.stacks.length.toLocaleString("en"), "stacks"),
      fact(stuck.toLocaleString("en"), "cells with something stuck"),
      judged || unmet ? fact(unmet.toLocaleString("en"), `of ${judged.toLocaleString("en")} stated expectations not met`, unmet > 0) : fact("–", "expectations were not judged"),
      fact(data.failed.toLocaleString("en"), "failed runs", data.failed > 0)),
    data.cells_left_out > 0 && h("p", { class: "bad" }, `${plural(data.cells_left_out, "more cell is", "more cells are")} too many for a page; runs.csv and compare.csv have them all.`),
    h("p", { class: "note" }, `Made by fencelab ${data.builds.join("; ")}. Measured against ${data.baseline ? `the stack ${data.baseline}` : "the first stack of each scenario"}.`),
  ];
}

function hazards(campaign, openDetail) {
  const rows = hazardRows(campaign, campaign.cells);
  if (rows.length === 0) return h("p", { class: "note" }, "No hazard, and no rule of a context was broken.");
  return sortedTable("Each class once for a scenario and stack", [
    { title: "scenario", value: (r) => campaign.points[r.cell.point].title, cell: (r) => campaign.points[r.cell.point].title },
    { title: "stack", value: (r) => campaign.stackOf(r.cell), cell: (r) => h("button", { type: "button", class: "link", onclick: () => openDetail(r.cell.index) }, campaign.stackOf(r.cell)) },
    { title: "rule", value: (r) => r.rule, cell: (r) => r.rule }, { title: "runs", numeric: true, value: (r) => r.runs, cell: (r) => r.runs },
    { title: "times", numeric: true, value: (r) => r.times, cell: (r) => r.times.toLocaleString("en") }, { title: "the first in words", cell: (r) => inWords(r.text) },
  ], rows).element;
}

function focusBar(campaign) {
  const box = h("div", { class: "focus" });
  const step = (by) => setFocus((focused() + by + campaign.points.length) % campaign.points.length);
  const draw = () => replace(box, select("Scenario in focus", campaign.points.map((point) => [point.index, point.title]), focused(), setFocus),
    h("button", { type: "button", "aria-label": "previous scenario", onclick: () => step(-1) }, "‹"), h("button", { type: "button", "aria-label": "next scenario", onclick: () => step(1) }, "›"));
  draw();
  onFocus((point) => (box.querySelector("select").value = String(point)));
  return box;
}

/** A section of the point in focus, drawn when it is seen and again when the focus moves. */
function ofFocus(campaign, draw) {
  const box = h("div", { class: "lazy" });
  let seen = false;
  const now = () => {
    for (const figure of box.querySelectorAll("figure")) figure.discard?.();
    draw(campaign, box, campaign.points[focused()]);
  };
  whenSeen(box, () => ((seen = true), now()));
  onFocus(() => seen && now());
  return box;
}

function whole(draw) {
  const box = h("div", { class: "lazy" });
  whenSeen(box, () => replace(box, draw()));
  return box;
}

function start() {
  const page = document.getElementById("page");
  const data = JSON.parse(document.getElementById("data").textContent);
  if (data.format !== kFormat) throw new Error(`the data has format ${data.format}, this page reads ${kFormat}`);
  const campaign = new Campaign(data);
  const openDetail = detailDialog(campaign, document.getElementById("detail"));
  const all = [
    ["verdicts", "Verdicts", "How each scenario ended under each stack.", verdictSection(campaign, openDetail)],
    ["comparison", "Comparison", "One metric, with intervals and tests.", whole(() => comparisonSection(campaign, openDetail))],
    ["stuck", "Deadlocks", "What got stuck, drawn and told.", whole(() => stuckSection(campaign, openDetail))],
    ["hazards", "Hazards", "Races, memory that is not there, broken rules.", whole(() => hazards(campaign, openDetail))],
    ["recovery", "Recovery", "Timers, resets and whom they hit.", whole(() => recoverySection(campaign, openDetail))],
  ];
  const one = [
    ["latency", "Latency", "How times are distributed.", distributionSection], ["where", "Where latency goes", "What jobs waited for.", phaseSection],
    ["oversync", "Over-synchronisation", "Waits that the bytes do not ask for.", oversyncSection], ["memory", "Memory and links", "Over one run, and of all.", memorySection],
    ["processes", "Processes", "What each of them got.", clientSection], ["pareto", "Two metrics", "Which stacks are not beaten in both.", paretoSection],
  ];
  const section = ([id, title, words, content]) => h("section", { id, "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title` }, title), h("p", { class: "lead" }, words), content);
  document.title = `Fencelab: ${plural(campaign.points.length, "scenario")}, ${plural(campaign.stacks.length, "stack")}`;
  replace(page,
    h("header", {}, h("h1", {}, "Fencelab report"), summary(campaign)),
    h("nav", { "aria-label": "sections" }, [...all, ...one, ["notes", "Notes"]].map(([id, title]) => h("a", { href: `#${id}` }, title))),
    h("main", {}, all.map(section), h("div", { class: "focus-bar" }, focusBar(campaign)),
      one.map(([id, title, words, draw]) => section([id, title, words, ofFocus(campaign, draw)])),
      section(["notes", "Notes", "How the numbers are made.", notes(campaign)])));
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
}

try {
  start();
} catch (error) {
  replace(document.getElementById("page"), h("p", { class: "bad" }, `This report cannot be shown: ${error.message}`));
  throw error;
}
