// Predict, then run: an answer is committed to before the output shows.
import { button, el, follow, frame, unique, visible } from "../dom.js";
import { choice, inline, prose } from "../prose.js";

// The field for a number, or a radio button a choice; `value()` is what was put in.
function makeField(about, label) {
  if (!about.choices.length) {
    const field = el("input", { type: "text", inputmode: "decimal", size: "10", "aria-labelledby": label });
    const unit = about.unit ? el("span", {}, about.unit) : null;
    return { above: null, nodes: [field, unit].filter(Boolean), value: () => field.value.trim(), fields: [field] };
  }
  const name = unique("choice");
  const fields = about.choices.map((text) => el("input", { type: "radio", name, value: text }));
  const nodes = fields.map((field, n) => choice(field, about.choices[n]));
  const group = el("div", { role: "radiogroup", "aria-labelledby": label }, ...nodes);
  return { above: group, nodes: [], value: () => fields.find((field) => field.checked)?.value ?? "", fields };
}

function render({ model, el: host }) {
  const about = model.get("about");
  const body = frame(model, host, `Predict: ${about.title}`, "predict");
  const label = unique("ask");
  const { above, nodes, value, fields } = makeField(about, label);
  const hint = el("span", { role: "status" });
  const commit = button("That is my answer", () => {
    if (!value()) { hint.textContent = "Answer first."; return; }
    hint.textContent = "";
    model.send({ kind: "commit", answer: value() });
  });
  for (const field of fields) {
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") commit.click(); });
  }
  const seen = el("pre", { class: "labkit-code", tabindex: "0", role: "region", "aria-label": "What happened", hidden: true });
  const verdict = el("p", { role: "status", class: "labkit-said" });
  body.append(
    el("div", { class: "labkit-bar" }, el("span", { class: "labkit-title" }, `Predict: ${about.title}`)),
    el("div", { class: "labkit-prose", id: label }, ...prose(about.ask)),
    ...[above].filter(Boolean),
    el("div", { class: "labkit-bar" }, ...nodes, commit, hint),
    seen, verdict,
  );
  follow(model, ["state"], () => {
    const state = model.get("state") ?? {};
    const done = state.committed != null;
    commit.setAttribute("aria-disabled", String(done));
    commit.hidden = done;
    for (const field of fields) {
      field.disabled = done;
      if (done && field.type === "radio") field.checked = field.value === state.committed;
      else if (done) field.value = state.committed;
    }
    seen.hidden = !state.seen;
    seen.textContent = visible(state.seen ?? "");
    if (state.right == null) return;
    verdict.replaceChildren(el("strong", {}, state.right ? "Right. " : "Not so. "), ...inline(state.explanation));
  });
}

export default { render };
