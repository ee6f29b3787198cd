// One cell in full: what was expected, how to make it again, what happened.
import { h, replace, command } from "./dom.js";
import { markOf } from "./data.js";
import { expectation, standing } from "./verdicts.js";
import { stuckEntry, hazardRows, inWords } from "./stuck.js";
import { clientTable } from "./recovery.js";
import { plural } from "./format.js";

function judgement(campaign, cell) {
  const { judgement: said } = cell;
  const met = standing(cell);
  if (!said) return h("p", {}, "Nobody judged these runs: `fencelab run` does, with the scenario at hand.");
  return [
    h("p", {}, h("strong", { class: met === "unmet" ? "bad" : "" }, { met: "As expected. ", unmet: "Not as expected. " }[met] ?? ""), `${expectation(cell)}.`),
    said.why && h("p", { class: "why" }, said.why),
    said.failures.length > 0 && h("ul", { class: "bad" }, said.failures.map((failure) => h("li", {}, failure))),
    said.failures_count > said.failures.length && h("p", { class: "bad" }, `and ${said.failures_count - said.failures.length} more`),
    said.stated && said.strength && cell.command && [h("p", {}, `Runs only observe. The strength ${said.strength} is reached by`), command(cell.command[0].replace(/^fencelab run /, "fencelab check ").replace(/ --seeds $/, ""))],
  ];
}

export function detailDialog(campaign, dialog) {
  const close = () => dialog.close();
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  return (index) => {
    const cell = campaign.cells[index];
    const point = campaign.points[cell.point];
    const stuck = campaign.stuckOf.get(index) ?? [];
    const hazards = hazardRows(campaign, [cell]);
    const failure = campaign.name(cell.failure);
    replace(dialog,
      h("div", { class: "dialog-head" }, h("h2", { id: "detail-title" }, campaign.titleOf(cell)), h("button", { type: "button", onclick: close, "aria-label": "close" }, "✕")),
      h("p", {}, `${plural(cell.runs, "run")}, seeds ${cell.seeds}. Baseline: ${cell.baseline === null ? "none" : campaign.stacks[cell.baseline]}. `, h("code", {}, point.file)),
      judgement(campaign, cell),
      h("h3", {}, "Make it again"),
      cell.verdicts.map(([word, runs, seed]) => [
        h("p", {}, h("span", { class: `tag v-${word}` }, `${markOf(word)} ${word}`), ` ${plural(runs, "run")}, first with seed ${seed}; the second command also writes its timeline for ui.perfetto.dev`),
        command(campaign.commandOf(cell, seed)), command(`${campaign.commandOf(cell, seed)} --trace out.pftrace`),
      ]),
      failure && [h("h3", {}, "Failed"), h("pre", {}, failure)],
      stuck.length > 0 && [h("h3", {}, "What got stuck"), stuck.map((entry) => stuckEntry(campaign, entry, null))],
      hazards.length > 0 && [h("h3", {}, "Hazards and broken rules"), h("ul", {}, hazards.map((each) => h("li", {}, h("strong", {}, each.rule), ` in ${plural(each.runs, "run")}, ${plural(each.times, "time")}: `, inWords(each.text))))],
      h("h3", {}, "What each process got"), clientTable(campaign, [cell], "Means over seeds"));
    dialog.showModal();
    dialog.scrollTop = 0;
  };
}
