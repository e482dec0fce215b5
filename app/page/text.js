// Words, numbers and months in the language of the page; everything that shows words listens for a change.

const LANGUAGES = ["en", "zh"];
let texts = { en: {}, zh: {} };
let current = "en";
const listeners = new Set();

/** Take the catalogues and choose the language: the address says it, or the file, else what was chosen last, else the system. */
export function useTexts(given) {
  texts = given;
  const asked = new URLSearchParams(location.search).get("language");
  setLanguage([asked, document.documentElement.dataset.language, remembered(), navigator.language.slice(0, 2)].find((each) => LANGUAGES.includes(each)) ?? "en");
}

export const language = () => current;

/** Switch the language; everything that listens draws itself anew. */
export function setLanguage(wanted) {
  current = wanted;
  document.documentElement.lang = wanted === "zh" ? "zh-CN" : "en";
  try { localStorage.setItem("language", wanted); } catch { /* a page in a file may not remember */ }
  for (const listener of [...listeners]) listener();
}

function remembered() {
  try { return localStorage.getItem("language"); } catch { return null; }
}

/** Call now and at every change of language. Returns how to stop. */
export function onLanguage(listener) {
  listeners.add(listener);
  listener();
  return () => listeners.delete(listener);
}

/** The text of a key with its {places} filled. */
export function t(key, values = {}) {
  const pattern = texts[current][key];
  if (pattern === undefined) { console.error(`no text for ${key}`); return key; }
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

export const has = (key) => key in texts[current];

/** The name of a world; places of one's own are called what their maker called them. */
export const worldName = (name) => (has(`app.world.${name}`) ? t(`app.world.${name}`) : name);

/** The name of a unit, in the singular beside a number that is written as exactly 1; "month|months" has both. */
export function unitName(unit, written = "") {
  if (!unit) return "";
  const [one, many] = t(`unit.${unit}`).split("|");
  return many === undefined || /^[+−±]?1$/.test(written) ? one : many;
}

/** One language of a text that comes with both. */
export const both = (words) => words?.[current] ?? "";

/** A whole number with separators; a large one in words of the language. */
export function number(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return t("app.unknown");
  const steps = current === "zh" ? [[1e8, "亿"], [1e4, "万"]] : [[1e9, "\u00a0billion"], [1e6, "\u00a0million"]];
  for (const [size, word] of steps) {
    if (Math.abs(value) >= size) return plain(Number((value / size).toPrecision(digits)), digits) + word;
  }
  return Number.isInteger(value) ? plain(value, 0) : plain(Number(value.toPrecision(digits)), digits);
}

function plain(value, digits) {
  return value.toLocaleString("en-US", { maximumFractionDigits: digits }).replace("-", "−");
}

/** A count in full. */
export const whole = (value) => Math.round(value).toLocaleString("en-US").replace("-", "−");

/** A share as a percentage. */
export function percent(share, digits = 0) {
  if (!Number.isFinite(share)) return t("app.unknown");
  return `${(share * 100).toFixed(digits).replace("-", "−")}${current === "zh" ? "" : "\u00a0"}%`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "2016-06" as people write it. */
export function monthName(text) {
  const [year, month] = text.split("-").map(Number);
  return current === "zh" ? `${year}年${month}月` : `${MONTHS[month - 1]} ${year}`;
}

/** Tell screen readers what happened. */
export function say(words) {
  document.getElementById("said").textContent = words;
}
