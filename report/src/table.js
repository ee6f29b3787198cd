// A table that sorts by its headers and shows long lists piece by piece.
import { h, replace } from "./dom.js";

const kPiece = 100;

/**
 * `columns`: {title, value(row), cell(row), numeric, width}: `value` sorts (null last), `cell` shows. `rows` come in
 * their natural order. Returns {element, setRows}.
 */
export function sortedTable(caption, columns, rows) {
  let sorted = null, descending = false, shown = kPiece, all = rows, order = rows;
  const body = h("tbody");
  const more = h("button", { type: "button", class: "quiet", onclick: () => ((shown = Infinity), draw()) });
  const heads = columns.map((column, index) =>
    h("th", { scope: "col", class: column.numeric ? "numeric" : null },
      column.value ? h("button", { type: "button", class: "sort", onclick: () => sortBy(index) }, column.title) : column.title));

  function sortBy(index) {
    // Once: small first, then large first, then as they came.
    if (sorted !== index) (sorted = index), (descending = false);
    else if (!descending) descending = true;
    else sorted = null;
    arrange();
  }
  function arrange() {
    heads.forEach((head, index) => {
      if (index === sorted) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    order = all;
    if (sorted !== null) {
      const { value } = columns[sorted];
      const sign = descending ? -1 : 1;
      const missing = (v) => v === null || v === undefined || v === "";
      order = all.map((row, place) => ({ row, key: value(row), place }));
      order.sort((a, b) => {
        if (missing(a.key) || missing(b.key)) return missing(a.key) - missing(b.key) || a.place - b.place;
        if (a.key === b.key) return a.place - b.place;
        return (a.key < b.key ? -1 : 1) * sign;
      });
      order = order.map(({ row }) => row);
    }
    draw();
  }
  function draw() {
    replace(body, order.slice(0, shown).map((row) =>
      h("tr", {}, columns.map((column, index) => {
        const content = column.cell(row);
        const attributes = { class: column.numeric ? "numeric" : null };
        return index === 0 ? h("th", { scope: "row", ...attributes }, content) : h("td", attributes, content);
      }))));
    more.hidden = order.length <= shown;
    more.textContent = `Show all ${order.length} rows`;
  }
  addEventListener("beforeprint", () => ((shown = Infinity), draw()));
  const element = h("div", { class: "table" },
    h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, heads)), body), more);
  draw();
  return {
    element,
    setRows(next) {
      all = next;
      shown = kPiece;
      arrange();
    },
  };
}

/** A bar in a cell, `part` of the width; its number is in the text beside it. */
export function bar(part, colour = null, title = null) {
  const width = `${(Math.max(0, Math.min(1, part || 0)) * 100).toFixed(2)}%`;
  return h("span", { class: "bar", title }, h("span", { style: { width, background: colour ?? undefined } }));
}
