// Memory and links: peaks and sums of all runs, and one run over time.
import { h, replace, select } from "./dom.js";
import { chart } from "./chart.js";
import { bar, sortedTable } from "./table.js";
import { quantity } from "./format.js";
import { lineOf } from "./latency.js";
import { colourOf } from "./state.js";

function amounts(campaign, cells, kind, title, caption) {
  const rows = cells.flatMap((cell, place) => cell.places[kind].map(([name, bytes]) => ({ cell, place, name: campaign.name(name), bytes })));
  if (rows.length === 0) return null;
  const most = Math.max(...rows.map((row) => row.bytes));
  return sortedTable(caption, [
    { title, value: (r) => r.name, cell: (r) => r.name },
    { title: "stack", value: (r) => campaign.stackOf(r.cell), cell: (r) => campaign.stackOf(r.cell) },
    { title: "bytes", numeric: true, value: (r) => r.bytes, cell: (r) => h("span", { title: r.bytes }, quantity(r.bytes, "bytes")) },
    { title: "beside the largest", cell: (r) => bar(r.bytes / most, colourOf(r.place)) },
  ], rows).element;
}

const kSteps = Array.from({ length: 50 }, (_, i) => 2 ** i); // of axes of bytes

/** Series of the cells by what they are of: [[kind, name], [[cell, seed, binNs, kib]]]. */
function tracksOf(campaign, cells) {
  const tracks = new Map();
  for (const cell of cells) {
    if (!cell.series) continue;
    const [seed, binNs, list] = cell.series;
    for (const [kind, name, kib, bins] of list) {
      const key = JSON.stringify([kind, campaign.name(name)]);
      if (!tracks.has(key)) tracks.set(key, []);
      tracks.get(key).push({ cell, seed, binNs, kib: Array.isArray(kib) ? kib : Array(bins).fill(kib) });
    }
  }
  return [...tracks].map(([key, list]) => [JSON.parse(key), list]);
}

/** x and a column per series; bins of different widths share one axis. */
function table(series, perSecond) {
  const ends = series.map(({ binNs, kib }) => binNs * kib.length);
  const step = Math.min(...series.map(({ binNs }) => binNs));
  const count = Math.min(2000, Math.ceil(Math.max(...ends) / step));
  const x = Array.from({ length: count }, (_, i) => i * step);
  return [x, ...series.map(({ binNs, kib }) => x.map((at) => {
    const value = kib[Math.floor(at / binNs)];
    return value === undefined ? null : perSecond ? (value * 1024 * 1e9) / binNs : value * 1024;
  }))];
}

export function memorySection(campaign, box, point) {
  const cells = point.cells.map((index) => campaign.cells[index]);
  const tracks = tracksOf(campaign, cells);
  const plot = h("div");
  let drawn = null;
  function draw(index) {
    const [[kind, name], series] = tracks[index];
    drawn?.discard();
    drawn = chart(series.map(({ cell }) => lineOf(campaign, cell, cells.indexOf(cell))), table(series, kind === "link"), {
      title: kind === "pool" ? `${name}: most memory in use in each bin, seed ${series[0].seed}` : `${name}: bytes moved per second, seed ${series[0].seed}`,
      x: { label: "time of the run", format: (v) => quantity(v, "ns") },
      y: { label: kind === "pool" ? "in use" : "per second", format: (v) => quantity(v, "bytes"), incrs: kSteps, range: (_, __, most) => [0, most * 1.05 || 1] },
    });
    replace(plot, drawn);
  }
  if (tracks.length) draw(0);
  const parts = [amounts(campaign, cells, "pools", "pool", "Largest use of each pool of memory in any run"), amounts(campaign, cells, "links", "link", "Bytes moved over each link and the swap device, mean of the runs")];
  replace(box,
    tracks.length ? h("div", { class: "tools" }, select("Over time", tracks.map(([[kind, name]], i) => [i, `${kind} ${name}`]), 0, (value) => draw(Number(value)))) : h("p", { class: "note" }, "No series of these runs are stored."),
    plot, parts[0] || parts[1] ? parts : h("p", { class: "note" }, "These runs used no memory of a bounded pool and moved nothing."));
}
