// Dependencies that nobody needed: by rule, by buffer, and the costliest one by one.
import { h, replace } from "./dom.js";
import { bar, sortedTable } from "./table.js";
import { quantity } from "./format.js";
import { colourOf } from "./state.js";

/** One row per stack and group; bars are of the costliest. */
function sums(campaign, cells, kind, words, caption) {
  const rows = cells.flatMap((cell, place) => cell.dependencies[kind].map((row) => ({ cell, place, words: row.slice(0, words), needed: row[words], unneeded: row[words + 1], cost: row[words + 2] })))
    .filter((row) => row.unneeded > 0 || row.cost > 0);
  const most = Math.max(1, ...rows.map((row) => row.cost));
  const text = (row) => row.words.map((word) => campaign.name(word)).filter(Boolean).join(" of ") || "(asked by the program)";
  return sortedTable(caption, [
    { title: kind === "rules" ? "rule" : "buffer", value: text, cell: text },
    { title: "stack", value: (r) => campaign.stackOf(r.cell), cell: (r) => campaign.stackOf(r.cell) },
    { title: "cost", numeric: true, value: (r) => r.cost, cell: (r) => quantity(r.cost, "ns") },
    { title: "share", cell: (r) => bar(r.cost / most, colourOf(r.place)) },
    { title: "false", numeric: true, value: (r) => r.unneeded, cell: (r) => r.unneeded.toLocaleString("en") },
    { title: "needed", numeric: true, value: (r) => r.needed, cell: (r) => r.needed.toLocaleString("en") },
  ], rows).element;
}

export function oversyncSection(campaign, box, point) {
  const cells = point.cells.map((index) => campaign.cells[index]);
  if (!cells.some((cell) => cell.dependencies.rules.some((row) => row[3] > 0)))
    return void replace(box, h("p", { class: "note" }, "No dependency of this scenario was false: nobody waited for what the bytes do not ask for."));
  const rows = cells.flatMap((cell) => cell.dependencies.kinds.map((row) => ({ cell, row })).filter(({ row }) => row[7] > 0));
  const word = (index) => ({ row }) => campaign.name(row[index]);
  replace(box,
    sums(campaign, cells, "rules", 2, "By rule, and the policy whose rule it was: sums over all runs"),
    sums(campaign, cells, "buffers", 1, "By buffer on which it came about: sums over all runs"),
    h("details", {}, h("summary", {}, "The costliest false dependencies one by one"), sortedTable("Who waited for whom: sums over all runs", [
      { title: "who waits", value: word(1), cell: word(1) }, { title: "stack", value: ({ cell }) => campaign.stackOf(cell), cell: ({ cell }) => campaign.stackOf(cell) },
      { title: "for whom", value: word(2), cell: word(2) }, { title: "on", value: word(3), cell: word(3) },
      { title: "by rule", value: word(5), cell: word(5) }, { title: "of policy", value: word(4), cell: word(4) }, { title: "where", value: word(0), cell: word(0) },
      { title: "times", numeric: true, value: ({ row }) => row[7], cell: ({ row }) => row[7].toLocaleString("en") },
      { title: "cost", numeric: true, value: ({ row }) => row[8], cell: ({ row }) => quantity(row[8], "ns") },
    ], rows).element));
}
