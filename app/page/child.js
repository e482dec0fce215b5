// Follow a child: the same invented child with the worker and without, told from the changes of state of the model.

import { button, choice, colour, h, panel, words } from "barefoot/dom";
import { lifeOf } from "barefoot/source";
import { both, language, monthName, onLanguage, t, whole, worldName } from "barefoot/text";

const SIDES = ["with_worker", "without"];
const HEADS = { with_worker: "life.with", without: "life.without" };
const [ROW, BAND, GAP, LEFT, RIGHT, TOP] = [24, 8, 18, 4, 20, 22];
const SHOWN = { 2: "need-untouched", 3: "need-gathering", 4: "need-gathering", 5: "need-gathering", 6: "need-waiting", 7: "need-waiting", 8: "need-next-term", 9: "served", 10: "need-gave-up" };
const KEY = [["need-untouched", "app.need.untouched"], ["need-gathering", "app.need.gathering"], ["need-waiting", "app.need.waiting"], ["need-gave-up", "app.need.gave_up"], ["served", "app.life.served"]];
const SVG = "http://www.w3.org/2000/svg";

function shape(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** The view; run(asked) is for lessons. */
export function childView(catalogue) {
  const worlds = catalogue.worlds.filter((each) => each.villages <= catalogue.followed_villages);
  const world = choice("app.world", () => worlds.map((each) => [each.name, worldName(each.name)]), catalogue.start.world, () => {});
  const strategy = choice("app.strategy", () => catalogue.strategies.filter((each) => each.name !== "no_programme").map((each) => [each.name, both(each.label)]), catalogue.start.strategy, () => {});
  const story = choice("app.life.story", () => catalogue.stories.map((name) => [name, t(`life.story.${name}`)]), catalogue.stories[0], () => {});
  const seed = h("input", { type: "number", min: "0", step: "1", value: "1" });
  const go = button("app.life.run", () => { rank = 0; run(); }, ".primary");
  const another = button("app.life.another", () => { rank += 1; run(); }, ".quiet");
  const chooser = panel("app.life.title", h("div.fields", {}, world.element, strategy.element, story.element, h("label.field.small", {}, words("span", "app.seed"), seed), h("div.go", {}, go, another)), words("p.hint", "life.how"));
  chooser.element.classList.add("scenario");
  const who = h("p.who");
  const answer = h("p.answer");
  const lines = h("div.scroll", { tabIndex: 0 });
  const key = h("p.key");
  const tale = h("ol.tale");
  const told = panel("app.life.course", who, answer, key, lines, tale);
  told.show("empty", "app.life.empty");
  let [rank, life, serial] = [0, null, 0];
  onLanguage(write);
  new ResizeObserver(() => life && drawLines()).observe(lines);

  async function run() {
    another.disabled = go.disabled = true;
    await followChild({ world: world.select.value, strategy: strategy.select.value, seed: Number(seed.value), until: catalogue.start.until }, story.select.value, () => {});
  }

  async function followChild(scenario, wanted, ready) {
    const mine = (serial += 1);
    told.show("loading", "app.life.loading");
    const done = () => { another.disabled = go.disabled = false; };
    const refuse = (problems) => { if (mine === serial) { life = null; told.show("error", () => problems.map(both).join(" ")); } };
    try {
      await lifeOf(scenario, wanted, rank, {
        message(content) { if (mine === serial) { life = content; told.show("ready"); write(); ready(life); } },
        over({ state, problems }) { done(); if (state !== "done") refuse(problems); },
      });
    } catch (error) { done(); refuse(error.problems ?? []); }
  }

  function write() {
    if (!life) return;
    const { about, unmet_months: unmet, months } = life;
    who.textContent = t("life.who", { ...about, county: language() === "en" && about.county_en ? t("life.county", { name: about.county_en }) : about.county, born: monthName(about.born), traits: about.traits.map((each) => t(`stratum.${each}`)).join(t("life.comma")) || t("life.no_trait") });
    answer.textContent = t("life.answer", { last: monthName(months[months.length - 1]), with_worker: whole(unmet.with_worker), without: whole(unmet.without) });
    key.replaceChildren(...KEY.flatMap(([name, say]) => [h("span.item", {}, h("span.swatch", { style: `background:var(--${name})` }), t(say)), " "]));
    drawLines();
    tell();
  }

  /** Both courses as bands of colour, a row for each need. */
  function drawLines() {
    const services = Object.keys(life.services).filter((name) => SIDES.some((side) => life[side].some((step) => step.service === name)));
    const labels = Math.min(190, Math.max(...services.map((name) => both(life.services[name]).length * (both(life.services[name]).charCodeAt(0) > 255 ? 15 : 8.4))) + 8);
    const width = Math.max(320, lines.clientWidth);
    const n = life.months.length;
    const x = (month) => LEFT + labels + (month * (width - LEFT - RIGHT - labels)) / n;
    const height = TOP + services.length * (2 * ROW + GAP) + 16;
    const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": answer.textContent });
    const ink = { "font-size": 14, fill: colour("ink"), "dominant-baseline": "middle" };
    life.months.forEach((month, m) => {
      if (!month.endsWith("-01") || (Number(month.slice(0, 4)) % (width < 600 ? 4 : 2))) return;
      svg.append(shape("line", { x1: x(m), x2: x(m), y1: TOP - 6, y2: height - 22, stroke: colour("grid") }), shape("text", { ...ink, x: x(m), y: height - 10, "text-anchor": "middle", fill: colour("muted") }, month.slice(0, 4)));
    });
    services.forEach((service, row) => {
      const top = TOP + row * (2 * ROW + GAP);
      svg.append(shape("text", { ...ink, x: LEFT, y: top - 6, "font-weight": 600 }, both(life.services[service])));
      SIDES.forEach((side, i) => {
        const y = top + 10 + i * (ROW - 4);
        svg.append(shape("text", { ...ink, x: LEFT, y: y + BAND / 2, fill: colour("muted") }, t(`app.life.short.${side}`)));
        const course = life[side].filter((step) => step.service === service);
        course.forEach((step, k) => {
          const name = SHOWN[step.state];
          const end = k + 1 < course.length ? course[k + 1].month : n;
          if (name && end > step.month) svg.append(shape("rect", { x: x(step.month), y, width: x(end) - x(step.month), height: BAND + 2, fill: colour(name), rx: 2 }));
        });
      });
    });
    lines.replaceChildren(svg);
  }

  /** Month by month in sentences, both worlds side by side. */
  function tell() {
    const months = [...new Set(SIDES.flatMap((side) => life[side].map((step) => step.month)))].sort((a, b) => a - b);
    const say = (step) => t(`life.step.${step.step}`, { service: both(life.services[step.service]) });
    tale.replaceChildren(h("li.heads", { "aria-hidden": "true" }, h("span"), ...SIDES.map((side) => h("strong", {}, t(HEADS[side])))),
      ...months.map((month) => h("li", {}, h("span.date", {}, monthName(life.months[month])), ...SIDES.map((side) => {
        const steps = life[side].filter((step) => step.month === month);
        return h("div", { class: side }, steps.length ? h("span.who-side", {}, t(HEADS[side])) : "", ...steps.map((step) => h("p", {}, say(step))));
      }))));
  }

  return {
    element: h("div.view.child-view", {}, chooser.element, told.element),
    told: told.element, life: () => life, follow: followChild,
    enter() { if (!life) run(); },
  };
}
