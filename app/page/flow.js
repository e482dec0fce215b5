// How needs move: from nobody has acted, through papers and the queue, to the service; dots are cases of the month.

import { calm, canvas, colour, h, panel, words } from "barefoot/dom";
import { number, onLanguage, t, whole } from "barefoot/text";

const STOCKS = [
  ["untouched", (film, month) => film.need("unmet_child_months_untouched", month)],
  ["gathering", (film, month) => film.need("unmet_child_months_gathering", month)],
  ["waiting", (film, month) => film.need("unmet_child_months_waiting", month)],
  ["served", (film, month) => sum(film, "spells_served", month)],
];
const STEPS = [
  { key: "found", helped: (film, month) => film.need("spells_found", month), alone: () => 0 },
  { key: "filed", helped: (film, month) => film.need("spells_filed_helped", month), alone: (film, month) => film.need("spells_filed", month) - film.need("spells_filed_helped", month) },
  { key: "served", helped: (film, month) => film.need("spells_served_helped", month), alone: (film, month) => film.need("spells_served", month) - film.need("spells_served_helped", month) },
];
const [WINDOW, MOST_DOTS, LIFE_SECONDS, DOT] = [12, 24, 0.9, 3];
const SCALES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];

function sum(film, measure, month) {
  let total = 0;
  for (let m = Math.max(0, month - WINDOW + 1); m <= month; m += 1) total += film.need(measure, m);
  return total;
}

/** Make the panel; use(film) shows another run. Two panels that share their scales can be compared by eye. */
export function flowView(clock, shared = { scale: 1, most: 1 }) {
  const frame = panel("app.flow");
  const rows = STOCKS.map(([name]) => row(name));
  const gaps = STEPS.map(({ key }) => ({ key, element: h("div.gap", {}, h("span.arrow", { "aria-hidden": "true" }), h("span.said")) }));
  const key = h("p.key");
  const gave = h("p.gave");
  const board = canvas(draw, { class: "dots", "aria-hidden": "true" });
  const stack = h("div.flow", {}, board.element, ...rows.flatMap((each, i) => (i < gaps.length ? [each.element, gaps[i].element] : [each.element])));
  frame.body.append(stack, gave, key);
  let [film, dots, seen] = [null, [], -1];

  function row(name) {
    const bar = h("div.bar", { style: `background:var(--${name === "served" ? "served" : `need-${name}`})` });
    const count = h("strong");
    return { name, bar, count, element: h("div.stock", {}, words("span", `app.need.${name}`), count, h("div.channel", {}, bar)) };
  }

  function use(next) {
    film = next;
    [dots, seen] = [[], -1];
    Object.assign(shared, { scale: 1, most: 1 });
    frame.show("loading", "app.loading");
    film.on("opening", () => { if (!film.opening.has_children) frame.show("empty", "app.flow.none"); });
    film.on("frame", () => { measure(film.known - 1); if (film.known === 1) { frame.show(film.opening.has_children ? "ready" : "empty", () => (film.opening.has_children ? "" : t("app.flow.none"))); write(); } });
    film.on("over", () => { if (film.state !== "done" && !film.known) frame.show("error", () => t("app.nothing")); });
    if (film.known) { for (let m = 0; m < film.known; m += 1) measure(m); frame.show(film.opening.has_children ? "ready" : "empty", () => (film.opening.has_children ? "" : t("app.flow.none"))); write(); }
  }

  function measure(month) {
    if (!film.opening.has_children) return;
    for (const [, stock] of STOCKS) shared.most = Math.max(shared.most, stock(film, month));
    const flow = Math.max(...STEPS.map(({ helped, alone }) => helped(film, month) + alone(film, month)));
    while (flow / shared.scale > MOST_DOTS && SCALES.indexOf(shared.scale) < SCALES.length - 1) shared.scale = SCALES[SCALES.indexOf(shared.scale) + 1];
  }

  function write() {
    if (!film?.known || !film.opening.has_children) return;
    const month = Math.min(clock.month, film.known - 1);
    rows.forEach((each, i) => {
      const value = STOCKS[i][1](film, month);
      each.count.textContent = whole(value);
      each.bar.style.width = `${(100 * value) / shared.most}%`;
    });
    gaps.forEach((gap, i) => {
      const { helped, alone } = STEPS[i];
      gap.element.querySelector(".said").textContent = t(`app.flow.${gap.key}`, { helped: whole(helped(film, month)), alone: whole(alone(film, month)) });
    });
    gave.textContent = t("app.flow.gave", { n: whole(film.need("unmet_child_months_gave_up", month)), year: whole(sum(film, "spells_gave_up", month)) });
    key.replaceChildren(h("span.swatch.round", { style: "background:var(--helped)" }), t("app.helped"), " ", h("span.swatch.round", { style: "background:var(--alone)" }), t("app.alone"), ` · ${t("app.flow.scale", { n: number(shared.scale) })}`);
  }

  /** Dots of a month set out one after the other; each falls through its gap in the same time. */
  function emit(month) {
    STEPS.forEach(({ helped, alone }, gap) => {
      for (const [fill, count] of [["helped", helped(film, month)], ["alone", alone(film, month)]]) {
        const n = Math.floor(count / shared.scale) + (((month * 7919 + gap * 104729) % 100) / 100 < (count / shared.scale) % 1 ? 1 : 0);
        for (let i = 0; i < n; i += 1) dots.push({ gap, fill, wait: i / Math.max(1, n) / clock.speed, age: 0, x: ((i * 0.618034 + month * 0.3247 + gap * 0.17 + (fill === "alone" ? 0.5 : 0)) % 1) });
      }
    });
  }

  let last = 0;
  function advance() {
    if (!film?.known || !film.opening.has_children || calm()) return;
    const now = performance.now();
    const passed = Math.min(0.1, (now - last) / 1000);
    last = now;
    for (const each of dots) { if (each.wait > 0) each.wait -= passed; else each.age += passed / LIFE_SECONDS; }
    dots = dots.filter((each) => each.age < 1);
    board.redraw();
  }

  function draw(context, width, height) {
    context.clearRect(0, 0, width, height);
    const top = board.element.getBoundingClientRect().top;
    const spans = gaps.map((gap) => { const box = gap.element.getBoundingClientRect(); return [box.top - top, box.bottom - top]; });
    const fills = { helped: colour("helped"), alone: colour("alone") };
    for (const { gap, fill, wait, age, x } of dots) {
      if (wait > 0) continue;
      const [from, to] = spans[gap];
      context.fillStyle = fills[fill];
      context.beginPath();
      context.arc(width * (0.6 + 0.38 * x), from + (to - from) * age * age, DOT, 0, 2 * Math.PI);
      context.fill();
    }
  }

  clock.on("month", () => {
    write();
    if (!film?.known || !film.opening.has_children) return;
    const month = Math.min(clock.month, film.known - 1);
    if (clock.playing && month === seen + 1 && !calm()) emit(month);
    else if (!clock.playing) { dots = []; board.redraw(); }
    seen = month;
  });
  clock.on("part", advance).on("play", () => { last = performance.now(); });
  onLanguage(write);
  return { element: frame.element, use };
}
