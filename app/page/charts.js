// Charts by the library that ships with its Python package; every title is the message that the numbers give.

import { calm, colour, h, panel } from "barefoot/dom";
import { backlog, withDesk } from "barefoot/desks";
import { chartLibrary } from "barefoot/source";
import { both, monthName, number, onLanguage, percent, t, whole } from "barefoot/text";

const NEEDS = ["waiting", "next_term", "gathering", "gave_up", "untouched"];
const [YEAR, LONG_MONTHS, NAMED] = [12, 1, 3];

/** What all charts share: fonts no smaller than 14, quiet grid, labels on the lines. */
function config() {
  const [ink, muted, grid] = [colour("ink"), colour("muted"), colour("grid")];
  const font = getComputedStyle(document.body).fontFamily;
  return {
    background: "transparent", font, view: { stroke: null },
    axis: { labelFontSize: 14, titleFontSize: 14, labelColor: ink, titleColor: muted, titleFontWeight: "normal", gridColor: grid, domainColor: muted, tickColor: muted, labelFont: font, titleFont: font },
    axisY: { domain: false, ticks: false },
    axisX: { grid: false },
    legend: { labelFontSize: 14, titleFontSize: 14, labelColor: ink, orient: "top", title: null, symbolType: "square", columns: narrow() ? 1 : 2, labelLimit: 260, rowPadding: 2, offset: 10 },
    text: { fontSize: 14, font },
  };
}

const time = (opening, month) => { const [year, m] = opening.months[month].split("-").map(Number); return Date.UTC(year, m, 0); };
const axisX = { field: "date", type: "temporal", scale: { type: "utc" }, axis: { title: null, format: "%Y", tickCount: 5, labelFlush: true } };
const axisY = (format = ",~r") => ({ field: "value", type: "quantitative", axis: { title: null, format, tickCount: 4 } });

function lines(rows, names, colours, format) {
  if (narrow()) return { data: { values: rows }, mark: { type: "line", strokeWidth: 2.5 }, encoding: { x: axisX, y: axisY(format), color: { field: "name", scale: { domain: names, range: colours }, legend: { symbolType: "stroke" } } } };
  const last = {};
  for (const row of rows) last[row.name] = row;
  const ends = spread(Object.values(last), Math.max(...rows.map((row) => row.value), 1e-9));
  const tone = { field: "name", scale: { domain: names, range: colours }, legend: null };
  return {
    layer: [
      { data: { values: rows }, mark: { type: "line", strokeWidth: 2.5 }, encoding: { x: axisX, y: axisY(format), color: tone } },
      { data: { values: ends }, mark: { type: "text", align: "left", dx: 6, baseline: "middle", fontWeight: 600, clip: false }, encoding: { x: axisX, y: { field: "at", type: "quantitative" }, text: { field: "name" }, color: { ...tone, scale: { domain: names, range: colours.map(readable) } } } },
    ],
    resolve: { scale: { color: "independent" } },
  };
}

/** A colour for text: darkened until it can be read on white. */
function readable(hex) {
  let rgb = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const contrast = () => 1.05 / (0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2]) + 0.05);
  while (contrast() < 4.5) rgb = rgb.map((v) => v * 0.93);
  return `#${rgb.map((v) => Math.round(v * 255).toString(16).padStart(2, "0")).join("")}`;
}

/** Whether there is no room for names beside the lines. */
const phone = matchMedia("(max-width: 519px)");
const narrow = () => phone.matches;
/** Charts are drawn anew when there is room for names, or none any more. */
export const onRoom = (listener) => phone.addEventListener("change", listener);

/** Ends of lines moved apart so that their names do not meet. */
function spread(ends, most) {
  const gap = 0.11 * most;
  const sorted = [...ends].sort((a, b) => a.value - b.value).map((each) => ({ ...each, at: each.value }));
  for (let i = 1; i < sorted.length; i += 1) sorted[i].at = Math.max(sorted[i].at, sorted[i - 1].at + gap);
  return sorted;
}

function areas(rows, names, colours) {
  return { data: { values: rows }, mark: { type: "area", line: false },
    encoding: { x: axisX, y: { ...axisY(), stack: "zero" }, color: { field: "name", scale: { domain: names, range: colours }, legend: {} }, order: { field: "order" } } };
}

const CHARTS = {
  spread: (film) => {
    const { opening } = film;
    const n = film.villages.length;
    const last = film.frames[film.known - 1].posts;
    const names = [t("app.chart.filled"), t("app.chart.active")];
    const rows = film.frames.flatMap((frame, month) => ["villages_with_post", "villages_active"].map((key, i) => ({ date: time(opening, month), name: names[i], value: frame.posts[key] })));
    return {
      title: t("app.chart.spread", { month: monthName(opening.months[film.known - 1]), posts: whole(last.villages_with_post), active: whole(last.villages_active), n: whole(n) }),
      unit: t("app.chart.villages"),
      spec: lines(rows, names, [colour("village-filled"), colour("village-active")]),
    };
  },
  needs: (film) => {
    const names = NEEDS.map((name) => t(`app.need.${name}`));
    const total = film.series("unmet_child_months");
    const waiting = film.need("unmet_child_months_waiting", film.known - 1);
    const [first, last] = [total[0], total[total.length - 1]];
    const rows = film.frames.flatMap((_, month) => NEEDS.map((name, order) => ({ date: time(film.opening, month), name: names[order], order, value: film.need(`unmet_child_months_${name}`, month) })));
    return {
      title: t(last < first ? "app.chart.needs.fewer" : "app.chart.needs.more", { first: number(first), last: number(last), waiting: number(waiting) }),
      unit: t("app.chart.open"),
      spec: areas(rows, names, NEEDS.map((name) => colour(`need-${name.replace("_", "-")}`))),
    };
  },
  served: (film) => {
    const names = [t("app.helped"), t("app.alone")];
    const [helped, all] = [film.series("spells_served_helped", YEAR), film.series("spells_served", YEAR)];
    const sum = (measure) => film.series(measure).reduce((a, b) => a + b, 0);
    const rows = film.frames.flatMap((_, month) => (month < YEAR - 1 ? [] : [helped[month], all[month] - helped[month]].map((value, order) => ({ date: time(film.opening, month), name: names[order], order, value }))));
    const total = sum("spells_served");
    return {
      title: t("app.chart.served", { n: number(total), share: percent(sum("spells_served_helped") / total) }),
      unit: t("app.chart.year"),
      spec: areas(rows, names, [colour("helped"), colour("alone")]),
    };
  },
  queues: (film) => {
    const late = Math.max(0, film.known - YEAR);
    const services = withDesk(film).map((service) => {
      const values = film.frames.map((_, month) => backlog(film, month, service));
      return { service, values, mean: values.slice(late).reduce((a, b) => a + b, 0) / (film.known - late), name: both(film.opening.services[service].label) };
    }).sort((a, b) => b.mean - a.mean).slice(0, NAMED);
    const rows = services.flatMap(({ values, name }) => values.map((value, month) => ({ date: time(film.opening, month), name, value })));
    const worst = services[0];
    return {
      title: worst.mean >= LONG_MONTHS ? t("app.chart.queues", { desk: worst.name, months: number(worst.mean, 2) }) : t("app.chart.queues.short", { desk: worst.name, months: number(worst.mean, 2) }),
      unit: t("app.chart.months"),
      spec: lines(rows, services.map(({ name }) => name), [colour("need-waiting"), colour("accent"), colour("need-next-term")], "~r"),
    };
  },
};

/** The charts that each grid holds, or is being given. */
const sets = new WeakMap();

/** Draw charts in a panel's grid in place of its own, unless others are asked for meanwhile or nobody wants them still. */
export async function drawCharts(frame, grid, charts, wanted) {
  const mine = [];
  const before = sets.get(grid) ?? [];
  sets.set(grid, mine);
  const current = () => sets.get(grid) === mine && wanted();
  let embed;
  try { embed = await chartLibrary(); } catch { frame.show("error", "app.charts.failed"); return; }
  for (const view of before) view.finalize();
  if (!current()) return;
  frame.show("ready");
  grid.replaceChildren();
  for (const chart of charts) {
    mine.push(await drawOne(embed, grid, chart));
    if (!current()) return;
  }
}

/** Draw one chart under its message. */
async function drawOne(embed, grid, { title, unit, spec, name }) {
  const plot = h("div.plot");
  grid.append(h("figure", { class: "chart", "data-chart": name }, h("figcaption", {}, title), h("p.unit", {}, unit), plot));
  const frame = { width: "container", height: 210, padding: { top: 8, left: 2, right: 8, bottom: 2 }, autosize: { type: "fit-x", contains: "padding" }, config: config() };
  const view = await embed(plot, { ...spec, ...frame }, { actions: false, renderer: "svg", ast: true, tooltip: false, hover: !calm() });
  plot.querySelector("svg")?.setAttribute("aria-label", title);
  return view;
}

/** Some series by month as lines with their names. */
export function seriesLines(opening, values, names, colours) {
  return lines(values.flatMap((series, i) => series.map((value, month) => ({ date: time(opening, month), name: names[i], value }))), names, colours);
}

/** Make the panel of charts; use(film) shows another run. */
export function chartView() {
  const frame = panel("app.charts");
  const grid = h("div.charts");
  frame.body.append(grid);
  let film = null;

  function use(next) {
    film = next;
    frame.show(film.over && film.known ? "ready" : "loading", "app.charts.wait");
    film.on("over", draw);
    film.on("frame", () => { if (film.known % YEAR === 0) frame.show("loading", () => t("app.charts.part", { n: film.known, all: film.nMonths })); });
    draw();
  }

  function draw() {
    if (!film?.over) return;
    if (!film.known) { frame.show("error", "app.nothing"); return; }
    const mine = film;
    const names = Object.keys(CHARTS).filter((name) => film.opening.has_children || name === "spread");
    drawCharts(frame, grid, names.map((name) => ({ name, ...CHARTS[name](film) })), () => film === mine);
  }

  onLanguage(draw);
  onRoom(draw);
  return { element: frame.element, use };
}
