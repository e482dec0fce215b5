// Play: one world under one strategy, with its levers; what a trainer shows and a planner tries first.

import { button, calm, choice, h, panel, words } from "barefoot/dom";
import { chartView } from "barefoot/charts";
import { deskView } from "barefoot/desks";
import { downloadView } from "barefoot/downloads";
import { Clock, Film } from "barefoot/film";
import { flowView } from "barefoot/flow";
import { leverView } from "barefoot/levers";
import { placeView } from "barefoot/place";
import { player } from "barefoot/player";
import { offline, recorded } from "barefoot/source";
import { both, onLanguage, say, t, worldName } from "barefoot/text";

/** Controls of a scenario: world, strategy, seed, last month; asked() is what a run is started with. */
export function scenarioControls(catalogue, onchange) {
  const world = choice("app.world", () => catalogue.worlds.map((each) => [each.name, worldName(each.name)]), catalogue.start.world, onchange);
  const strategy = choice("app.strategy", () => catalogue.strategies.map((each) => [each.name, both(each.label)]), catalogue.start.strategy, onchange);
  const seed = h("input", { type: "number", min: "0", step: "1", value: "1", size: 6, onchange });
  const children = h("input", { type: "checkbox", checked: true, onchange });
  const about = h("p.about-world");
  const found = () => catalogue.worlds.find((each) => each.name === world.select.value);
  const chosen = () => catalogue.strategies.find((each) => each.name === strategy.select.value);
  const tell = () => {
    if (!found() || !chosen()) { about.textContent = ""; return; } // a run of places or a strategy of one's own, recorded
    children.disabled = !found().with_children;
    if (children.disabled) children.checked = false;
    about.textContent = [both(found().what) + (found().with_children ? "" : ` (${t("app.world.spread")})`), both(chosen().sentence)].join(t("app.stop_mark"));
  };
  world.select.addEventListener("change", () => { children.checked = found().with_children; tell(); });
  strategy.select.addEventListener("change", tell);
  onLanguage(tell);
  return {
    world, strategy, seed, about, chosen,
    fields: [world.element, strategy.element, h("label.field.small", {}, words("span", "app.seed"), seed), h("label.field.check", {}, children, words("span", "app.children"))],
    asked: (parameters = {}) => ({ world: world.select.value, strategy: strategy.select.value, parameters, seed: Number(seed.value), until: catalogue.start.until, children: children.checked ? "all" : "none" }),
    write(asked) {
      world.select.value = asked.world;
      strategy.select.value = asked.strategy;
      seed.value = asked.seed;
      children.checked = asked.children !== "none";
      tell();
    },
  };
}

/** The view, and run(asked) for lessons and files. */
export function playView(catalogue) {
  const clock = new Clock();
  let film = null;
  const start = button("app.run", () => run(), ".primary");
  const stop = button("app.stop", () => film?.stop(), ".quiet");
  const status = h("p.status", { role: "status" });
  const controls = scenarioControls(catalogue, () => { levers.useStrategy(controls.chosen().levers); changed(); });
  const levers = leverView(catalogue, () => changed());
  const place = placeView(clock);
  const flow = flowView(clock);
  const desks = deskView(clock);
  const charts = chartView();
  const bar = player(clock, () => film);
  const downloads = downloadView(() => film, (content) => run({}, content));
  const scenario = panel("app.scenario", h("div.fields", {}, ...controls.fields, h("div.go", {}, start, stop)), h("div.tell", {}, controls.about, status));
  scenario.element.classList.add("scenario");
  for (const [where, part] of Object.entries({ levers, place, flow, desks })) part.element.classList.add(`at-${where}`);
  clock.limit = () => film?.known ?? 0;
  clock.end = () => film?.nMonths ?? 0;
  levers.useStrategy(controls.chosen().levers);
  onLanguage(write);

  function changed() { start.classList.add("attention"); }

  function write() {
    if (!film) { status.textContent = t("app.empty"); return; }
    stop.hidden = film.over;
    start.disabled = !film.over;
    const problems = film.problems.map(both);
    if (!film.over) status.textContent = film.known ? t("app.running", { n: film.known, all: film.nMonths }) : t(film.compiling ? "app.compiling" : film.waiting ? "app.waiting" : "app.loading");
    else if (film.state === "done") status.textContent = [t("app.done", { n: film.known }), ...film.opening.warnings.map(both)].join(" ");
    else status.textContent = problems.join(" ") || t("app.stopped");
    status.classList.toggle("bad", film.state === "failed");
  }

  async function run(asked = controls.asked(levers.values()), file = null) {
    film?.leave();
    start.classList.remove("attention");
    clock.play(false);
    clock.time = 0;
    const mine = new Film(asked);
    film = mine;
    for (const view of [place, flow, desks, charts]) view.use(mine);
    downloads.use(mine);
    mine.on("opening", () => { bar.newFilm(); if (file !== null) controls.write(mine.opening); });
    mine.on("frame", () => {
      if (film !== mine) return;
      if (mine.known === 1) { clock.seek(0); if (!calm()) clock.play(); }
      if (mine.known % 4 === 0 || mine.known === mine.nMonths) { write(); bar.draw(); }
    });
    mine.on("state", write);
    mine.on("over", () => {
      if (film !== mine) return;
      const rest = mine.state === "failed" ? levers.refuse(mine.problems) : [];
      if (mine.state === "failed") mine.problems = rest.length ? rest : [{ en: t("app.levers.wrong"), zh: t("app.levers.wrong") }];
      if (calm() && mine.known) clock.seek(mine.known - 1);
      write();
      bar.draw();
      if (mine.state === "done") say(t("app.done", { n: mine.known }));
    });
    write();
    await mine.start(file);
    write();
    return mine;
  }

  const element = h("div.view.play-view", {}, scenario.element,
    h("div.stage-grid", {}, levers.element, place.element, flow.element, desks.element),
    bar.element, charts.element, downloads.element);
  if (offline) recorded().then(offerRecorded); else run();

  /** Without a server only what was recorded can be chosen. */
  function offerRecorded(all) {
    const named = (asked) => [worldName(asked.world), both(catalogue.strategies.find((each) => each.name === asked.strategy)?.label) || asked.strategy, ...Object.entries(asked.parameters).map(([name, value]) => `${name} = ${value}`)].join(" · ");
    const pick = choice("app.recorded", () => all.map((asked, i) => [String(i), named(asked)]), "0", (i) => { controls.write(all[Number(i)]); run(all[Number(i)]); });
    scenario.body.firstElementChild.replaceChildren(pick.element);
    levers.element.remove();
    element.classList.add("offline");
    if (all.length) { controls.write(all[0]); run(all[0]); }
  }

  return {
    element, clock, film: () => film,
    run(asked) { controls.write(asked); levers.useStrategy(controls.chosen().levers); levers.write(asked.parameters ?? {}); return run(asked); },
    leave: () => clock.play(false),
  };
}
