// Drawing of places: pixels where there are very many dots, circles with names where there are few.

import { colour } from "barefoot/dom";
import { onSunflower, OPEN_COUNTY, OPEN_VILLAGE } from "barefoot/layout";
import { t, whole } from "barefoot/text";

const STATES = ["none", "wanted", "filled", "active"];
const LEVELS = [0.01, 0.1, 0.25, 0.5, 0.75];
const [MANY, LEAST_DOT, DOT_PER_ROOT_CHILD, TEXT, LEAST_NUMBERED] = [4000, 2.2, 0.014, 14, 15];
/** So few counties are all named, where there is room. */
const FEW = 30;
/** States of a need by what is shown of it; the first that a child has decides its colour. */
const NEEDS = [["need-waiting", [6, 7]], ["need-gathering", [3, 4, 5]], ["need-untouched", [2]], ["need-next-term", [8]], ["need-gave-up", [10]], ["served", [9]]];

let palette = null;
function colours() {
  palette ??= {
    villages: STATES.map((state) => colour(`village-${state}`)),
    levels: [0, 1, 2, 3, 4, 5].map((level) => colour(`level-${level}`)),
    needs: NEEDS.map(([name]) => colour(name)),
    ink: colour("ink"), muted: colour("muted"), grid: colour("grid"), paper: colour("paper"), accent: colour("accent"),
  };
  return palette;
}

/** Class of a share: 0 none … 5 most. */
export function level(share) {
  let found = 0;
  while (found < LEVELS.length && share >= LEVELS[found]) found += 1;
  return found;
}

/** Draw everything that can be seen; returns the villages that are near enough to show their households. */
export function drawPlaces(context, width, height, { film, layout, view, month, over, kept, villageName, countyName }) {
  const paint = colours();
  const { first_village: first, villages: sizes, children } = film.opening.places.counties;
  const sx = (x) => (x - view.x) * view.scale + width / 2;
  const sy = (y) => (y - view.y) * view.scale + height / 2;
  const inside = (x, y, r) => x + r > 0 && x - r < width && y + r > 0 && y - r < height;
  const states = film.villagesAt(month);
  const posts = film.frames[month].countyPosts;
  const [open, closed] = [[], []];
  let many = 0;
  for (let c = 0; c < layout.n; c += 1) {
    const r = layout.radius[c] * view.scale;
    if (!inside(sx(layout.x[c]), sy(layout.y[c]), Math.max(r, 12))) continue;
    if (r >= OPEN_COUNTY && film.near) { open.push(c); many += sizes[c]; } else closed.push(c);
  }
  context.clearRect(0, 0, width, height);
  if (many > MANY) pixels(context, width, height, open, { first, sizes, layout, view, states, paint });
  else for (const c of open) discs(context, c, { first, sizes, layout, view, states, sx, sy, paint, width, height });
  closed.sort((a, b) => posts[2 * a + 1] / sizes[a] - posts[2 * b + 1] / sizes[b]);
  const dots = new Map();
  const size = Math.max(0.55, Math.min(1.2, view.scale / 18));
  for (const c of closed) {
    const share = posts[2 * c + 1] / sizes[c];
    const most = Math.max(LEAST_DOT, layout.radius[c] * view.scale);
    const [x, y, r] = [sx(layout.x[c]), sy(layout.y[c]), Math.min(size * (LEAST_DOT + DOT_PER_ROOT_CHILD * Math.sqrt(children[c])), most * 1.6)];
    dot(context, x, y, r, paint.levels[level(share)]);
    dots.set(c, { x, y, r });
  }
  names(context, [...open, ...closed], dots, { layout, view, sx, sy, width, height, countyName, paint, children });
  const near = many <= MANY ? nearVillages(open, { first, sizes, layout, view, sx, sy, inside }) : [];
  for (const v of near) {
    const [x, y, r] = [sx(layout.village.x[v]), sy(layout.village.y[v]), layout.village.radius[v] * view.scale];
    if (r >= OPEN_VILLAGE) households(context, x, y, r, kept.get(v), month, paint, states[v]);
    villageLabel(context, x, y, r, villageName(v), film.frames[month].unmet?.[v], states[v], paint, r >= OPEN_VILLAGE);
  }
  if (over) ring(context, over, { layout, view, sx, sy, paint });
  return near.filter((v) => layout.village.radius[v] * view.scale >= OPEN_VILLAGE);
}

function dot(context, x, y, r, fill) {
  context.beginPath();
  context.arc(x, y, r, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
}

/** Villages of an open county as circles, one path per colour. */
function discs(context, c, { first, sizes, layout, view, states, sx, sy, paint }) {
  for (const hub of layout.hubs) {
    if (hub.county !== c || hub.radius * view.scale < 30) continue;
    context.beginPath();
    context.arc(sx(hub.x), sy(hub.y), hub.radius * view.scale * 0.98, 0, 2 * Math.PI);
    context.lineWidth = 1;
    context.strokeStyle = paint.grid;
    context.stroke();
    if (hub.radius * view.scale > 70) townshipLabel(context, sx(hub.x), sy(hub.y) + (hub.y > layout.y[c] + hub.radius / 10 ? 1 : -1) * (hub.radius * view.scale + 8), hub.number, paint);
  }
  for (let state = 0; state < STATES.length; state += 1) {
    context.beginPath();
    for (let v = first[c]; v < first[c] + sizes[c]; v += 1) {
      if (states[v] !== state) continue;
      const [x, y, r] = [sx(layout.village.x[v]), sy(layout.village.y[v]), Math.max(1, layout.village.radius[v] * view.scale * 0.92)];
      context.moveTo(x + r, y);
      context.arc(x, y, r, 0, 2 * Math.PI);
    }
    context.fillStyle = paint.villages[state];
    context.fill();
  }
}

function townshipLabel(context, x, y, n, paint) {
  context.font = `${TEXT}px ${fontOf(context)}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 5;
  context.strokeStyle = paint.paper;
  context.strokeText(t("app.place.township", { n }), x, y);
  context.fillStyle = paint.muted;
  context.fillText(t("app.place.township", { n }), x, y);
}

let image = null;
const packedColour = (text) => { const [r, g, b] = [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16)); return (255 << 24) | (b << 16) | (g << 8) | r; };

/** Tens of thousands of villages as squares of pixels, written directly into the picture. */
function pixels(context, width, height, open, { first, sizes, layout, view, states, paint }) {
  const { canvas } = context;
  const ratio = canvas.width / width;
  if (!image || image.width !== canvas.width || image.height !== canvas.height) image = context.createImageData(canvas.width, canvas.height);
  const words32 = new Uint32Array(image.data.buffer);
  words32.fill(0);
  const fills = paint.villages.map(packedColour);
  const [w, hgt, scale] = [image.width, image.height, view.scale * ratio];
  const [ox, oy] = [w / 2 - view.x * scale, hgt / 2 - view.y * scale];
  for (const c of open) {
    const end = first[c] + sizes[c];
    for (let v = first[c]; v < end; v += 1) {
      const half = layout.village.radius[v] * scale * 0.8;
      const side = Math.max(1, Math.min(9, Math.round(2 * half)));
      const x0 = Math.round(layout.village.x[v] * scale + ox - side / 2);
      const y0 = Math.round(layout.village.y[v] * scale + oy - side / 2);
      if (x0 < 0 || y0 < 0 || x0 + side > w || y0 + side > hgt) continue;
      const fill = fills[states[v]];
      for (let y = y0; y < y0 + side; y += 1) {
        const row = y * w;
        for (let x = x0; x < x0 + side; x += 1) words32[row + x] = fill;
      }
    }
  }
  context.putImageData(image, 0, 0);
}

/** Names of counties, the largest first, where there is room for them: beside dots, not over them. */
function names(context, shown, dots, { layout, view, sx, sy, width, height, countyName, paint, children }) {
  const room = shown.length < FEW ? [...shown] : shown.filter((c) => layout.radius[c] * view.scale > 34);
  if (layout.n === 1 || !room.length || room.length > 250) return;
  context.font = `${TEXT}px ${fontOf(context)}`;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  const taken = shown.length < FEW ? [...dots.values()].map(({ x, y, r }) => [x - r, y - r, x + r, y + r]) : [];
  for (const c of room.sort((a, b) => children[b] - children[a])) {
    const name = countyName(c);
    const wide = context.measureText(name).width + 6;
    const r = dots.get(c)?.r ?? Math.min(layout.radius[c] * view.scale, 400);
    const [at, top] = [sx(layout.x[c]), sy(layout.y[c]) - r - 5];
    const beside = [[at, top], [at, top + 2 * r + 10 + TEXT], [at + r + 2 + wide / 2, top + r + 10], [at - r - 2 - wide / 2, top + r + 10]];
    for (const [wanted, y] of dots.has(c) ? beside : beside.slice(0, 1)) {
      const x = Math.max(wide / 2, Math.min(width - wide / 2, wanted));
      const box = [x - wide / 2, y - TEXT, x + wide / 2, y + 4];
      if (box[1] < 0 || box[3] > height || taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
      taken.push(box);
      context.lineWidth = 3;
      context.strokeStyle = paint.paper;
      context.strokeText(name, x, y);
      context.fillStyle = paint.ink;
      context.fillText(name, x, y);
      break;
    }
  }
}

const fontOf = (context) => getComputedStyle(context.canvas).fontFamily;

function nearVillages(open, { first, sizes, layout, view, sx, sy, inside }) {
  const near = [];
  for (const c of open) {
    for (let v = first[c]; v < first[c] + sizes[c]; v += 1) {
      const r = layout.village.radius[v] * view.scale;
      if (r >= LEAST_NUMBERED && inside(sx(layout.village.x[v]), sy(layout.village.y[v]), r)) near.push(v);
    }
  }
  return near;
}

function villageLabel(context, x, y, r, name, unmet, state, paint, opened) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  const dark = state === 3 && !opened;
  context.fillStyle = dark ? paint.paper : paint.ink;
  context.font = `600 ${TEXT}px ${fontOf(context)}`;
  if (opened) {
    context.lineWidth = 4;
    context.strokeStyle = paint.paper;
    const label = unmet === undefined ? name : `${name} · ${t("app.place.unmet", { n: whole(unmet) })}`;
    context.strokeText(label, x, y - r - 10);
    context.fillText(label, x, y - r - 10);
    return;
  }
  if (unmet === undefined) { if (context.measureText(name).width < 1.8 * r) context.fillText(name, x, y); return; }
  const tall = r > 30 && context.measureText(name).width < 1.75 * r;
  if (tall) { context.fillText(name, x, y - 9); context.font = `${TEXT}px ${fontOf(context)}`; }
  const label = whole(unmet);
  if (tall || context.measureText(label).width < 1.9 * r) context.fillText(label, x, y + (tall ? 10 : 0));
}

/** Households of a village as squares; those with children in need in the colour of the most pressing need. */
function households(context, x, y, r, known, month, paint, state) {
  dot(context, x, y, r * 0.96, paint.paper);
  context.lineWidth = 3;
  context.strokeStyle = paint.villages[state];
  context.stroke();
  if (!known) return;
  const n = known.households.length;
  const side = Math.max(2, Math.min(16, (1.25 * r) / Math.sqrt(n)));
  known.households.forEach((household, i) => {
    const [dx, dy] = onSunflower(i, Math.max(n, 7), r * 0.88);
    const worst = needOf(household, month);
    const box = [x + dx - side / 2, y + dy - side / 2, side, side];
    context.lineWidth = 1;
    context.strokeStyle = paint.muted;
    context.fillStyle = worst < 0 ? paint.paper : paint.needs[worst];
    context.fillRect(...box);
    context.strokeRect(...box);
  });
}

/** Position in NEEDS of the most pressing need of a household in a month, -1 where there is none. */
export function needOf(household, month) {
  let worst = NEEDS.length;
  for (const needs of household.needs) {
    let state = -1;
    for (const [when, now] of needs) { if (when > month) break; state = now; }
    const position = NEEDS.findIndex(([, states]) => states.includes(state));
    if (position >= 0) worst = Math.min(worst, position);
  }
  return worst === NEEDS.length ? -1 : worst;
}

function ring(context, thing, { layout, view, sx, sy, paint }) {
  const [x, y, r] = thing.village === undefined
    ? [layout.x[thing.county], layout.y[thing.county], layout.radius[thing.county]]
    : [layout.village.x[thing.village], layout.village.y[thing.village], layout.village.radius[thing.village]];
  context.beginPath();
  context.arc(sx(x), sy(y), Math.max(6, r * view.scale), 0, 2 * Math.PI);
  context.lineWidth = 2;
  context.strokeStyle = paint.ink;
  context.stroke();
}
