// Where runs come from: the server that streams them, or recordings inside a hand-out.

import { t } from "barefoot/text";

const inlined = (name) => document.getElementById(`inlined-${name}`)?.textContent ?? null;
const unpacked = new Map();

/** Whether this page is a file without a server. */
export const offline = inlined("catalogue") !== null;

/** Read compressed base64 that stands in the page. */
async function unpack(name) {
  if (!unpacked.has(name)) {
    const bytes = Uint8Array.from(atob(inlined(name)), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    unpacked.set(name, new Response(stream).json());
  }
  return unpacked.get(name);
}

/** The views that this page has something for: all of them, or those that a hand-out was made with. */
export const offered = async () => (offline ? unpack("views") : ["play", "compare", "child", "lessons"]);

/** The words of the page, and what it can offer. */
export async function load(what) {
  if (offline) return unpack(what);
  const answer = await fetch(`/api/${what}`);
  if (!answer.ok) throw new Error(`${what}: ${answer.status}`);
  return answer.json();
}

/** What a run is asked for, in a form that can be compared. */
export const asKey = (asked) => JSON.stringify(asked, Object.keys(asked).concat(Object.keys(asked.parameters ?? {})).sort());

/** Problems as the server tells them, thrown. */
export class Refused extends Error {
  constructor(problems) {
    super(problems.map((problem) => problem.en).join("\n"));
    this.problems = problems;
  }
}

/** The last wish to stop, on its way: what is asked for next must not arrive before it. */
let stopping = Promise.resolve();

async function post(address, content, kind = "application/json") {
  let answer;
  await stopping;
  try {
    answer = await fetch(address, { method: "POST", headers: { "content-type": kind }, body: content });
  } catch {
    throw new Refused([{ key: "", code: "", en: t("app.gone"), zh: t("app.gone") }]);
  }
  const told = await answer.json();
  if (!answer.ok) throw new Refused(told.problems);
  return told.id;
}

export async function get(address) {
  const answer = await fetch(address);
  const told = await answer.json();
  if (!answer.ok) throw new Refused(told.problems);
  return told;
}

/**
 * Follow a job. on.message(content), on.state({state, compiling}), on.over({state, problems}).
 * Returns {id, stop, leave}: to end the work, or only to stop listening.
 */
export function follow(id, on) {
  const stream = new EventSource(`/api/jobs/${id}`);
  let tries = 0;
  stream.onmessage = (event) => { tries = 0; on.message(JSON.parse(event.data)); };
  stream.addEventListener("state", (event) => on.state?.(JSON.parse(event.data)));
  stream.addEventListener("over", (event) => { stream.close(); on.over?.(JSON.parse(event.data)); });
  stream.onerror = () => {
    tries += 1;
    if (stream.readyState === EventSource.CLOSED || tries > 3) {
      stream.close();
      on.over?.({ state: "failed", problems: [{ key: "", code: "", en: t("app.gone"), zh: t("app.gone") }] });
    }
  };
  return {
    id,
    leave: () => stream.close(),
    stop() { stopping = Promise.allSettled([stopping, fetch(`/api/jobs/${id}`, { method: "DELETE" })]); },
  };
}

/** Follow a child of a scenario by story and rank; a hand-out knows those that it was made with. */
export async function lifeOf(scenario, story, rank, on) {
  if (!offline) return follow(await post("/api/lives", JSON.stringify({ scenario, story, rank })), on);
  const lives = await unpack("lives");
  const found = lives.find((each) => each.story === story);
  if (!found) throw new Refused([{ key: "", code: "", en: t("app.offline.none"), zh: t("app.offline.none") }]);
  on.message(found);
  on.over?.({ state: "done", problems: [] });
  return { id: "", leave() {}, stop() {} };
}

/** Start a run and follow it; without a server the recording is read instead. */
export async function run(asked, on) {
  if (offline) {
    const recordings = await unpack("recordings");
    const found = recordings.find((each) => asKey(each.asked) === asKey(asked));
    if (!found) throw new Refused([{ key: "", code: "", en: t("app.offline.none"), zh: t("app.offline.none") }]);
    for (const message of found.messages) on.message(message);
    on.over?.({ state: "done", problems: [] });
    return { id: "", leave() {}, stop() {} };
  }
  return follow(await post("/api/runs", JSON.stringify(asked)), on);
}

/** Runs recorded in a hand-out. */
export const recorded = async () => (offline ? (await unpack("recordings")).map((each) => each.asked) : []);

/** Comparisons recorded in a hand-out: both scenarios, each with the name of its strategy where it is not a shipped one. */
export async function comparisons() {
  if (!offline) return [];
  const [known, runs] = await Promise.all([unpack("comparisons"), unpack("recordings")]);
  const label = (asked) => runs.find((each) => asKey(each.asked) === asKey(asked))?.messages[0].label;
  return known.map(({ first, second }) => ({ first, second, labels: [label(first), label(second)] }));
}

/** Run a scenario file. */
export const runFile = async (content, on) => follow(await post("/api/runs", content, "application/yaml"), on);

/** Compare two scenarios on several seeds; a hand-out knows the comparisons that it was made with. */
export async function compare(first, second, replications, on) {
  if (offline) {
    const known = await unpack("comparisons");
    const found = known.find((each) => asKey(each.first) === asKey(first) && asKey(each.second) === asKey(second));
    if (!found) throw new Refused([{ key: "", code: "", en: t("app.offline.none"), zh: t("app.offline.none") }]);
    on.message(found.message);
    on.over?.({ state: "done", problems: [] });
    return { id: "", leave() {}, stop() {} };
  }
  return follow(await post("/api/comparisons", JSON.stringify({ first, second, replications })), on);
}

/** The library of charts, loaded when the first chart is drawn. */
let charts;
export function chartLibrary() {
  charts ??= offline ? unpack("charts").then(runCharts) : new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = "/chart_library.js";
    script.onload = () => done(window.vegaEmbed);
    script.onerror = () => fail(new Error("charts"));
    document.head.append(script);
  });
  return charts;
}

function runCharts(source) {
  const script = document.createElement("script");
  script.textContent = source;
  document.head.append(script);
  return window.vegaEmbed;
}
