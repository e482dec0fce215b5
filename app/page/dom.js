// Making elements, and panels that are always in one of four states: empty, loading, error, ready.

import { onLanguage, t } from "barefoot/text";

/** Make an element: h("button.quiet", {onclick: f, "aria-label": "x"}, children…). */
export function h(what, attributes = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "class" && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** An element whose text follows the language. */
export function words(what, key, values = () => ({}), attributes = {}) {
  const element = h(what, attributes);
  onLanguage(() => { element.textContent = typeof key === "function" ? key() : t(key, values()); });
  return element;
}

/** A button whose text follows the language. */
export function button(key, onclick, style = "") {
  return words(`button${style}`, key, () => ({}), { type: "button", onclick });
}

/** A part of the page with a heading; show(state, words) says that it is empty, loading or in error. */
export function panel(key, ...content) {
  const note = h("p.note");
  const body = h("div.body", {}, ...content);
  const title = typeof key === "string" && key ? words("h2", key) : null;
  const element = h("section.panel", {}, title, note, body);
  let last = ["ready", () => ""];
  const draw = () => {
    const [state, say] = last;
    element.dataset.state = state;
    note.textContent = state === "ready" ? "" : say();
    note.setAttribute("role", state === "error" ? "alert" : "note");
  };
  onLanguage(draw);
  return {
    element, body, title,
    show(state, say = () => "") { last = [state, typeof say === "string" ? () => t(say) : say]; draw(); },
  };
}

/** A choice with a label; options are [value, words] pairs made anew in every language. */
export function choice(key, options, chosen, onchange) {
  const select = h("select", { onchange: () => onchange(select.value) });
  onLanguage(() => {
    const value = select.value || chosen;
    select.replaceChildren(...options().map(([name, say]) => h("option", { value: name }, say)));
    select.value = value;
  });
  const label = h("label.field", {}, words("span", key), select);
  return { element: label, select };
}

/** Fill in the words of elements that carry them as attributes. */
export function fillWords(root = document) {
  for (const element of root.querySelectorAll("[data-text]")) onLanguage(() => { element.textContent = t(element.dataset.text); });
  for (const element of root.querySelectorAll("[data-label]")) onLanguage(() => element.setAttribute("aria-label", t(element.dataset.label)));
}

/** A colour of the palette. */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Whether the reader asked for less motion. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A canvas as sharp as the screen that calls draw(context, width, height) when its size changes. */
export function canvas(draw, attributes = {}) {
  const element = h("canvas", attributes);
  const context = element.getContext("2d");
  const redraw = () => {
    const { clientWidth: width, clientHeight: height } = element;
    if (!width || !height) return;
    const scale = Math.min(devicePixelRatio || 1, 2);
    if (element.width !== Math.round(width * scale) || element.height !== Math.round(height * scale)) {
      element.width = Math.round(width * scale);
      element.height = Math.round(height * scale);
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    draw(context, width, height);
  };
  new ResizeObserver(redraw).observe(element);
  return { element, context, redraw };
}

/** Save a text or bytes as a file. */
export function save(name, content, kind) {
  const url = URL.createObjectURL(new Blob([content], { type: kind }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
