// What can be taken away: the scenario as a file, the command that reproduces the run, and files of the server.

import { button, h, panel, save, words } from "barefoot/dom";
import { offline } from "barefoot/source";
import { language, onLanguage, t } from "barefoot/text";

const FILES = ["handout", "workbook", "results"];
const OF_CHILDREN = new Set(["workbook", "results"]);

/** Make the panel; runFile(content) starts a scenario file that the reader opens. */
export function downloadView(filmOf, runFile) {
  const frame = panel("app.download");
  frame.element.classList.add("downloads");
  const command = h("code.command");
  const copied = h("span.copied", { role: "status" });
  const open = h("input", { type: "file", accept: ".yaml,.yml", id: "open-scenario", onchange: async () => { if (open.files[0]) runFile(await open.files[0].text()); open.value = ""; } });
  const copy = button("app.copy", async () => { try { await navigator.clipboard.writeText(command.textContent); copied.textContent = t("app.copied"); } catch { getSelection().selectAllChildren(command); } }, ".quiet");
  const scenario = button("app.download.scenario", () => save("scenario.yaml", scenarioFile(filmOf()), "application/yaml"), ".quiet");
  const files = FILES.map((name) => ({ name, link: words("a.button.quiet", `app.download.${name}`, () => ({}), { download: "" }) }));
  frame.body.append(
    h("div.command-line", {}, command, copy, copied),
    h("div.files", {}, scenario, ...(offline ? [] : files.map(({ link }) => link)), offline ? "" : h("label.button.quiet", { for: "open-scenario" }, words("span", "app.download.open"), open)));

  function draw() {
    const film = filmOf();
    const done = film?.state === "done";
    frame.show(done ? "ready" : "empty", "app.download.none");
    if (!done) return;
    command.textContent = commandOf(film);
    copied.textContent = "";
    for (const { name, link } of files) link.hidden = OF_CHILDREN.has(name) && !film.opening.has_children;
    for (const { name, link } of files) link.href = `/api/jobs/${film.job?.id}/${name}?language=${language()}`;
  }
  onLanguage(draw);
  return { element: frame.element, use(film) { draw(); film.on("over", () => setTimeout(draw)); } };
}

/** The command that writes this run to a folder. */
export function commandOf(film) {
  const { world, strategy, parameters, seed, until, has_children: children } = film.opening;
  const set = Object.entries(parameters).map(([name, value]) => ` --set ${name}=${value}`).join("");
  return `python run.py simulate ${strategy} --world ${world} --children ${children ? "all" : "none"} --seed ${seed} --until ${until}${set}`;
}

/** The scenario as a file that `run.py` and this page can read. */
export function scenarioFile(film) {
  const { world, strategy, parameters, seed, until, has_children: children } = film.opening;
  const set = Object.entries(parameters);
  return `# Barefoot: ${commandOf(film)}\nworld: ${world}\nstrategy: ${strategy}\nseed: ${seed}\nuntil: ${until}\nchildren: ${children ? "all" : "none"}\n` +
    (set.length ? `parameters:\n${set.map(([name, value]) => `  ${name}: ${value}\n`).join("")}` : "");
}
