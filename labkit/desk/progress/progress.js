// Progress over the course: a table, and a line of text that takes it elsewhere.
import { button, el, follow, frame, unique } from "../dom.js";

const MARKS = { passed: "✓", "not yet": "○", "not tried": "" };

// "2 exercises, 1 question, 1 quiz"
function summary(things) {
  const kinds = [...new Set(things.map(([kind]) => kind))];
  return kinds.map((kind) => {
    const count = things.filter(([each]) => each === kind).length;
    return `${count} ${kind}${count === 1 ? "" : kind === "quiz" ? "zes" : "s"}`;
  }).join(", ");
}

// What there is in a notebook; open once something of it was tried, or as it was left by hand.
function makeThings(things, name, left) {
  const begun = things.some(([, , , state]) => state !== "not tried");
  const head = el("summary", {}, summary(things));
  const node = el("details", { open: left.get(name) ?? begun }, head,
    el("ul", { class: "labkit-things" }, ...things.map(([kind, id, title, state]) =>
      el("li", {}, `${MARKS[state] ?? ""} ${kind}: ${title}${state === "not tried" ? "" : ` (${state})`}`))));
  head.addEventListener("click", () => left.set(name, !node.open));
  return node;
}

function table(model) {
  const left = new Map();
  const rows = el("tbody", {});
  const node = el("table", { "aria-label": "Progress" },
    el("thead", {}, el("tr", {}, ...["Notebook", "Passed", "What"].map((word) => el("th", { scope: "col" }, word)))),
    rows);
  follow(model, ["rows"], () => {
    rows.replaceChildren(...model.get("rows").map(([notebook, things]) => {
      const good = things.filter(([, , , state]) => state === "passed").length;
      return el("tr", {},
        el("th", { scope: "row" }, notebook),
        el("td", {}, `${good} of ${things.length}`),
        el("td", {}, makeThings(things, notebook, left)));
    }));
  });
  return node;
}

function render({ model, el: host }) {
  const body = frame(model, host, "Progress over the course", "progress");
  const id = unique("token");
  const area = el("textarea", { id, rows: "3", class: "labkit-code labkit-token", spellcheck: "false" });
  const said = el("p", { role: "status", class: "labkit-said" });
  const restore = button("Restore from this line", () => model.send({ kind: "restore", token: area.value }));
  area.addEventListener("keydown", (event) => event.stopPropagation());
  body.append(
    el("div", { class: "labkit-bar" }, el("span", { class: "labkit-title" }, "Progress over the course")),
    el("div", { class: "labkit-wide" }, table(model)),
    el("label", { for: id }, "Your progress as one line, to take elsewhere or to bring back:"),
    area,
    el("div", { class: "labkit-bar" }, button("Give me the line", () => model.send({ kind: "token" })), restore),
    said,
  );
  follow(model, ["token_text", "said"], () => {
    if (model.get("token_text")) { area.value = model.get("token_text"); area.select(); }
    said.textContent = model.get("said");
  });
}

export default { render };
