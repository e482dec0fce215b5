// Lessons: a question, a prediction by the class, the run, and what it shows; the right answer is read from the run.

import { button, calm, h, panel, words } from "barefoot/dom";
import { childView } from "barefoot/child";
import { shown } from "barefoot/compare";
import { Clock, Film } from "barefoot/film";
import { flowView } from "barefoot/flow";
import { placeView } from "barefoot/place";
import { player } from "barefoot/player";
import { compare, offline } from "barefoot/source";
import { both, number, onLanguage, percent, t, whole } from "barefoot/text";

/** Verdicts on a difference that chance does not explain. */
const CLEAR = ["higher", "lower"];

/** The view of all lessons. */
export function lessonView(catalogue) {
  const clock = new Clock();
  let [lesson, films, known, chosen, revealed, serial] = [null, [null, null], null, null, false, 0];
  const list = h("ol.lesson-list");
  const question = h("h2.question");
  const setting = h("p.setting");
  const answers = h("div.answers", { role: "radiogroup" });
  const start = button("app.lesson.run", run, ".primary");
  const reveal = button("app.lesson.reveal", () => { revealed = true; write(); truth.element.scrollIntoView({ behavior: calm() ? "auto" : "smooth", block: "nearest" }); }, ".primary");
  const status = h("p.status", { role: "status" });
  const ask = panel("", h("p.steps"), question, setting, answers, h("div.go", {}, start, reveal), status);
  const truth = panel("app.lesson.truth", h("p.answer"), h("p.verdict-line"), h("ul.notice"));
  const places = [placeView(clock, { compact: true }), placeView(clock, { compact: true })];
  const scales = {};
  const flows = [flowView(clock, scales), flowView(clock, scales)];
  const heads = places.map((place) => { const head = h("h2"); place.element.prepend(head); return head; });
  const bar = player(clock, () => films[0]);
  const child = childView(catalogue);
  const flowing = h("div.two.flows", {}, ...flows.map((flow) => flow.element));
  const stage = h("div.view", {}, h("div.two", {}, ...places.map((place) => place.element)), bar.element, flowing);
  clock.limit = () => Math.min(...films.map((film) => film?.known ?? 0));
  clock.end = () => films[0]?.nMonths ?? 0;
  onLanguage(write);

  function open(name) {
    serial += 1;
    films.forEach((film) => film?.leave());
    clock.play(false);
    clock.time = 0;
    lesson = catalogue.lessons.find((each) => each.name === name);
    [films, known, chosen, revealed] = [[null, null], null, null, false];
    write();
  }

  async function run() {
    const mine = (serial += 1);
    [known, revealed] = [null, false];
    if (lesson.kind === "life") {
      await child.follow(lesson.scenario, lesson.story, (life) => { if (mine === serial) { known = life; write(); } });
      write();
      return;
    }
    films = [lesson.first, lesson.second].map((asked) => new Film(asked));
    clock.play(false);
    clock.time = 0;
    films.forEach((film, i) => {
      places[i].use(film);
      flows[i].use(film);
      film.on("opening", () => { bar.newFilm(); write(); });
      film.on("frame", () => { if (mine === serial && clock.limit() === 1 && !clock.playing) { clock.seek(0); if (!calm()) clock.play(); } if (film.known % 8 === 0) bar.draw(); });
      film.on("over", () => { if (mine !== serial) return; bar.draw(); if (calm() && films.every((each) => each.over)) clock.seek(clock.end() - 1); write(); });
    });
    write();
    await Promise.all(films.map((film) => film.start()));
    try {
      await compare(lesson.first, lesson.second, lesson.replications, {
        message: (content) => { if (mine === serial) { known = content; write(); } },
        over: ({ state, problems }) => { if (mine === serial && state !== "done") status.textContent = problems.map(both).join(" "); },
      });
    } catch (error) {
      if (mine === serial) status.textContent = (error.problems ?? []).map(both).join(" ");
    }
    write();
  }

  /** What the runs say: the value that decides, the answer it falls into, and the numbers of the sentences. */
  function result() {
    if (lesson.kind === "life") {
      const { with_worker: helped, without } = known.unmet_months;
      return { value: without - helped, values: { first: whole(without), second: whole(helped), change: whole(without - helped) }, verdict: "" };
    }
    const row = known.outcomes.find((each) => each.outcome === lesson.outcome);
    const [a, b] = [row.first.estimate, row.second.estimate];
    const [all, unit] = [films[0].villages.length, catalogue.units[lesson.outcome]];
    const value = lesson.value === "share" ? (100 * a) / all : (100 * (b - a)) / a;
    const values = { first: shown(unit, a), second: shown(unit, b), change: percent(Math.abs(b - a) / a), all: whole(all), share: percent(a / all, 1), share_second: percent(b / all, 1) };
    if (lesson.also) {
      const other = known.outcomes.find((each) => each.outcome === lesson.also);
      Object.assign(values, { also_first: number(other.first.estimate), also_second: number(other.second.estimate) });
    }
    return { value, values, verdict: row.verdict };
  }

  const right = (value) => { const at = lesson.bounds.findIndex((bound) => value < bound); return at < 0 ? lesson.bounds.length : at; };

  function write() {
    list.replaceChildren(...catalogue.lessons.map((each, i) => h("li", {}, h("button.quiet", { type: "button", "aria-current": each === lesson ? "true" : null, onclick: () => open(each.name) }, h("span.number", {}, String(i + 1)), t(`lesson.${each.name}.title`)))));
    flowing.hidden = films.some((film) => film?.opening && !film.opening.has_children);
    stage.hidden = !lesson || lesson.kind === "life" || !films[0];
    child.told.hidden = !lesson || lesson.kind !== "life" || !known;
    ask.element.hidden = truth.element.hidden = !lesson;
    if (!lesson) return;
    const name = `lesson.${lesson.name}`;
    question.textContent = t(`${name}.question`);
    setting.textContent = t(`${name}.setting`);
    ask.body.querySelector(".steps").textContent = t("app.lesson.steps");
    const n = lesson.bounds.length + 1;
    const found = known && (lesson.kind === "life" || known.pairs >= 2) ? result() : null;
    const correct = found && revealed ? right(found.value) : -1;
    answers.setAttribute("aria-label", question.textContent);
    answers.replaceChildren(...[...Array(n).keys()].map((i) => h("label", { class: `choice${i === correct ? " right" : ""}` },
      h("input", { type: "radio", name: "prediction", value: String(i), checked: chosen === i, disabled: revealed, onchange: () => { chosen = i; write(); answers.querySelector("input:checked")?.focus(); } }),
      h("span", {}, t(`${name}.answer.${i}`)), i === correct ? h("strong", {}, t("app.lesson.right")) : "")));
    const complete = lesson.kind === "life" ? Boolean(known) : Boolean(films[0]?.over && films[1]?.over && known && known.pairs >= lesson.replications);
    start.disabled = chosen === null;
    start.hidden = Boolean(films[0]) || Boolean(known);
    reveal.hidden = revealed || !complete;
    status.textContent = chosen === null ? t("app.lesson.predict") : complete ? (revealed ? "" : t("app.lesson.watch")) : films[0] ? t("app.lesson.running") : "";
    if (lesson.kind === "compare") heads.forEach((head, i) => head.replaceChildren(h(`span.swatch.side-${["first", "second"][i]}`), t(`${name}.${["first", "second"][i]}`)));
    truth.show(revealed && found ? "ready" : "empty", "app.lesson.hidden");
    if (!revealed || !found) return;
    truth.body.querySelector(".answer").textContent = t(`${name}.reveal`, found.values);
    truth.body.querySelector(".verdict-line").textContent = found.verdict ? t(CLEAR.includes(found.verdict) ? "app.lesson.clear" : "app.lesson.unclear", { n: known.pairs }) : "";
    truth.body.querySelector(".notice").replaceChildren(...[0, 1].map((i) => h("li", {}, t(`${name}.notice.${i}`))));
  }

  const take = h("div.files", {}, offline ? "" : words("a.button.quiet", "app.lesson.take", () => ({}), { href: "/api/lessons/handout", download: "" }));
  const element = h("div.view.lesson-view", {}, h("div.lesson-grid", {}, panel("app.lesson.title", list, take).element, h("div.view", {}, ask.element, stage, child.told, truth.element)));
  open(catalogue.lessons[0].name);
  return { element, open, choose(i) { chosen = i; write(); }, leave: () => clock.play(false), state: () => ({ known, films }) };
}
