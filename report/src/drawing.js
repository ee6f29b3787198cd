// Graphviz's drawings as elements of the page: only shapes, texts and titles come through, in colours that follow the scheme.
import { s } from "./dom.js";

const kAttributes = {
  svg: ["viewBox"], g: ["class", "transform"], title: [],
  path: ["d", "stroke-dasharray", "stroke-width"], polygon: ["points", "stroke-dasharray", "stroke-width"],
  polyline: ["points", "stroke-dasharray", "stroke-width"], ellipse: ["cx", "cy", "rx", "ry", "stroke-dasharray", "stroke-width"],
  text: ["x", "y", "text-anchor", "font-size", "font-weight"],
};

/** Red ink is the cycle; black and greys become the text colour, white the paper. */
function ink(colour) {
  if (!colour || colour === "none" || colour === "transparent") return "none";
  if (colour === "white") return "var(--paper)";
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  if (!hex) return colour === "black" ? "var(--text)" : /^[a-z]+$/i.test(colour) ? colour : "var(--text)";
  const [r, g, b] = hex.slice(1).map((two) => parseInt(two, 16));
  if (Math.max(r, g, b) - Math.min(r, g, b) < 16) return r > 230 ? "var(--shade)" : "var(--muted)";
  if (r > g + 40 && r > b + 40) return "var(--bad)";
  return r > 200 && g > 200 ? "var(--shade)" : colour;
}

function copy(node, depth) {
  const allowed = kAttributes[node.localName];
  if (!allowed || depth > 8) return null;
  const element = s(node.localName);
  for (const name of allowed) if (node.hasAttribute(name)) element.setAttribute(name, node.getAttribute(name));
  if (["path", "polygon", "polyline", "ellipse", "text"].includes(node.localName)) {
    const fill = node.getAttribute("fill");
    const isText = node.localName === "text";
    element.style.fill = isText ? ink(fill ?? "black") : ink(fill);
    if (fill === "#ffebee") element.style.fill = "var(--bad-soft)";
    if (!isText) element.style.stroke = ink(node.getAttribute("stroke"));
  }
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) element.append(child.data);
    else if (child.nodeType === Node.ELEMENT_NODE) {
      const copied = copy(child, depth + 1);
      if (copied) element.append(copied);
    }
  }
  return element;
}

/** The drawing, or null if `text` is none. */
export function drawing(text, label) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (parsed.localName !== "svg") return null;
  const element = copy(parsed, 0);
  const [, , width] = (parsed.getAttribute("viewBox") ?? "0 0 600 200").split(/\s+/).map(Number);
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", label);
  element.style.width = `${Math.round(width * 1.2)}px`;
  return element;
}
