// uPlot with our colours, and a legend of buttons that a keyboard reaches.
import uPlot from "uplot";
import { h } from "./dom.js";
import { whenSeen } from "./lazy.js";

const charts = new Set();
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Colours of axes are drawn into the picture: another scheme needs another picture.
for (const event of ["change"]) matchMedia("(prefers-color-scheme: dark)").addEventListener(event, () => charts.forEach((chart) => chart.draw()));
new ResizeObserver(() => charts.forEach((chart) => chart.resize())).observe(document.documentElement);

/**
 * `lines`: {label, colour, dash, hidden}. `data` as uPlot takes it: x, then the y of each line. `options`: title, x and y as
 * {label, format, log, range, incrs}, height, points (true: no lines), steps (true: a value holds until the next), whiskers (per line, [x, low, high, yLow, yHigh]).
 */
export function chart(lines, data, options) {
  const box = h("div", { class: "plot", role: "img", "aria-label": `${options.title}; the numbers are in the table beside it` });
  const shown = lines.map((line) => !line.hidden);
  let plot = null;
  const legend = h("div", { class: "legend", role: "group", "aria-label": `lines of: ${options.title}` }, lines.map((line, i) => {
    const button = h("button", {
      type: "button", "aria-pressed": String(shown[i]),
      onclick: () => {
        shown[i] = !shown[i];
        button.setAttribute("aria-pressed", String(shown[i]));
        plot?.setSeries(i + 1, { show: shown[i] });
      },
    }, h("span", { class: "swatch", style: { background: line.colour } }), line.label);
    return button;
  }));
  const axis = ({ label, format, incrs }) => ({
    label, incrs, labelGap: 4, stroke: style("--text"), grid: { stroke: style("--line"), width: 1 }, ticks: { stroke: style("--line"), width: 1 },
    font: "12px system-ui, sans-serif", labelFont: "12px system-ui, sans-serif", size: 78,
    values: (_, splits) => splits.map((value) => (value === null ? "" : format(value))),
  });
  const scale = ({ log, range }) => ({ time: false, distr: log ? 3 : 1, range: range ?? undefined });
  const width = () => Math.max(280, box.clientWidth);

  const drawn = {
    draw() {
      plot?.destroy();
      plot = new uPlot({
        width: width(), height: options.height ?? 300, legend: { show: false }, cursor: { drag: { x: true, y: false }, points: { size: 6 } },
        scales: { x: scale(options.x), y: scale(options.y) },
        axes: [{ ...axis(options.x), size: 48 }, axis(options.y)],
        series: [{}, ...lines.map((line, i) => ({
          label: line.label, stroke: line.colour, dash: line.dash, width: 2, spanGaps: true, show: shown[i],
          paths: options.points ? () => null : options.steps ? uPlot.paths.stepped({ align: 1 }) : undefined,
          points: { show: Boolean(options.points), size: 9, fill: line.colour },
        }))],
        hooks: options.whiskers ? { draw: [(u) => drawWhiskers(u, lines, options.whiskers)] } : {},
      }, data, box);
    },
    resize() {
      if (plot && plot.width !== width()) plot.setSize({ width: width(), height: options.height ?? 300 });
    },
  };
  const element = h("figure", {}, h("figcaption", {}, options.title), legend, box);
  whenSeen(element, () => {
    charts.add(drawn);
    drawn.draw();
  });
  // Sections that are drawn anew leave their old charts behind.
  drawn.discard = () => (charts.delete(drawn), plot?.destroy());
  element.discard = drawn.discard;
  return element;
}

function drawWhiskers(u, lines, whiskers) {
  const { ctx } = u;
  ctx.save();
  ctx.lineWidth = 1.5 * devicePixelRatio;
  whiskers.forEach((whisker, i) => {
    if (!whisker || !u.series[i + 1].show) return;
    const [x, xLow, xHigh, y, yLow, yHigh] = whisker;
    const px = (value) => u.valToPos(value, "x", true), py = (value) => u.valToPos(value, "y", true);
    ctx.strokeStyle = lines[i].colour;
    ctx.beginPath();
    if (xLow !== null) ctx.moveTo(px(xLow), py(y)), ctx.lineTo(px(xHigh), py(y));
    if (yLow !== null) ctx.moveTo(px(x), py(yLow)), ctx.lineTo(px(x), py(yHigh));
    ctx.stroke();
  });
  ctx.restore();
}
