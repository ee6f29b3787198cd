// Numbers for people. The exact ones are in the CSV files, and in the title of what is shown.

const kScales = {
  ns: [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]],
  bytes: [[2 ** 40, "TiB"], [2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"], [1, "B"]],
};

function digits(value) {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e6) return value.toExponential(2);
  if (size >= 1000) return value.toFixed(0);
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(size >= 100 ? 4 : 3)));
}

/** A number with its unit: 1234567 ns is "1.23 ms". "–" where there is none. */
export function quantity(value, unit) {
  if (value === null || value === undefined) return "–";
  const scales = kScales[unit];
  if (!scales) return digits(value);
  if (value === 0) return `0 ${scales.at(-1)[1] === "B" ? "B" : "ns"}`;
  const [size, word] = scales.find(([least]) => Math.abs(value) >= least * 0.9995) ?? scales.at(-1);
  return `${digits(value / size)} ${word}`;
}

export function signed(value, unit) {
  if (value === null || value === undefined) return "–";
  return value > 0 ? `+${quantity(value, unit)}` : quantity(value, unit).replace("-", "−");
}

export const ratio = (value) => (value === null || value === undefined ? "–" : `${digits(value)}×`);

export const percent = (part) => `${(part * 100).toFixed(part > 0 && part < 0.0995 ? 1 : 0)} %`;

/** A p-value; small ones as a bound. */
export function probability(p) {
  if (p === null || p === undefined) return "–";
  return p < 0.0001 ? "< 0.0001" : p.toPrecision(2);
}

export const plural = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
