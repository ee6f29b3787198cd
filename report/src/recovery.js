// Recoveries: what timers did, who lost jobs, and whether those were hit who deserved it; then what processes got.
import { h, replace } from "./dom.js";
import { quantity } from "./format.js";
import { sortedTable } from "./table.js";

const kRecovery = [
  ["timeouts_fired_count", "timers fired"], ["resets_count", "resets"], ["fences_forced_count", "fences forced"], ["faults_struck_count", "faults struck"],
  ["jobs_lost_guilty_count", "jobs lost, guilty"], ["jobs_lost_innocent_count", "jobs lost, innocent"], ["culprit_precision_ratio", "precision"], ["culprit_recall_ratio", "recall"],
  ["masked_stall_max_ns", "longest masked stall"],
];

export function recoverySection(campaign, openDetail) {
  const rows = campaign.cells.filter((cell) => kRecovery.some(([metric]) => campaign.mean(metric, cell.index)));
  if (rows.length === 0) return h("p", { class: "note" }, "No timer fired, nothing was reset and no fault struck in any run.");
  return sortedTable("Scenarios in which something was recovered: means over seeds", [
    { title: "scenario", value: (c) => campaign.points[c.point].title, cell: (c) => campaign.points[c.point].title },
    { title: "stack", value: (c) => campaign.stackOf(c), cell: (c) => h("button", { type: "button", class: "link", onclick: () => openDetail(c.index) }, campaign.stackOf(c)) },
    ...kRecovery.map(([metric, title]) => ({
      title, numeric: true, value: (c) => campaign.mean(metric, c.index),
      cell: (c) => quantity(campaign.mean(metric, c.index), campaign.metricByName.get(metric)?.unit),
    })),
  ], rows).element;
}

const kUnits = { gpu_time_ns: "ns", job_latency_mean_ns: "ns", job_latency_max_ns: "ns", priority_inversion_ns: "ns" };

export function clientTable(campaign, cells, caption) {
  const rows = cells.flatMap((cell) => cell.clients.map(([name, values]) => ({ cell, name: campaign.name(name), values })));
  if (rows.length === 0) return h("p", { class: "note" }, "No process did anything that is counted.");
  return sortedTable(caption, [
    { title: "process", value: (r) => r.name, cell: (r) => r.name },
    ...(cells.length > 1 ? [{ title: "stack", value: (r) => campaign.stackOf(r.cell), cell: (r) => campaign.stackOf(r.cell) }] : []),
    ...campaign.data.client_columns.map((column, i) => ({
      title: column.replace(/_(count|ns)$/, "").replaceAll("_", " "), numeric: true, value: (r) => r.values[i], cell: (r) => quantity(r.values[i], kUnits[column]),
    })),
  ], rows).element;
}

export function clientSection(campaign, box, point) {
  replace(box, clientTable(campaign, point.cells.map((index) => campaign.cells[index]), "What each process got: means over seeds"));
}
