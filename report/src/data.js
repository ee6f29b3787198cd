// The campaign as the program wrote it (campaign/report/report_data.cpp), with ways to look things up.

export const kFormat = 1;

/** Verdicts, worst first, with their mark; what is no verdict is the status of a run that failed. */
export const kVerdicts = [
  ["crashed", "⚠"], ["overdue", "⏱"], ["error", "⚠"], ["deadlock", "✖"], ["orphan", "◌"], ["masked", "◐"],
  ["livelock", "↻"], ["stall", "‖"], ["starved", "▽"], ["complete", "✓"],
];
const kRank = new Map(kVerdicts.map(([word], rank) => [word, rank]));
const kMark = new Map(kVerdicts);

export const rankOf = (verdict) => kRank.get(verdict) ?? 0;
export const markOf = (verdict) => kMark.get(verdict) ?? "?";

/** Columns hold a list, or one value for all. */
const at = (column, index) => (Array.isArray(column) ? column[index] : column.all);

export class Campaign {
  constructor(data) {
    this.data = data;
    this.stacks = data.stacks;
    this.metrics = data.metrics.map(([name, unit, meaning]) => ({ name, unit, meaning }));
    this.metricByName = new Map(this.metrics.map((metric) => [metric.name, metric]));
    this.points = data.points.map((point, index) => ({
      ...point,
      index,
      title: point.point ? `${point.scenario} [${point.point}]` : point.scenario,
      cells: [],
    }));
    this.cells = data.cells.map((cell, index) => ({ ...cell, index }));
    for (const cell of this.cells) {
      const point = this.points[cell.point];
      point.cells.push(cell.index);
      cell.worst = cell.verdicts.reduce((worst, [word]) => Math.min(worst, rankOf(word)), kVerdicts.length);
      cell.judgement = point.judgement?.stacks.find((each) => each.stack === this.stacks[cell.stack]) ?? null;
    }
    this.stuckOf = new Map();
    data.stuck.entries.forEach((entry, index) => {
      if (!this.stuckOf.has(entry.cell)) this.stuckOf.set(entry.cell, []);
      this.stuckOf.get(entry.cell).push(index);
    });
  }
  name(number) {
    return this.data.names[number];
  }
  stackOf(cell) {
    return this.stacks[cell.stack];
  }
  titleOf(cell) {
    return `${this.points[cell.point].title} under ${this.stackOf(cell)}`;
  }
  /** Metrics that are not 0 everywhere. */
  usedMetrics() {
    return this.metrics.filter((metric) => this.data.estimates[metric.name]);
  }
  /** One estimate of one cell; null where there is none. */
  estimate(metric, cell, field = "mean") {
    const columns = this.data.estimates[metric];
    return columns ? at(columns[field], cell) : null;
  }
  /** Mean of a cell; metrics that are 0 everywhere are 0. */
  mean(metric, cell) {
    if (this.data.estimates[metric]) return this.estimate(metric, cell);
    return this.metricByName.has(metric) ? 0 : null;
  }
  /** The command that makes the run of a cell with that seed. */
  commandOf(cell, seed) {
    return cell.command ? cell.command[0] + (cell.command[1] || cell.command[0].endsWith("--seeds ") ? seed + cell.command[1] : "") : null;
  }
}

/** What the test of a difference found: [word, explanation]. */
export function findingOf(campaign, metric, cell) {
  const pairs = campaign.estimate(metric, cell, "pairs");
  const difference = campaign.estimate(metric, cell, "difference");
  const p = campaign.estimate(metric, cell, "p_adjusted");
  if (!pairs) return ["", "no baseline here, or no seed in common"];
  if (campaign.cells[cell].baseline === campaign.cells[cell].stack) return ["baseline", "others are measured against this"];
  const way = difference < 0 ? "lower" : "higher";
  if (p !== null) return p < 0.05 ? [way, "adjusted p below 0.05"] : ["undecided", "the difference may be chance"];
  if (difference === 0) return ["equal", "the same number in every pair of seeds"];
  if (pairs < 2) return [`${way}, one seed`, "a single pair says nothing about chance"];
  return [`${way}, exact`, "the same difference in every pair of seeds: nothing is left to chance"];
}
