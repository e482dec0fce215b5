// The queue before every desk: a square is so many cases, and months of work say how bad it is.

import { h, panel } from "barefoot/dom";
import { both, number, onLanguage, t, whole } from "barefoot/text";

const [MOST_SQUARES, SIDE, MONTHS_FOR_MEAN, LONG_MONTHS] = [38, 8, 12, 3];
const SCALES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000];

/** Months of work that wait before a desk: minutes of the queue over the minutes offered in a month of the last year. */
export function backlog(film, month, service) {
  let offered = 0;
  let n = 0;
  for (let m = Math.max(0, month - MONTHS_FOR_MEAN + 1); m <= month; m += 1) { offered += film.frames[m].desks.desk_minutes_per_month[service]; n += 1; }
  return offered > 0 ? (film.frames[month].desks.queue_minutes[service] * n) / offered : 0;
}

/** Services that have a desk in an office. */
export const withDesk = (film) => film.opening.services.map((_, i) => i).filter((i) => film.opening.services[i].office !== "village");

/** Make the panel; use(film) shows another run. */
export function deskView(clock) {
  const frame = panel("app.desks");
  const list = h("ul.desks");
  const key = h("p.key");
  frame.body.append(list, key);
  let [film, rows, scale] = [null, [], 1];

  function use(next) {
    film = next;
    [rows, scale] = [[], 1];
    list.replaceChildren();
    key.replaceChildren();
    frame.show("loading", "app.loading");
    film.on("frame", () => { grow(film.known - 1); if (film.known === 1) build(); });
    film.on("over", () => { if (film.state !== "done" && !film.known) frame.show("error", () => t("app.nothing")); });
    if (film.known) { for (let m = 0; m < film.known; m += 1) grow(m); build(); }
  }

  function grow(month) {
    const waiting = film.frames[month].desks?.cases_waiting;
    if (!waiting) return;
    const longest = Math.max(...waiting);
    while (longest / scale > MOST_SQUARES && SCALES.indexOf(scale) < SCALES.length - 1) scale = SCALES[SCALES.indexOf(scale) + 1];
  }

  function build() {
    if (!film.opening.has_children) { frame.show("empty", "app.flow.none"); return; }
    frame.show("ready");
    rows = withDesk(film).map((service) => {
      const [name, office, said] = [h("span.name"), h("span.office"), h("span.said")];
      const [helped, alone] = [h("i.helped"), h("i.alone")];
      const element = h("li", {}, h("div.line", {}, name, office), h("div.queue", { "aria-hidden": "true" }, helped, alone), said);
      list.append(element);
      return { service, name, office, said, helped, alone, element };
    });
    names();
    write();
  }

  function names() {
    for (const row of rows) {
      const service = film.opening.services[row.service];
      row.name.textContent = both(service.label);
      row.office.textContent = t(`app.office.${service.office}`);
    }
  }

  function write() {
    if (!rows.length || !film.known) return;
    const month = Math.min(clock.month, film.known - 1);
    for (const row of rows) {
      const waiting = film.frames[month].desks.cases_waiting[row.service];
      const months = backlog(film, month, row.service);
      const helped = Math.min(waiting, film.need("unmet_child_months_waiting_helped", month, row.service));
      const squares = waiting ? Math.max(1, Math.round(waiting / scale)) : 0;
      const blue = waiting ? Math.round((squares * helped) / waiting) : 0;
      row.helped.style.width = `${blue * SIDE}px`;
      row.alone.style.width = `${(squares - blue) * SIDE}px`;
      row.said.textContent = waiting ? t("app.desks.said", { n: whole(waiting), months: number(months, 2) }) : t("app.desks.free");
      row.element.classList.toggle("long", months >= LONG_MONTHS);
    }
    key.replaceChildren(h("span.swatch", { style: "background:var(--helped)" }), t("app.helped"), " ", h("span.swatch", { style: "background:var(--alone)" }), t("app.alone"), ` · ${t("app.desks.scale", { n: number(scale) })}`);
  }

  clock.on("month", write);
  onLanguage(() => { names(); write(); });
  return { element: frame.element, use };
}
