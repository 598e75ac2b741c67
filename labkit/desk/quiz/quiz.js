// The quiz: a fieldset a question; the kernel says why a choice is right or not.
import { el, button, follow, frame, unique } from "../dom.js";
import { choice, inline } from "../prose.js";

function makeItem(model, item, number) {
  const name = unique("quiz");
  const fields = item.choices.map((_, n) => el("input", { type: "radio", name, value: n + 1 }));
  const said = el("p", { role: "status", class: "labkit-said" });
  let sent = 0; // who has chosen otherwise since then keeps that
  const answer = button("Answer", () => {
    const chosen = fields.findIndex((field) => field.checked) + 1;
    sent = chosen;
    if (chosen) model.send({ kind: "answer", item: item.id, choice: chosen });
    else said.textContent = "Choose one first.";
  });
  const node = el("fieldset", { class: "labkit-question" },
    el("legend", {}, `${number}. `, ...inline(item.ask)),
    ...fields.map((field, n) => choice(field, item.choices[n])),
    answer, said);
  let shown = "";
  const draw = (state) => {
    const now = JSON.stringify(state ?? null);
    if (!state || now === shown) return;
    shown = now;
    if (state.choice !== sent) fields[state.choice - 1].checked = true;
    sent = 0;
    said.replaceChildren(el("strong", {}, state.right ? "✓ Right. " : "○ Not so. "), ...inline(state.because));
  };
  return { node, draw };
}

function render({ model, el: host }) {
  const about = model.get("about");
  const body = frame(model, host, `Quiz: ${about.title}`, "quiz");
  const count = el("span", { role: "status" });
  const items = about.items.map((item, index) => makeItem(model, item, index + 1));
  body.append(
    el("div", { class: "labkit-bar" }, el("span", { class: "labkit-title" }, `Quiz: ${about.title}`), count),
    ...items.map((item) => item.node),
  );
  follow(model, ["state"], () => {
    const answers = model.get("state")?.answers ?? {};
    about.items.forEach((item, index) => items[index].draw(answers[item.id]));
    const right = about.items.filter((item) => answers[item.id]?.right).length;
    count.textContent = Object.keys(answers).length ? `${right} of ${about.items.length} right` : "";
  });
}

export default { render };
