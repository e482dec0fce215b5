// Levers made from the declarations of parameters: range, unit, source, help, and what a value rests on.

import { button, h, panel, words } from "barefoot/dom";
import { both, has, onLanguage, t, unitName } from "barefoot/text";

const STEPS = 100;

/** Make the panel for a catalogue; onchange(parameters) is told of every change. */
export function leverView(catalogue, onchange) {
  const frame = panel("app.levers");
  const values = new Map();
  const controls = new Map();
  let strategy = {};
  const search = h("input", { type: "search", oninput: () => filter(search.value.trim().toLowerCase()) });
  onLanguage(() => { search.placeholder = t("app.levers.search"); search.setAttribute("aria-label", t("app.levers.search")); });
  const reset = button("app.levers.reset", () => { for (const each of controls.values()) each.reset(); }, ".quiet");
  const main = h("div.main-levers", {}, ...catalogue.main_levers.map((name) => make(find(name))));
  const topics = [...new Set(catalogue.parameters.map((each) => each.topic))].map((topic) =>
    h("details.topic", { "data-topic": topic }, words("summary", `topic.${topic}`),
      ...catalogue.parameters.filter((each) => each.topic === topic && !catalogue.main_levers.includes(each.name)).map(make)));
  const others = h("div.others", {}, words("h3", "app.levers.others"), search, ...topics);
  frame.body.append(words("p.hint", "app.levers.hint"), main, reset, others);

  function find(name) { return catalogue.parameters.find((each) => each.name === name); }

  function make(parameter) {
    const id = `lever-${parameter.name}`;
    const problem = h("p.problem", { id: `${id}-problem`, role: "alert" });
    const about = h("p.about");
    const badge = h(`span.kind.kind-${parameter.kind}`);
    const name = h("label", { for: id });
    const standard = () => strategy[parameter.name] ?? parameter.default;
    const control = controlOf(parameter, id, set);
    const more = h("details.more", {}, words("summary", "app.levers.more"), about);
    const element = h("div.lever", { "data-name": parameter.name }, h("div.line", {}, name, badge), control.element, more, problem);

    function set(value, quiet = false) {
      problem.textContent = "";
      element.classList.remove("wrong");
      if (String(value) === String(standard())) values.delete(parameter.name);
      else values.set(parameter.name, value);
      element.classList.toggle("changed", values.has(parameter.name));
      if (!quiet) onchange(Object.fromEntries(values));
    }

    onLanguage(() => {
      name.textContent = both(parameter.label);
      badge.textContent = t(`kind.${parameter.kind}`);
      const range = parameter.low === null || parameter.low === undefined ? "" : t("app.levers.range", { low: parameter.low, high: parameter.high, unit: unitName(parameter.unit) });
      about.textContent = [both(parameter.help), range, t(parameter.assumed ? "app.levers.assumed" : "app.levers.source", { source: both(parameter.source) })].filter(Boolean).join(" ");
      control.words();
    });
    controls.set(parameter.name, {
      element,
      reset() { control.write(standard()); set(standard()); },
      standard() { if (!values.has(parameter.name)) control.write(standard()); },
      write(value) { control.write(value); set(value, true); },
      refuse(words_) { problem.textContent = words_; element.classList.add("wrong"); element.closest("details.topic")?.setAttribute("open", ""); },
      clear() { problem.textContent = ""; element.classList.remove("wrong"); },
      text: () => `${parameter.name} ${both(parameter.label)} ${both(parameter.help)}`.toLowerCase(),
    });
    control.write(standard());
    return element;
  }

  function filter(wanted) {
    for (const topic of topics) {
      let any = false;
      for (const element of topic.querySelectorAll(".lever")) {
        element.hidden = wanted !== "" && !controls.get(element.dataset.name).text().includes(wanted);
        any ||= !element.hidden;
      }
      topic.hidden = !any;
      topic.open = wanted !== "" && any;
    }
  }

  return {
    element: frame.element,
    values: () => Object.fromEntries(values),
    /** Take the values that a strategy sets as those to start from. */
    useStrategy(levers) {
      strategy = {};
      for (const [name, value] of Object.entries(levers)) strategy[name] = typed(find(name), value);
      for (const each of controls.values()) each.standard();
    },
    write(parameters) {
      for (const each of controls.values()) each.reset();
      for (const [name, value] of Object.entries(parameters)) controls.get(name)?.write(value);
    },
    /** Show problems beside the controls they belong to; returns those that belong to none. */
    refuse(problems) {
      for (const each of controls.values()) each.clear();
      return problems.filter((problem) => {
        const control = controls.get(problem.key);
        control?.refuse(both(problem));
        return !control;
      });
    },
    shown,
  };

  function shown() { return [...values.keys()].map((name) => both(find(name).label)); }
}

function typed(parameter, value) {
  if (parameter.type === "number" || parameter.type === "integer") return Number(value);
  if (parameter.type === "switch") return value === true || value === "true";
  return value;
}

/** The control of a parameter: {element, write(value), words()}. */
function controlOf(parameter, id, set) {
  const described = { id, "aria-describedby": `${id}-problem` };
  if (parameter.type === "switch") {
    const box = h("input", { type: "checkbox", ...described, onchange: () => { set(box.checked); say(); } });
    const state = h("span");
    const say = () => { state.textContent = t(box.checked ? "words.on" : "words.off"); };
    return { element: h("div.control", {}, box, state), write(value) { box.checked = value === true || value === "true"; say(); }, words: say };
  }
  if (parameter.type === "choice") {
    const select = h("select", { ...described, onchange: () => set(select.value) });
    return {
      element: h("div.control", {}, select),
      write(value) { select.value = value; },
      words() {
        const value = select.value;
        select.replaceChildren(...parameter.choices.map((each) => { const key = `words.choice.${parameter.name}.${each}`; return h("option", { value: each }, has(key) ? t(key) : each); }));
        if (value) select.value = value;
      },
    };
  }
  if (parameter.type === "month") {
    const box = h("input", { type: "text", size: 8, ...described, onchange: () => set(box.value.trim()) });
    const hint = words("span.unit", "app.levers.month");
    return { element: h("div.control", {}, box, hint), write(value) { box.value = value; }, words() {} };
  }
  return numberControl(parameter, described, set);
}

function numberControl(parameter, described, set) {
  const { low, high } = parameter;
  const log = parameter.scale === "log";
  const toValue = (step) => (log ? low * (high / low) ** (step / STEPS) : low + ((high - low) * step) / STEPS);
  const toStep = (value) => (log ? (STEPS * Math.log(value / low)) / Math.log(high / low) : (STEPS * (value - low)) / (high - low));
  const tidy = (value) => (parameter.type === "integer" ? Math.round(value) : Number(value.toPrecision(3)));
  const slide = h("input", { type: "range", min: "0", max: String(STEPS), step: "1", "aria-hidden": "true", tabindex: "-1",
    oninput: () => { box.value = String(tidy(toValue(Number(slide.value)))); say(); },
    onchange: () => set(tidy(toValue(Number(slide.value)))) });
  const box = h("input", { type: "number", step: "any", ...described, onchange: () => { const value = Number(box.value); slide.value = String(toStep(value)); say(); set(box.value === "" ? "" : value); } });
  const unit = h("span.unit");
  const say = () => { unit.textContent = unitName(parameter.unit, box.value); };
  return {
    element: h("div.control", {}, slide, box, unit),
    write(value) { box.value = String(value); slide.value = String(toStep(Number(value))); say(); },
    words: say,
  };
}
