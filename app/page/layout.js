// Where things stand: counties at their seats, villages by township around the seat; invented places likewise.

export const OPEN_COUNTY = 15; // radius in pixels from which a county shows its villages
export const OPEN_VILLAGE = 60; // and a village its households

const MIDDLE_LATITUDE = (36 * Math.PI) / 180;
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));
const [LEAST_RADIUS, MOST_RADIUS, LONE_RADIUS] = [0.02, 0.6, 1];
const PART_OF_NEIGHBOUR = 0.46;
const SHARED_REACH = 0.09;

/** Positions of counties and villages in map units (a degree of latitude). */
export function layOut(places) {
  const { lon, lat, villages: sizes, first_village: first, townships } = places.counties;
  const n = lon.length;
  const [x, y] = seats(lon, lat);
  const radius = countyRadii(x, y);
  const total = places.units.length;
  const village = {
    x: new Float32Array(total), y: new Float32Array(total), radius: new Float32Array(total),
    county: new Int32Array(total),
  };
  const hubs = [];
  for (let c = 0; c < n; c += 1) {
    const groups = Array.from({ length: Math.max(1, townships[c]) }, () => []);
    for (let v = first[c]; v < first[c] + sizes[c]; v += 1) groups[Math.min(places.units[v] >>> 3, groups.length - 1)].push(v);
    const used = groups.filter((group) => group.length);
    const reach = radius[c] * (used.length === 1 ? 0.96 : packed(used.length));
    used.forEach((group, number) => {
      const [dx, dy] = used.length === 1 ? [0, 0] : onSunflower(number, used.length, radius[c] - reach);
      const [cx, cy] = [x[c] + dx, y[c] + dy];
      hubs.push({ county: c, x: cx, y: cy, radius: reach, number: number + 1 });
      const own = packed(group.length) * reach * 0.88;
      group.forEach((v, place) => {
        const [vx, vy] = group.length === 1 ? [0, 0] : onSunflower(place, group.length, reach * 0.97 - own);
        village.x[v] = cx + vx;
        village.y[v] = cy + vy;
        village.radius[v] = own;
        village.county[v] = c;
      });
    });
  }
  return { n, x, y, radius, village, hubs, box: boxOf(x, y, radius) };
}

/** Positions of seats; counties that share one stand around it, those without one in a row below all others. */
function seats(lon, lat) {
  const x = Float64Array.from(lon, (each) => (each === null ? NaN : each * Math.cos(MIDDLE_LATITUDE)));
  const y = Float64Array.from(lat, (each) => (each === null ? NaN : -each));
  const shared = new Map();
  x.forEach((each, c) => { const key = `${each} ${y[c]}`; shared.set(key, [...(shared.get(key) ?? []), c]); });
  for (const group of shared.values()) {
    if (group.length === 1 || Number.isNaN(x[group[0]])) continue;
    group.forEach((c, i) => { const [dx, dy] = onSunflower(i, Math.max(group.length, 2), SHARED_REACH * Math.sqrt(group.length)); x[c] += dx; y[c] += dy; });
  }
  const known = [...x.keys()].filter((c) => !Number.isNaN(x[c]));
  const [right, below] = [Math.max(...known.map((c) => x[c])), Math.max(...known.map((c) => y[c])) + 1.5];
  [...x.keys()].filter((c) => Number.isNaN(x[c])).forEach((c, i) => { x[c] = right - 1.2 * i; y[c] = below; });
  return [x, y];
}

/** Radius of n equal discs that fit into a disc of radius 1; exact up to six on a ring. */
function packed(n) {
  return [0.6, 0.6, 0.5, 0.464, 0.414, 0.37, 0.333][n] ?? 0.74 / Math.sqrt(n);
}

/** The i-th of n points spread evenly over a disc. */
export function onSunflower(i, n, reach) {
  const distance = n < 7 ? (n === 1 ? 0 : reach) : reach * Math.sqrt((i + 0.5) / n);
  const angle = n < 7 ? (2 * Math.PI * i) / n - Math.PI / 2 : i * GOLDEN_ANGLE;
  return [distance * Math.cos(angle), distance * Math.sin(angle)];
}

/** Discs that do not meet: a little less than half the way to the nearest seat. */
function countyRadii(x, y) {
  const n = x.length;
  if (n === 1) return new Float64Array([LONE_RADIUS]);
  const order = [...x.keys()].sort((a, b) => x[a] - x[b]);
  const radius = new Float64Array(n);
  order.forEach((c, rank) => {
    let nearest = Infinity;
    for (const step of [-1, 1]) {
      for (let k = rank + step; k >= 0 && k < n && Math.abs(x[order[k]] - x[c]) < nearest; k += step) {
        const distance = Math.hypot(x[order[k]] - x[c], y[order[k]] - y[c]);
        if (distance > 0) nearest = Math.min(nearest, distance);
      }
    }
    radius[c] = Math.max(LEAST_RADIUS, Math.min(MOST_RADIUS, nearest * PART_OF_NEIGHBOUR));
  });
  return radius;
}

function boxOf(x, y, radius) {
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  for (let c = 0; c < x.length; c += 1) {
    box.left = Math.min(box.left, x[c] - radius[c]);
    box.right = Math.max(box.right, x[c] + radius[c]);
    box.top = Math.min(box.top, y[c] - radius[c]);
    box.bottom = Math.max(box.bottom, y[c] + radius[c]);
  }
  return box;
}
