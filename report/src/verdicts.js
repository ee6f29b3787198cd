// The verdict matrix: scenario points by stacks.
import { h, replace, select, textField, checkBox } from "./dom.js";
import { kVerdicts, markOf } from "./data.js";
import { plural } from "./format.js";

const kMostColumns = 12, kPiece = 100;

/** "met", "unmet", or "" where nothing is stated and nothing is wrong. */
export function standing(cell) {
  if (!cell.judgement) return "";
  if (cell.judgement.failures_count > 0) return "unmet";
  return cell.judgement.stated ? "met" : "";
}

function expectation(cell) {
  const { judgement } = cell;
  if (!judgement) return "not judged";
  const wanted = judgement.verdicts.length ? `expected: ${judgement.verdicts.join(" or ")}` : "no verdict is expected";
  const claim = judgement.claim.length ? `; claimed of every schedule: ${judgement.claim.join(" or ")}` : "";
  const strength = judgement.stated && judgement.strength ? `, strength asked of check: ${judgement.strength}` : "";
  return wanted + claim + strength + (judgement.failures_count ? `; ${plural(judgement.failures_count, "thing")} not so` : "");
}

/** A button for a cell: verdicts, how many runs, and whether that was expected. */
export function cellButton(campaign, cell, openDetail, withStack) {
  const [[worst]] = [...cell.verdicts].sort((a, b) => kVerdicts.findIndex(([w]) => w === a[0]) - kVerdicts.findIndex(([w]) => w === b[0]));
  const words = cell.verdicts.map(([word, runs]) => (cell.verdicts.length > 1 ? `${word} ${runs}/${cell.runs}` : word)).join(", ");
  const met = standing(cell);
  const sign = { met: "as expected", unmet: "NOT as expected" }[met];
  const label = `${campaign.titleOf(cell)}: ${words}${sign ? `, ${sign}` : ""}`;
  return h("button", {
    type: "button", class: `cell v-${worst} ${met}`, "aria-label": label, title: expectation(cell), "data-cell": cell.index,
    onclick: () => openDetail(cell.index),
  },
  withStack && h("span", { class: "stack" }, campaign.stackOf(cell)),
  h("span", { class: "verdict" }, h("span", { class: "mark", "aria-hidden": "true" }, markOf(worst)), ` ${words}`),
  met === "unmet" && h("span", { class: "flag" }, "!"), met === "met" && h("span", { class: "ok" }, "✓"));
}

export function verdictSection(campaign, openDetail) {
  const wide = campaign.stacks.length <= kMostColumns;
  const state = { text: "", verdict: "", unmet: false, order: "campaign" };
  let shown = kPiece;
  const body = h("tbody");
  const count = h("p", { class: "note", role: "status" });
  const more = h("button", { type: "button", class: "quiet", onclick: () => ((shown = Infinity), draw()) });
  addEventListener("beforeprint", () => ((shown = Infinity), draw()));

  const matches = (point) => {
    const cells = point.cells.map((index) => campaign.cells[index]);
    if (state.verdict && !cells.some((cell) => cell.verdicts.some(([word]) => word === state.verdict))) return false;
    if (state.unmet && !cells.some((cell) => standing(cell) === "unmet") && !point.judgement?.relations.length) return false;
    const words = state.text.toLowerCase();
    return !words || point.title.toLowerCase().includes(words) || (!wide && cells.some((cell) => campaign.stackOf(cell).toLowerCase().includes(words)));
  };
  const worst = (point) => Math.min(...point.cells.map((index) => campaign.cells[index].worst));
  const unmet = (point) => point.cells.filter((index) => standing(campaign.cells[index]) === "unmet").length;
  const orders = {
    campaign: (a, b) => a.index - b.index,
    name: (a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0),
    worst: (a, b) => worst(a) - worst(b) || a.index - b.index,
    unmet: (a, b) => unmet(b) - unmet(a) || a.index - b.index,
  };
  const row = (point) => {
    const cells = point.cells.map((index) => campaign.cells[index]);
    const name = h("th", { scope: "row" }, point.title,
      point.judgement?.relations.length ? h("p", { class: "bad" }, `! ${point.judgement.relations.join("; ")}`) : null);
    if (!wide) return h("tr", {}, name, h("td", { class: "chips" }, cells.map((cell) => cellButton(campaign, cell, openDetail, true))));
    return h("tr", {}, name, campaign.stacks.map((_, stack) => {
      const cell = cells.find((each) => each.stack === stack);
      return h("td", {}, cell ? cellButton(campaign, cell, openDetail, false) : h("span", { class: "none" }, "·"));
    }));
  };
  function draw() {
    const points = campaign.points.filter(matches).sort(orders[state.order]);
    replace(body, points.slice(0, shown).map(row));
    more.hidden = points.length <= shown;
    more.textContent = `Show all ${points.length} scenarios`;
    replace(count, `${plural(points.length, "scenario point")} of ${campaign.points.length}`);
  }
  const change = (name) => (value) => ((state[name] = value), (shown = kPiece), draw());
  const present = kVerdicts.filter(([word]) => campaign.cells.some((cell) => cell.verdicts.some(([v]) => v === word)));
  const heads = wide ? campaign.stacks.map((stack) => h("th", { scope: "col" }, stack)) : h("th", { scope: "col" }, "stacks");
  draw();
  return [
    h("div", { class: "tools" },
      textField("Filter", wide ? "scenario" : "scenario or stack", change("text")),
      select("Verdict", [["", "any"], ...present.map(([word, mark]) => [word, `${mark} ${word}`])], "", change("verdict")),
      select("Order", [["campaign", "as run"], ["name", "by name"], ["worst", "worst verdict first"], ["unmet", "unmet expectations first"]], "campaign", change("order")),
      checkBox("only with unmet expectations", false, change("unmet"))),
    count,
    h("p", { class: "legend-line" }, present.map(([word, mark]) => h("span", { class: `key v-${word}` }, `${mark} ${word}`)),
      h("span", { class: "key" }, h("span", { class: "ok" }, "✓"), " as the scenario expects"), h("span", { class: "key" }, h("span", { class: "flag" }, "!"), " not as it expects")),
    h("div", { class: "table" }, h("table", { class: "matrix" }, h("caption", {}, "Verdicts of each scenario under each stack; a button opens the cell"),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "scenario"), heads)), body), more),
  ];
}

export { expectation };
