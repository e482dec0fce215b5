// One run as it arrives, month by month, and the one clock that all views of it share.

import { run, runFile } from "barefoot/source";

/** Numbers that came as base64 of little-endian bytes. */
export function unpackNumbers(text, Kind) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Kind(bytes.buffer);
}

/** A run: its opening, its frames so far, and the state of every village in the month that is shown. */
export class Film extends EventTarget {
  constructor(asked) {
    super();
    this.asked = asked;
    this.opening = null;
    this.frames = [];
    this.state = "loading";
    this.compiling = false;
    this.problems = [];
    this.villages = new Uint8Array(0);
    this.near = true; // whether villages were recorded, not counties alone
    this.villagesMonth = -1;
  }

  /** Ask for the run, or for the one that a scenario file describes. */
  async start(file = null) {
    const on = {
      message: (content) => this.take(content),
      state: ({ state, compiling }) => { this.waiting = state === "waiting"; this.compiling = compiling; this.tell("state"); },
      over: ({ state, problems }) => { this.state = state; this.problems = problems; this.tell("over"); },
    };
    try {
      this.job = file === null ? await run(this.asked, on) : await runFile(file, on);
      if (this.left) this.job.leave();
      if (this.stopped) this.job.stop();
    } catch (error) {
      this.state = "failed";
      this.problems = error.problems ?? [{ key: "", en: String(error), zh: String(error) }];
      this.tell("over");
    }
    return this;
  }

  take(content) {
    if (this.opening === null) {
      this.opening = content;
      const places = content.places;
      this.near = Boolean(places.villages);
      places.units = this.near ? unpackNumbers(places.villages, Uint16Array) : new Uint16Array(places.counties.villages.reduce((sum, n) => sum + n, 0));
      this.villages = new Uint8Array(places.units.length);
      this.tell("opening");
      return;
    }
    content.changed = unpackNumbers(content.posts_changed, Uint32Array);
    content.countyPosts = unpackNumbers(content.county_posts, Uint16Array);
    content.countyNeeds = content.county_needs ? unpackNumbers(content.county_needs, Int32Array) : null;
    content.unmet = content.villages_unmet ? unpackNumbers(content.villages_unmet, Uint16Array) : null;
    this.frames.push(content);
    this.tell("frame");
  }

  tell(what) { this.dispatchEvent(new Event(what)); }

  on(what, listener) { this.addEventListener(what, () => { if (!this.left) listener(); }); return this; }

  /** Nobody looks at this run any more. */
  leave() {
    this.left = true;
    this.job?.leave();
  }

  /** Asked for before the server has said which run it is, it ends as soon as that is known. */
  stop() {
    this.stopped = true;
    this.job?.stop();
  }

  get nMonths() { return this.opening?.n_months ?? 0; }
  get known() { return this.frames.length; }
  get over() { return this.state !== "loading"; }

  /** States of all villages at the end of a month: 0 no post, 1 without a person, 2 untrained, 3 trained. */
  villagesAt(month) {
    if (month < this.villagesMonth) {
      this.villages.fill(0);
      this.villagesMonth = -1;
    }
    while (this.villagesMonth < month) {
      this.villagesMonth += 1;
      for (const change of this.frames[this.villagesMonth].changed) this.villages[change >>> 2] = change & 3;
    }
    return this.villages;
  }

  /** Sum of a measure over services in a month; one service where it is named. */
  need(measure, month, service = -1) {
    const counts = this.frames[month]?.needs?.[measure];
    if (!counts) return NaN;
    return service >= 0 ? counts[service] : counts.reduce((sum, each) => sum + each, 0);
  }

  /** A measure by month, summed over the months of a window that ends there. */
  series(measure, window = 1, service = -1) {
    const values = this.frames.map((_, month) => this.need(measure, month, service));
    if (window === 1) return values;
    let sum = 0;
    return values.map((value, month) => {
      sum += value - (month >= window ? values[month - window] : 0);
      return sum;
    });
  }
}

/** The clock: the month that is shown, and whether it runs. Speed is in months a second. */
export class Clock extends EventTarget {
  constructor() {
    super();
    this.time = 0;
    this.playing = false;
    this.speed = 6;
    this.last = 0;
    this.limit = () => 0;
    this.end = () => 0;
  }

  get month() { return Math.floor(this.time); }
  /** How much of the month has passed, 0 to 1: only what moves between two counts uses it. */
  get part() { return this.time - this.month; }

  seek(month) {
    this.time = Math.max(0, Math.min(month, Math.max(0, this.limit() - 1)));
    this.tell("month");
  }

  play(on = true) {
    if (on && this.time >= this.end() - 1) this.time = 0;
    this.playing = on;
    this.last = performance.now();
    if (on) requestAnimationFrame(this.tick);
    this.tell("play");
  }

  tick = (now) => {
    if (!this.playing) return;
    const before = this.month;
    const ahead = this.time + (Math.max(0, Math.min(now - this.last, 250)) / 1000) * this.speed;
    this.last = now;
    const most = Math.max(0, this.limit() - 1);
    this.time = Math.min(ahead, most);
    if (this.month !== before) this.tell("month");
    this.tell("part");
    if (this.time >= this.end() - 1 && this.end() > 0) { this.playing = false; this.tell("play"); return; }
    requestAnimationFrame(this.tick);
  };

  tell(what) { this.dispatchEvent(new Event(what)); }
  on(what, listener) { this.addEventListener(what, listener); return this; }
}
