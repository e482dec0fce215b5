// The place view: counties as dots at their seats, near by their villages, nearer still the households of one.

import { button, calm, canvas, choice, h, panel } from "barefoot/dom";
import { drawPlaces } from "barefoot/paint";
import { layOut, OPEN_COUNTY } from "barefoot/layout";
import { get } from "barefoot/source";
import { both, language, number, onLanguage, percent, t, whole, worldName } from "barefoot/text";

const [NEAREST, WHEEL, STEP] = [1 / 260, 1.0016, 1.5];
const STATES = ["none", "wanted", "filled", "active"];
const LEVELS = [0, 0.01, 0.1, 0.25, 0.5, 0.75];

/** Make the view for the films of one clock; use(film) shows another run. */
export function placeView(clock, { compact = false } = {}) {
  const frame = panel(compact ? "" : "app.place");
  const tip = h("div.tip", { hidden: true });
  const trail = h("nav.trail");
  const legend = h("ul.legend");
  const credit = h("p.credit");
  let [film, layout, view, over, kept] = [null, null, null, null, new Map()];
  let [sought, own, size] = [null, false, ""];

  const board = canvas(draw, { tabIndex: 0, role: "img", class: "map" });
  const zoomIn = button("app.place.in", () => zoom(STEP), ".square.quiet");
  const zoomOut = button("app.place.out", () => zoom(1 / STEP), ".square.quiet");
  const whole_ = button("app.place.whole", () => show(null), ".quiet");
  const places = choice("app.place.goto", goals, "", (value) => go(value));
  const tools = h("div.tools", {}, trail, h("div.zooms", {}, zoomOut, zoomIn, whole_));
  frame.body.append(tools, h("div.stage", {}, board.element, tip), legend, compact ? "" : places.element, credit);
  onLanguage(() => { legendOf(); trailOf(); creditOf(); board.redraw(); describe(); });

  function use(next) {
    film = next;
    layout = null;
    kept = new Map();
    frame.show("loading", () => t(film.compiling ? "app.compiling" : "app.loading"));
    film.on("state", () => { if (!layout) frame.show("loading", () => t(film.compiling ? "app.compiling" : film.waiting ? "app.waiting" : "app.loading")); });
    film.on("opening", opened).on("frame", () => { if (film.known === 1) board.redraw(); });
    film.on("over", () => {
      if (film.state === "failed" && !layout) frame.show("error", () => film.problems.map(both).join(" "));
      else if (film.state === "stopped") frame.show("error", () => film.problems.map(both).join(" ") || t("app.stopped"));
    });
    if (film.opening) opened();
  }

  function opened() {
    const before = layout?.key;
    layout = layOut(film.opening.places);
    layout.key = `${film.opening.world}`;
    frame.show("ready");
    if (before !== layout.key || !view) show(null);
    places.element.hidden = film.opening.places.units.length > 40_000 && layout.n === 1;
    places.select.value = "";
    places.select.replaceChildren(...goals().map(([value, say]) => h("option", { value }, say)));
    legendOf(); trailOf(); creditOf(); describe();
    board.redraw();
  }

  // ---- where we look

  function fit(box, room = 0.9) {
    const { clientWidth: width, clientHeight: height } = board.element;
    const scale = room * Math.min(width / (box.right - box.left), height / (box.bottom - box.top));
    return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2, scale };
  }

  function around(x, y, radius) { return { left: x - radius, right: x + radius, top: y - radius, bottom: y + radius }; }

  function show(goal) {
    if (!layout || !board.element.clientWidth) return;
    [sought, own] = [goal, false];
    move(fit(boxOf(goal)));
    trailOf();
  }

  function boxOf(goal) {
    if (goal === null) return layout.box;
    if (goal.village === undefined) return around(layout.x[goal.county], layout.y[goal.county], layout.radius[goal.county]);
    const v = goal.village;
    return around(layout.village.x[v], layout.village.y[v], layout.village.radius[v] * 1.1);
  }

  function move(target) {
    const from = view;
    if (!from || calm()) { view = target; board.redraw(); describe(); return; }
    const begun = performance.now();
    const glide = (now) => {
      const part = Math.min(1, (now - begun) / 350);
      const ease = part * part * (3 - 2 * part);
      const scale = from.scale * (target.scale / from.scale) ** ease;
      const share = target.scale === from.scale ? ease : (1 / scale - 1 / from.scale) / (1 / target.scale - 1 / from.scale);
      view = { scale, x: from.x + (target.x - from.x) * share, y: from.y + (target.y - from.y) * share };
      board.redraw();
      if (part < 1) requestAnimationFrame(glide); else describe();
    };
    requestAnimationFrame(glide);
  }

  function zoom(factor, at = null) {
    if (!view) return;
    own = true;
    const { clientWidth: width, clientHeight: height } = board.element;
    const least = fit(layout.box).scale * 0.8;
    const most = 1 / (NEAREST * Math.min(...layout.radius) * 0.1);
    const scale = Math.max(least, Math.min(most, view.scale * factor));
    const [px, py] = at ?? [width / 2, height / 2];
    const [mx, my] = toMap(px, py);
    view = { scale, x: mx - (px - width / 2) / scale, y: my - (py - height / 2) / scale };
    board.redraw();
  }

  function toMap(px, py) {
    const { clientWidth: width, clientHeight: height } = board.element;
    return [view.x + (px - width / 2) / view.scale, view.y + (py - height / 2) / view.scale];
  }

  // ---- what is under the pointer

  function under(px, py) {
    if (!view || !layout) return null;
    const [mx, my] = toMap(px, py);
    let [best, found] = [Infinity, null];
    for (let c = 0; c < layout.n; c += 1) {
      const distance = Math.hypot(layout.x[c] - mx, layout.y[c] - my);
      const reach = layout.radius[c];
      if (distance < best && distance < Math.max(reach, 9 / view.scale)) { best = distance; found = { county: c }; }
    }
    if (!found || !film.near || layout.radius[found.county] * view.scale < OPEN_COUNTY) return found;
    const { first_village: first, villages: sizes } = film.opening.places.counties;
    for (let v = first[found.county]; v < first[found.county] + sizes[found.county]; v += 1) {
      const distance = Math.hypot(layout.village.x[v] - mx, layout.village.y[v] - my);
      if (distance < Math.max(layout.village.radius[v], 5 / view.scale)) return { county: found.county, village: v };
    }
    return found;
  }

  function sayOf(thing) {
    const month = clock.month;
    const frame_ = film.frames[month];
    if (!thing || !frame_) return "";
    if (thing.village !== undefined) {
      const unit = film.opening.places.units[thing.village];
      const lines = [villageName(thing.village), t(`app.kind.${unit & 3}`) + (unit & 4 ? ` · ${t("stratum.remote")}` : ""),
        t(`app.village.${STATES[film.villagesAt(month)[thing.village]]}`)];
      if (frame_.unmet) lines.push(t("app.place.unmet", { n: whole(frame_.unmet[thing.village]) }));
      return lines.join("\n");
    }
    const c = thing.county;
    const all = film.opening.places.counties.villages[c];
    const lines = [countyName(c), t("app.place.posts", { n: whole(frame_.countyPosts[2 * c]), all: whole(all), active: whole(frame_.countyPosts[2 * c + 1]) })];
    if (frame_.countyNeeds) lines.push(t("app.place.needs", { unmet: whole(frame_.countyNeeds[3 * c]), waiting: whole(frame_.countyNeeds[3 * c + 1]) }));
    return lines.join("\n");
  }

  function countyName(c) {
    const { name, name_en, province, province_en } = film.opening.places.counties;
    if (film.opening.places.invented) return language() === "zh" ? name[c] : t("app.place.county", { name: name_en[c] || name[c] });
    return language() === "zh" ? `${name[c]}（${province[c]}）` : `${name_en[c] || name[c]}, ${province_en[c]}`;
  }

  function villageName(v) {
    const given = film.opening.places.village_names[v];
    const { first_village: first } = film.opening.places.counties;
    return given || t("app.place.village", { n: v - first[layout.village.county[v]] + 1 });
  }

  function goals() {
    if (!film?.opening || !layout) return [["", ""]];
    const named = layout.n > 1
      ? [...Array(layout.n).keys()].map((c) => [`c${c}`, countyName(c)])
      : [...film.villages.keys()].map((v) => [`v${v}`, villageName(v)]);
    return [["", t("app.place.choose")], ...named];
  }

  function go(value) {
    if (value === "") show(null);
    else if (value[0] === "c") show({ county: Number(value.slice(1)) });
    else show({ village: Number(value.slice(1)), county: layout.village.county[Number(value.slice(1))] });
  }

  // ---- words around the map

  function legendOf() {
    const item = (name, say) => h("li", {}, h("span.swatch", { style: `background:var(--${name})` }), say);
    const near = layout && film.near && (layout.n === 1 || Math.max(...visibleRadii()) > OPEN_COUNTY);
    const rows = near
      ? STATES.map((state) => item(`village-${state}`, t(`app.village.${state}`)))
      : LEVELS.map((low, level) => item(`level-${level}`, level === 0 ? t("app.level.none") : t("app.level", { low: percent(low), high: percent(LEVELS[level + 1] ?? 1) })));
    const opened_ = near && view && kept.size > 0;
    legend.replaceChildren(h("li.head", {}, t(near ? (film.opening.follows ? "app.legend.numbers" : "app.legend.villages") : "app.legend.counties")), ...rows,
      ...(opened_ ? ["untouched", "gathering", "waiting", "served"].map((name) => item(name === "served" ? "served" : `need-${name}`, t(`app.need.${name}`))) : []));
  }

  function visibleRadii() {
    if (!view) return [0];
    const { clientWidth: width, clientHeight: height } = board.element;
    const radii = [0];
    for (let c = 0; c < layout.n; c += 1) {
      if (Math.abs(layout.x[c] - view.x) * view.scale < width / 2 && Math.abs(layout.y[c] - view.y) * view.scale < height / 2) radii.push(layout.radius[c] * view.scale);
    }
    return radii;
  }

  function trailOf() {
    if (!film?.opening || !layout) { trail.replaceChildren(); return; }
    const step = (say, goal) => h("button.link", { type: "button", onclick: () => show(goal) }, say);
    const parts = [step(worldName(film.opening.world), null)];
    if (sought?.county !== undefined && layout.n > 1) parts.push(h("span", { "aria-hidden": "true" }, "›"), step(countyName(sought.county), { county: sought.county }));
    if (sought?.village !== undefined) parts.push(h("span", { "aria-hidden": "true" }, "›"), h("span", {}, villageName(sought.village)));
    trail.replaceChildren(...parts);
  }

  function creditOf() {
    if (!film?.opening) { credit.textContent = ""; return; }
    credit.textContent = film.opening.places.invented ? t("app.place.invented") : [t("figure.credit"), t(film.near ? "app.place.schematic" : "app.place.counties_alone")].join(t("app.stop_mark"));
  }

  function describe() {
    const month = clock.month;
    if (!film?.frames[month]) return;
    const posts = film.frames[month].posts;
    board.element.setAttribute("aria-label", t("app.place.says", { n: number(film.villages.length), posts: whole(posts.villages_with_post), active: whole(posts.villages_active) }));
    legendOf();
  }

  // ---- drawing

  function draw(context, width, height) {
    if (!layout || !film.known) { context.clearRect(0, 0, width, height); return; }
    if (!view || !Number.isFinite(view.scale) || (size !== `${width} ${height}` && !own)) view = fit(boxOf(sought));
    size = `${width} ${height}`;
    const month = Math.min(clock.month, film.known - 1);
    const opened_ = drawPlaces(context, width, height, { film, layout, view, month, over, kept, villageName, countyName });
    for (const v of opened_) fetchVillage(v);
  }

  async function fetchVillage(v) {
    if (kept.has(v) || !film.opening.follows || !film.job?.id || film.state !== "done") return;
    kept.set(v, null);
    try { kept.set(v, await get(`/api/jobs/${film.job.id}/villages/${v}`)); } catch { return; }
    legendOf();
    board.redraw();
  }

  // ---- hands

  const pointers = new Map();
  let moved = 0;
  const place = (event) => { const box = board.element.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  board.element.addEventListener("wheel", (event) => { event.preventDefault(); zoom(WHEEL ** -event.deltaY, place(event)); describe(); }, { passive: false });
  board.element.addEventListener("pointerdown", (event) => { board.element.setPointerCapture(event.pointerId); pointers.set(event.pointerId, place(event)); moved = 0; });
  board.element.addEventListener("pointermove", (event) => {
    const now = place(event);
    if (!pointers.has(event.pointerId)) { hover(now); return; }
    const before = pointers.get(event.pointerId);
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
    if (others.length && view) zoom(Math.hypot(now[0] - others[0][0], now[1] - others[0][1]) / Math.max(1, Math.hypot(before[0] - others[0][0], before[1] - others[0][1])), others[0]);
    else if (view && moved > 3) { own = true; view = { ...view, x: view.x - (now[0] - before[0]) / view.scale, y: view.y - (now[1] - before[1]) / view.scale }; board.redraw(); }
    pointers.set(event.pointerId, now);
  });
  const lift = (event) => {
    if (pointers.delete(event.pointerId) && moved <= 3 && event.type === "pointerup") { const thing = under(...place(event)); if (thing) show(thing); }
    describe();
  };
  board.element.addEventListener("pointerup", lift);
  board.element.addEventListener("pointercancel", lift);
  board.element.addEventListener("pointerleave", () => { over = null; tip.hidden = true; board.redraw(); });
  board.element.addEventListener("keydown", (event) => {
    const pan = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (pan && view) { own = true; view = { ...view, x: view.x + (pan[0] * 60) / view.scale, y: view.y + (pan[1] * 60) / view.scale }; }
    else if (event.key === "+" || event.key === "=") zoom(STEP);
    else if (event.key === "-") zoom(1 / STEP);
    else if (event.key === "Home") show(null);
    else return;
    event.preventDefault();
    board.redraw();
    describe();
  });

  function hover([px, py]) {
    const thing = under(px, py);
    const changed = JSON.stringify(thing) !== JSON.stringify(over);
    over = thing;
    tip.hidden = !thing;
    if (thing) {
      tip.textContent = sayOf(thing);
      const room = board.element.clientWidth;
      tip.style.left = `${Math.max(4, Math.min(px + 14, room - tip.offsetWidth - 4))}px`;
      tip.style.top = `${py + 18 + tip.offsetHeight > board.element.clientHeight ? py - tip.offsetHeight - 8 : py + 18}px`;
    }
    if (changed) board.redraw();
  }

  clock.on("month", () => { board.redraw(); if (!clock.playing) describe(); if (over) tip.textContent = sayOf(over); });
  clock.on("play", describe);
  return { element: frame.element, use, show, redraw: board.redraw, board, look: () => view, setView: (next) => { view = next; board.redraw(); }, layout: () => layout };
}

