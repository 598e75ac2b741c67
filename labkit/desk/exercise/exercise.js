// The exercise panel.  The kernel decides everything; this shows its state and sends wishes.
import { button, el, follow, frame } from "../dom.js";
import { inline, prose } from "../prose.js";

const RUNGS = { nudge: "A nudge", where: "Where to look", command: "Which command", answer: "The answer" };

// A button that asks once more before it does something that cannot be taken back.
function twice(label, sure, act) {
  const reset = () => { node.textContent = label; armed = false; };
  let armed = false;
  const node = button(label, () => {
    if (armed) { reset(); act(); return; }
    armed = true;
    node.textContent = sure;
  });
  node.addEventListener("blur", reset);
  return node;
}

function verdict([holds, sentence]) {
  return el("li", { class: holds ? "labkit-holds" : "labkit-not-yet" },
    el("span", { "aria-hidden": "true" }, holds ? "✓ " : "○ "),
    el("span", { class: "labkit-unseen" }, holds ? "Holds: " : "Not yet: "),
    ...inline(sentence));
}

function outcome(state) {
  const verdicts = state.verdicts ?? [];
  const good = verdicts.filter(([holds]) => holds).length;
  if (state.said) return state.said;
  if (state.outcome === "not attempted") return "Not attempted: nothing has changed since the checkpoint.";
  if (state.outcome === "passed") return `Passed: all ${verdicts.length} checks hold.`;
  if (state.outcome === "not yet") return `Not yet: ${good} of ${verdicts.length} checks hold.`;
  return state.passed ? "You have passed this before." : "";
}

function render({ model, el: host }) {
  const about = model.get("about");
  const body = frame(model, host, `Exercise: ${about.title}`, "exercise");
  const badge = el("span", { class: "labkit-badge" });
  const said = el("p", { role: "status", class: "labkit-said" });
  const checks = el("ul", { class: "labkit-checks", "aria-label": "Checks" });
  const hints = el("div", { class: "labkit-hints" });
  const solution = el("div", { class: "labkit-solution", hidden: true });
  const check = button("Check my work", () => model.send({ kind: "check" }));
  const hint = button("Hint", () => model.send({ kind: "hint" }));
  const show = twice("Solution", "Show it, really", () => model.send({ kind: "solution" }));
  const start = twice(`Start at ${about.start}`, "Start again, really", () => model.send({ kind: "start" }));
  body.append(
    el("div", { class: "labkit-bar" },
      el("span", { class: "labkit-title" }, `Exercise: ${about.title}`), badge),
    el("div", { class: "labkit-prose" }, ...prose(about.task)),
    el("div", { class: "labkit-bar" }, check, hint, show, start),
    said, checks, hints, solution,
  );
  let shown = 0;
  follow(model, ["state", "work"], () => {
    const state = model.get("state") ?? {};
    const busy = Boolean(model.get("work")?.what);
    badge.textContent = state.passed ? "✓ passed" : "";
    if (said.textContent !== outcome(state)) said.textContent = outcome(state);
    checks.replaceChildren(...(state.verdicts ?? []).map(verdict));
    const taken = state.hints ?? [];
    if (taken.length < shown) { hints.replaceChildren(); shown = 0; }
    for (const [rung, text] of taken.slice(shown)) {
      hints.append(el("section", { "aria-label": RUNGS[rung] ?? rung },
        el("strong", {}, `${RUNGS[rung] ?? rung}: `), ...prose(text)));
    }
    shown = taken.length;
    hint.textContent = taken.length < about.rungs ? `Hint ${taken.length + 1} of ${about.rungs}` : "No more hints";
    hint.disabled = taken.length >= about.rungs;
    solution.hidden = !state.solution;
    if (state.solution) {
      solution.replaceChildren(
        el("strong", {}, "Solution"),
        el("pre", { class: "labkit-code", tabindex: "0", role: "region", "aria-label": "Solution" }, state.solution));
    }
    for (const each of [check, start]) each.setAttribute("aria-disabled", String(busy));
  });
}

export default { render };
