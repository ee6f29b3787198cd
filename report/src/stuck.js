// What got stuck: a list, and each of them as a drawing with its story.
import { h, replace, select, textField, command } from "./dom.js";
import { drawing } from "./drawing.js";
import { plural } from "./format.js";

/** One entry, closed; its drawing is made when it is opened. */
export function stuckEntry(campaign, index, openDetail) {
  const entry = campaign.data.stuck.entries[index];
  const cell = campaign.cells[entry.cell];
  const content = h("div", { class: "story" });
  let filled = false;
  const fill = () => {
    if (filled) return;
    filled = true;
    const svg = entry.drawing === null ? null : drawing(campaign.data.stuck.drawings[entry.drawing], `wait-for graph of ${campaign.titleOf(cell)}`);
    const again = campaign.commandOf(cell, entry.seed);
    replace(content,
      svg ? h("div", { class: "graph", tabindex: "0", role: "group", "aria-label": "drawing, scrolls" }, svg)
        : h("p", { class: "note" }, "No drawing: it was found by counting, Graphviz was not there, or the graph is too large to be read."),
      h("pre", { tabindex: "0" }, campaign.name(entry.text)),
      h("p", {}, "Class: ", h("code", {}, campaign.name(entry.class))),
      again && [h("p", {}, "Makes it again, and its timeline:"), command(again), command(`${again} --trace out.pftrace`)],
      openDetail && h("button", { type: "button", class: "quiet", onclick: () => openDetail(entry.cell) }, "open this cell"));
  };
  const details = h("details", { class: "stuck", "data-stuck": index, ontoggle: () => details.open && fill() },
    h("summary", {}, h("span", { class: `tag v-${entry.kind.replace(/^masked .*/, "masked")}` }, entry.kind), ` ${campaign.titleOf(cell)}`,
      h("small", {}, ` seed ${entry.seed}${entry.runs > 1 ? `, ${entry.runs} of ${cell.runs} runs` : ""}`)),
    content);
  return details;
}

export function stuckSection(campaign, openDetail) {
  const { entries, left_out: leftOut } = campaign.data.stuck;
  if (entries.length === 0) return h("p", { class: "note" }, "Nothing got stuck in any run.");
  const state = { text: "", kind: "", shown: 50 };
  const list = h("div"), status = h("p", { class: "note", role: "status" });
  const more = h("button", { type: "button", class: "quiet", onclick: () => ((state.shown = Infinity), draw()) });
  function draw() {
    const words = state.text.toLowerCase();
    const found = entries.map((entry, index) => ({ entry, index })).filter(({ entry }) => (!state.kind || entry.kind === state.kind) &&
      (!words || `${campaign.titleOf(campaign.cells[entry.cell])} ${campaign.name(entry.class)} ${campaign.name(entry.text)}`.toLowerCase().includes(words)));
    status.textContent = `${plural(found.length, "finding")}: each class once for a scenario and stack${leftOut ? `; ${plural(leftOut, "more is", "more are")} in the folder deadlocks/ only` : ""}`;
    replace(list, found.slice(0, state.shown).map(({ index }) => stuckEntry(campaign, index, openDetail)));
    more.hidden = found.length <= state.shown;
    more.textContent = `Show all ${found.length}`;
  }
  addEventListener("beforeprint", () => ((state.shown = Infinity), draw()));
  draw();
  const kinds = [...new Set(entries.map((entry) => entry.kind))].sort();
  return [
    h("div", { class: "tools" }, textField("Filter", "scenario, stack, or words of the story", (value) => ((state.text = value), draw())),
      select("Kind", [["", "any"], ...kinds.map((kind) => [kind, kind])], "", (value) => ((state.kind = value), draw()))),
    status, list, more,
  ];
}

export function hazardRows(campaign, cells) {
  return cells.flatMap((cell) => cell.hazards.map(([rule, kind, text, times, runs, place]) => ({ cell, rule: campaign.name(rule), kind, text: campaign.name(text), times, runs, place: campaign.name(place) })));
}

/** What was found in words; of many lines the first, and the rest on demand. */
export function inWords(text) {
  const lines = text.trim().split("\n");
  if (lines.length === 1) return h("span", { class: "words" }, text);
  return h("details", { class: "words" }, h("summary", {}, lines[0]), h("pre", { tabindex: "0" }, lines.slice(1).join("\n")));
}
