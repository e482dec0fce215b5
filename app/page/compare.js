// Compare: two strategies side by side on the same random numbers, and what can be told apart.

import { button, calm, choice, colour, h, panel, words } from "barefoot/dom";
import { drawCharts, onRoom, seriesLines } from "barefoot/charts";
import { Clock, Film } from "barefoot/film";
import { placeView } from "barefoot/place";
import { player } from "barefoot/player";
import { compare, comparisons, offline } from "barefoot/source";
import { both, number, onLanguage, percent, t, unitName, whole, worldName } from "barefoot/text";

const PAIRS = [5, 10, 20, 40];
const SIDES = ["first", "second"];
/** What is compared month by month: words, value of a film in a month, whether it needs children, its unit. */
const LIVE = [
  ["app.live.active", (film, month) => film.frames[month].posts.villages_active, false],
  ["app.live.unmet", (film, month) => film.need("unmet_child_months", month), true],
  ["app.live.waiting", (film, month) => film.need("unmet_child_months_waiting", month), true],
  ["app.live.served", (film, month) => total(film, "spells_served", month), true],
  ["app.live.gave_up", (film, month) => total(film, "spells_gave_up", month), true],
  ["app.live.yuan", (film, month) => yuan(film, month), false, "yuan"],
];
/** Units that stand beside the number; what others count, their names say. */
const BESIDE = ["months", "yuan"];
/** Differences of shares are in percentage points. */
const POINTS = "share_difference";

function total(film, measure, month) {
  film.sums ??= {};
  const sums = (film.sums[measure] ??= []);
  for (let m = sums.length; m <= month; m += 1) sums.push((sums[m - 1] ?? 0) + film.need(measure, m));
  return sums[month];
}

function yuan(film, month) {
  const sums = (film.money ??= []);
  for (let m = sums.length; m <= month; m += 1) sums.push((sums[m - 1] ?? 0) + film.frames[m].yuan);
  return sums[month];
}

const unknown = (value) => value === null || value === undefined;
const withUnit = (unit, value) => (BESIDE.includes(unit) ? t("app.with_unit", { value, unit: unitName(unit, value) }) : value);

/** A value of an outcome as people read it. */
export function shown(unit, value) {
  if (unknown(value)) return t("app.unknown");
  return unit === "share" ? percent(value, 1) : withUnit(unit, number(value));
}

/** A difference, or the two ends of its interval, with signs; unit is that of differences. */
function signed(unit, ...values) {
  if (values.some(unknown)) return t("app.unknown");
  const [low, high] = values.map((value) => (value > 0 ? "+" : value < 0 ? "−" : "±") + (unit === POINTS ? Math.abs(value * 100).toFixed(1) : number(Math.abs(value))));
  const value = high === undefined ? low : t("app.range", { low, high });
  return unit === POINTS ? t("words.points", { value }) : withUnit(unit, value);
}

/** The view; run(first, second) is for lessons. */
export function compareView(catalogue) {
  const clock = new Clock();
  let films = [null, null];
  let job = null;
  let known = null;
  const names = () => catalogue.strategies.map((each) => [each.name, both(each.label)]);
  const world = choice("app.world", () => catalogue.worlds.map((each) => [each.name, worldName(each.name)]), catalogue.start.world, () => {});
  const sides = [choice("app.compare.first", names, "history", () => {}), choice("app.compare.second", names, "workers_without_desks", () => {})];
  const seed = h("input", { type: "number", min: "0", step: "1", value: "1" });
  const pairs = choice("app.compare.pairs", () => PAIRS.filter((n) => n <= catalogue.replications).map((n) => [String(n), t("app.compare.pairs.value", { n })]), "10", () => {});
  const start = button("app.compare.run", () => run(), ".primary");
  const stop = button("app.stop", () => { job?.stop(); films.forEach((film) => film?.stop()); }, ".quiet");
  const status = h("p.status", { role: "status" });
  const problem = h("p.problem", { role: "alert" });
  const scenario = panel("app.compare.title", h("div.fields", {}, world.element, ...sides.map((each) => each.element), h("label.field.small", {}, words("span", "app.seed"), seed), pairs.element, h("div.go", {}, start, stop)), status, problem);
  scenario.element.classList.add("scenario");

  const places = [placeView(clock, { compact: true }), placeView(clock, { compact: true })];
  const heads = places.map((place) => { const head = h("h2"); place.element.prepend(head); return head; });
  const live = panel("app.compare.live", h("div.scroll", { tabIndex: 0 }, h("table.numbers")));
  const bar = player(clock, () => (films[0]?.known && films[1]?.known ? (films[0].known <= films[1].known ? films[0] : films[1]) : films[0]));
  const outcome = panel("app.compare.outcomes", h("p.answer"), h("div.scroll", { tabIndex: 0 }, h("table.numbers")), h("p.hint"));
  const charts = panel("app.charts", h("div.charts"));
  for (const each of [live, outcome, charts]) each.show("empty", "app.compare.empty");
  clock.limit = () => Math.min(...films.map((film) => film?.known ?? 0));
  clock.end = () => films[0]?.nMonths ?? 0;
  clock.on("month", writeLive);
  onLanguage(() => { write(); writeLive(); writeOutcomes(); showCharts(); });
  onRoom(() => showCharts());
  for (const [i, place] of places.entries()) place.board.element.addEventListener("pointerup", () => setTimeout(() => { if (places[i].look()) places[1 - i].setView(places[i].look()); }, 400));

  const asked = () => SIDES.map((_, i) => {
    const chosen = catalogue.worlds.find((each) => each.name === world.select.value);
    return { world: world.select.value, strategy: sides[i].select.value, parameters: {}, seed: Number(seed.value), until: catalogue.start.until, children: chosen.with_children ? "all" : "none" };
  });

  async function run([first, second] = asked()) {
    films.forEach((film) => film?.leave());
    job?.leave?.();
    [job, known, problem.textContent] = [null, null, ""];
    clock.play(false);
    clock.time = 0;
    films = [first, second].map((each) => new Film(each));
    const mine = films;
    films.forEach((film, i) => {
      places[i].use(film);
      film.on("opening", () => { bar.newFilm(); write(); });
      film.on("frame", () => { if (films === mine && clock.limit() === 1 && !clock.playing) { clock.seek(0); if (!calm()) clock.play(); } if (film.known % 6 === 0) { write(); bar.draw(); } });
      film.on("over", () => { if (films !== mine) return; if (film.state === "failed") problem.textContent = film.problems.map(both).join(" "); if (films.every((each) => each.over)) { if (calm()) clock.seek(clock.end() - 1); showCharts(); } write(); writeLive(); bar.draw(); });
    });
    live.show("loading", "app.loading");
    outcome.show("loading", "app.compare.counting");
    charts.show("loading", "app.charts.wait");
    write();
    await Promise.all(films.map((film) => film.start()));
    const wanted = () => films === mine && !mine.some((film) => film.stopped);
    if (films === mine && !wanted()) outcome.show("error", "app.stopped");
    if (!wanted()) return write();
    try {
      const started = await compare(first, second, Number(pairs.select.value), {
        message: (content) => { if (films === mine) { known = content; outcome.show("ready"); writeOutcomes(); write(); } },
        over: ({ state, problems }) => { if (films !== mine) return; if (state !== "done" && !known) outcome.show("error", () => problems.map(both).join(" ") || t("app.stopped")); if (job) job.over = true; write(); },
      });
      if (films === mine) job = started;
      else started.leave();
      if (films === mine && !wanted()) started.stop();
    } catch (error) {
      if (films === mine) outcome.show("error", () => (error.problems ?? []).map(both).join(" "));
    }
    write();
  }

  function strategyName(i) {
    const { strategy, label } = films[i]?.opening ?? {};
    return both(label) || nameOf(strategy ?? films[i]?.asked.strategy ?? sides[i].select.value);
  }

  /** Without children there are posts and money alone. */
  const outcomesShown = () => (films.every((film) => film?.opening?.has_children !== false) ? catalogue.outcomes : catalogue.spread_outcomes);

  function nameOf(name) {
    return both(catalogue.strategies.find((each) => each.name === name)?.label) || name;
  }

  function write() {
    heads.forEach((head, i) => head.replaceChildren(h(`span.swatch.side-${SIDES[i]}`), strategyName(i)));
    if (!films[0]) { status.textContent = t("app.compare.why"); return; }
    const left = films.some((film) => !film.over);
    stop.hidden = !left && (!job || job.over);
    status.textContent = left ? t("app.running", { n: Math.min(...films.map((film) => film.known)), all: films[0].nMonths || "…" }) : known ? t("app.compare.done", { n: known.pairs }) : t("app.compare.counting");
  }

  function writeLive() {
    const month = Math.min(clock.month, clock.limit() - 1);
    if (month < 0) return;
    live.show("ready");
    const children = films.every((film) => film.opening.has_children);
    const rows = LIVE.filter(([, , needs]) => children || !needs).map(([key, value, , unit]) => {
      const [a, b] = films.map((film) => value(film, month));
      return h("tr", {}, h("th", { scope: "row" }, t(key)), ...[shown(unit, a), shown(unit, b), signed(unit, b - a)].map((say) => h("td", {}, say)));
    });
    live.body.querySelector("table").replaceChildren(headRow([t("app.live.difference")]), h("tbody", {}, ...rows));
  }

  function headRow(more) {
    return h("thead", {}, h("tr", {}, h("td"), ...SIDES.map((side, i) => h("th", { scope: "col" }, h(`span.swatch.side-${side}`), strategyName(i))), ...more.map((say) => h("th", { scope: "col" }, say))));
  }

  function writeOutcomes() {
    if (!known) return;
    const rows = known.outcomes.filter((row) => outcomesShown().includes(row.outcome) && row.first.estimate !== null);
    const clear = rows.filter((row) => row.verdict === "higher" || row.verdict === "lower").length;
    outcome.body.querySelector(".answer").textContent = t("app.compare.answer", { clear, n: rows.length, pairs: known.pairs });
    outcome.body.querySelector(".hint").textContent = t(known.draws > 1 ? "app.compare.hint.draws" : "app.compare.hint", { draws: known.draws });
    outcome.body.querySelector("table").replaceChildren(headRow([t("app.live.difference"), t("app.compare.verdict")]), h("tbody", {}, ...rows.map(outcomeRow)));
  }

  function outcomeRow({ outcome: name, difference, verdict, ...row }) {
    const [unit, apart] = [catalogue.units[name], catalogue.units_of_differences[name]];
    return h("tr", { "data-outcome": name },
      h("th", { scope: "row" }, both(catalogue.measures[name]), h("span.range", {}, t(`outcome_unit.${name}`))),
      ...SIDES.map((side) => h("td", {}, shown(unit, row[side].estimate))),
      h("td", {}, signed(apart, difference.estimate), difference.low === null || verdict === "same" ? "" : h("span.range", {}, signed(apart, difference.low, difference.high))),
      h(`td.verdict.${verdict}`, {}, t(`app.verdict.${verdict}`)));
  }

  function showCharts() {
    if (!films.every((film) => film?.over && film.known)) return;
    const mine = films;
    const children = films.every((film) => film.opening.has_children);
    const wanted = children ? [["app.compare.chart.unmet", "unmet_child_months", "app.chart.open"], ["app.compare.chart.waiting", "unmet_child_months_waiting", "app.chart.waiting"]] : [["app.compare.chart.active", null, "app.chart.villages"]];
    const names = [0, 1].map(strategyName);
    drawCharts(charts, charts.body.firstElementChild, wanted.map(([key, measure, unit]) => {
      const values = films.map((film) => film.frames.map((frame, month) => (measure ? film.need(measure, month) : frame.posts.villages_active)));
      const [first, second] = values.map((each) => whole(each[each.length - 1]));
      return {
        name: key,
        title: t(key, { a: names[0], b: names[1], first, second }),
        unit: t(unit),
        spec: seriesLines(films[0].opening, values, names, [colour("accent"), colour("need-waiting")]),
      };
    }), () => films === mine);
  }

  const element = h("div.view.compare-view", {}, scenario.element, h("div.two", {}, ...places.map((place) => place.element)), bar.element, h("div.two.tables", {}, live.element, outcome.element), charts.element);
  write();

  /** Without a server only the comparisons that were recorded can be chosen. */
  async function offerRecorded() {
    const all = await comparisons();
    const named = ({ first, second, labels }) => `${worldName(first.world)} · ${[first, second].map(({ strategy }, i) => both(labels[i]) || nameOf(strategy)).join(" – ")}`;
    const pick = choice("app.recorded.pairs", () => all.map((each, i) => [String(i), named(each)]), "0", (i) => run([all[Number(i)].first, all[Number(i)].second]));
    scenario.body.firstElementChild.replaceChildren(pick.element);
    if (all.length) run([all[0].first, all[0].second]);
  }

  return {
    element, clock, films: () => films, known: () => known,
    run(first, second) {
      world.select.value = first.world;
      sides[0].select.value = first.strategy;
      sides[1].select.value = second.strategy;
      seed.value = first.seed;
      return run([first, second]);
    },
    enter() { if (!films[0]) { if (offline) offerRecorded(); else run(); } },
    leave: () => clock.play(false),
  };
}
