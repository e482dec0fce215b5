// The bar that plays: run, pause, step, speed, and a time line with the dated decisions on it.

import { choice, h } from "barefoot/dom";
import { both, monthName, onLanguage, t } from "barefoot/text";

const SPEEDS = [2, 6, 12, 24];
const ICONS = { play: "M3 1.5v13l11-6.5z", pause: "M3 1.5h4v13H3zM9 1.5h4v13H9z", back: "M12.5 1.5v13L4 8zM2 1.5h2v13H2z", next: "M3.5 1.5v13L12 8zM12 1.5h2v13h-2z" };

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  path.setAttribute("fill", "currentColor");
  svg.append(path);
  return svg;
}

/** Make the bar of a clock; filmOf() is the run whose months and decisions it shows. */
export function player(clock, filmOf) {
  const back = h("button.square.quiet", { type: "button", onclick: () => { clock.play(false); clock.seek(clock.month - 1); } }, icon("back"));
  const play = h("button.play", { type: "button", onclick: () => clock.play(!clock.playing) });
  const next = h("button.square.quiet", { type: "button", onclick: () => { clock.play(false); clock.seek(clock.month + 1); } }, icon("next"));
  const line = h("input.line", { type: "range", min: "0", max: "1", step: "1", value: "0", oninput: () => { const wanted = Number(line.value); clock.play(false); clock.seek(wanted); } });
  const ticks = h("div.ticks", { "aria-hidden": "true" });
  const loaded = h("div.loaded", { "aria-hidden": "true" });
  const date = h("output.date", { "aria-live": "off" });
  const event = h("p.event");
  const speed = choice("app.speed", () => SPEEDS.map((each) => [String(each), t("app.speed.value", { n: each })]), String(clock.speed), (value) => { clock.speed = Number(value); });
  const jump = choice("app.jump", events, "", (value) => { if (value !== "") { clock.play(false); clock.seek(Number(value)); } jump.select.value = ""; });

  function events() {
    const opening = filmOf()?.opening;
    return [["", t("app.jump.choose")], ...(opening?.events ?? []).map((each) => [String(each.month), `${monthName(opening.months[each.month])} · ${both(each.name)}`])];
  }

  function draw() {
    const film = filmOf();
    const opening = film?.opening;
    const enabled = Boolean(film?.known);
    for (const control of [back, play, next, line]) control.disabled = !enabled;
    play.replaceChildren(icon(clock.playing ? "pause" : "play"));
    play.setAttribute("aria-label", t(clock.playing ? "app.pause" : "app.play"));
    back.setAttribute("aria-label", t("app.back"));
    next.setAttribute("aria-label", t("app.next"));
    line.setAttribute("aria-label", t("app.time"));
    if (!opening) { date.textContent = ""; event.textContent = ""; return; }
    const month = Math.min(clock.month, opening.n_months - 1);
    line.max = String(opening.n_months - 1);
    line.value = String(month);
    line.setAttribute("aria-valuetext", monthName(opening.months[month]));
    date.textContent = monthName(opening.months[month]);
    const share = (100 * film.known) / opening.n_months;
    loaded.style.width = `${share}%`;
    loaded.hidden = share >= 100;
    const past = opening.events.filter((each) => each.month <= month);
    const latest = past[past.length - 1];
    event.textContent = latest ? `${monthName(opening.months[latest.month])} · ${both(latest.name)}` : "";
    event.classList.toggle("now", Boolean(latest && latest.month === month));
  }

  function newFilm() {
    const opening = filmOf()?.opening;
    if (!opening) return;
    ticks.replaceChildren(...opening.events.map((each) => h(each.is_programme ? "i.programme" : "i", { style: `left:${(100 * each.month) / (opening.n_months - 1)}%` })));
    jump.select.replaceChildren(...events().map(([value, say]) => h("option", { value }, say)));
    draw();
  }

  clock.on("month", draw).on("play", draw);
  onLanguage(draw);
  const element = h("div.player", { role: "group" },
    h("div.buttons", {}, back, play, next), date,
    h("div.track", {}, ticks, loaded, line), speed.element, jump.element, event);
  onLanguage(() => element.setAttribute("aria-label", t("app.player")));
  return { element, draw, newFilm };
}
