// Elements from data. Text becomes text nodes only, so that no name can be markup.

const kSvg = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value); // by script: styles in text are forbidden
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, children);
  return element;
}

/** Appends texts, numbers, elements and lists of them. */
export function add(element, children) {
  for (const child of [children].flat(Infinity))
    if (child !== null && child !== undefined && child !== false)
      element.append(child instanceof Node ? child : String(child));
  return element;
}

/** An HTML element; attributes called onX are listeners, `style` is an object of properties. */
export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
/** An SVG element. */
export const s = (tag, attributes, ...children) => fill(document.createElementNS(kSvg, tag), attributes, children);

export function replace(element, ...children) {
  element.replaceChildren();
  return add(element, children);
}

/** A label and its select box. `options` are [value, text] or, in groups, [label, [[value, text]]]. */
export function select(label, options, value, onchange) {
  const option = ([v, text]) => h("option", { value: v, selected: String(v) === String(value) }, text);
  const box = h("select", { "aria-label": label, onchange: () => onchange(box.value) },
    options.map(([v, text]) => (Array.isArray(text) ? h("optgroup", { label: v }, text.map(option)) : option([v, text]))));
  return h("label", { class: "field" }, h("span", {}, label), box);
}

export function textField(label, placeholder, oninput) {
  const box = h("input", { type: "search", "aria-label": label, placeholder, oninput: () => oninput(box.value) });
  return h("label", { class: "field" }, h("span", {}, label), box);
}

export function checkBox(label, checked, onchange) {
  const box = h("input", { type: "checkbox", checked, onchange: () => onchange(box.checked) });
  return h("label", { class: "field check" }, box, h("span", {}, label));
}

/** A command line with a button that copies it. */
export function command(text) {
  const code = h("code", { tabindex: "0" }, text);
  const button = h("button", {
    type: "button", class: "quiet", "aria-label": `copy: ${text}`,
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "copied";
      } catch {
        // Pages from a disk may not use the clipboard everywhere: the text is selected instead.
        getSelection().selectAllChildren(code);
        button.textContent = "selected";
      }
      setTimeout(() => (button.textContent = "copy"), 1500);
    },
  }, "copy");
  return h("div", { class: "command" }, code, button);
}
