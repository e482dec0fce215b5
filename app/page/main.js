// The page: four views behind tabs, the words of one language at a time.

import { childView } from "barefoot/child";
import { compareView } from "barefoot/compare";
import { fillWords, h, words } from "barefoot/dom";
import { lessonView } from "barefoot/lessons";
import { playView } from "barefoot/play";
import { load, offered } from "barefoot/source";
import { language, onLanguage, setLanguage, t, useTexts } from "barefoot/text";

/** Whether this page stands in another one, a report. */
const inside = window.parent !== window;
const VIEWS = { play: playView, compare: compareView, child: childView, lessons: lessonView };

async function begin() {
  const main = document.getElementById("main");
  let catalogue;
  document.body.classList.toggle("inside", inside);
  try {
    const [words] = await Promise.all([load("texts"), load("catalogue").then((given) => { catalogue = given; }), document.fonts.load("16px 'Barefoot CJK'", "中").catch(() => [])]); // the font before words are measured
    useTexts(words);
    fillWords();
    const toggle = document.querySelector("button.language");
    toggle.addEventListener("click", () => setLanguage(language() === "en" ? "zh" : "en"));
    onLanguage(() => { toggle.textContent = language() === "en" ? "中文" : "English"; toggle.lang = language() === "en" ? "zh-CN" : "en"; document.title = `Barefoot · ${t("app.title")}`; });
  } catch (error) {
    main.append(h("p.note", { role: "alert" }, `The application cannot be reached. 无法连接应用程序。 (${error.message})`));
    return;
  }
  const tabs = document.querySelector(".tabs");
  const names = await offered();
  tabs.hidden = names.length === 1;
  const made = new Map();
  const buttons = new Map();

  function open(name) {
    if (!made.has(name)) {
      const view = VIEWS[name](catalogue, open);
      view.element.id = `view-${name}`;
      view.element.setAttribute("role", "tabpanel");
      view.element.setAttribute("aria-labelledby", `tab-${name}`);
      made.set(name, view);
      main.append(view.element);
    }
    for (const [other, view] of made) { view.element.hidden = other !== name; if (other !== name) view.leave?.(); }
    for (const [other, tab] of buttons) { tab.setAttribute("aria-selected", String(other === name)); tab.tabIndex = other === name ? 0 : -1; }
    if (!inside) history.replaceState(null, "", `#${name}`);
    made.get(name).enter?.();
    return made.get(name);
  }

  for (const name of names) {
    const tab = words("button.tab", `app.tab.${name}`, () => ({}), { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `view-${name}`, onclick: () => open(name) });
    buttons.set(name, tab);
    tabs.append(tab);
  }
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = names.findIndex((name) => buttons.get(name) === document.activeElement);
    const next = names[(at + step + names.length) % names.length];
    open(next);
    buttons.get(next).focus();
  });
  const wanted = location.hash.slice(1);
  open(names.includes(wanted) ? wanted : names[0]);
}

begin();
