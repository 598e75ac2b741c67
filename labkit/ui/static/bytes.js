// Where the bytes of a frame go: a form, a bar for every frame, the same as a table.
// The sums are the kernel's; this shows them.
import { el, follow, frame, unique, visible } from "./dom.js";

const GUARDS = {
  clear: "clear: anybody reads and may change it",
  authenticated: "authenticated: readable, but not to be changed unnoticed",
  encrypted: "encrypted, and authenticated where there is an ICV",
};

function makeForm(model) {
  const ask = (name, value) => model.send({ kind: "ask", name, value });
  const setters = [];

  function choice(name, label) {
    const select = el("select", {}, ...model.get("choices")[name].map(([value, words]) => el("option", { value }, words)));
    select.addEventListener("change", () => ask(name, select.value));
    setters.push((packing) => { select.value = packing[name]; });
    return el("label", {}, label, select);
  }

  // A number to type, and a slider over the range that is worth a look.
  function amount(name, label, low, high) {
    const id = unique(name);
    const slider = el("input", { type: "range", min: low, max: high, "aria-label": `${label}, slider` });
    const typed = el("input", { id, type: "number", min: low });
    slider.addEventListener("input", () => { typed.value = slider.value; ask(name, Number(slider.value)); });
    typed.addEventListener("change", () => { if (typed.value) ask(name, Math.round(Number(typed.value))); });
    typed.addEventListener("keydown", (event) => event.stopPropagation());
    setters.push((packing) => {
      if (document.activeElement !== slider) slider.value = packing[name];
      if (document.activeElement !== typed) typed.value = packing[name]; // nobody's typing is undone
    });
    return el("div", {}, el("label", { for: id }, label), el("div", { class: "labkit-bytes-pair" }, typed, slider));
  }

  function check(name, label) {
    const box = el("input", { type: "checkbox" });
    box.addEventListener("change", () => ask(name, box.checked));
    setters.push((packing) => { box.checked = packing[name]; });
    return el("label", { class: "labkit-bytes-check" }, box, label);
  }

  const node = el(
    "div", { class: "labkit-bytes-form", role: "group", "aria-label": "What is sent, and how" },
    choice("transform", "Transform set"), choice("mode", "Mode"), choice("kind", "Packet"), choice("place", "Looked at"),
    amount("size", "IP packet, bytes", 28, 1600), amount("mtu", "MTU outside, bytes", 576, 1600),
    check("nat", "ESP in UDP 4500 (a NAT in between)"), check("dont_fragment", "Don’t fragment (DF)"),
  );
  follow(model, ["packing"], () => setters.forEach((set) => set(model.get("packing"))));
  return node;
}

// Every frame as a bar on one scale; a part is a button that explains itself.
function makeBars(model) {
  const node = el("div");
  const said = el("p", { class: "labkit-bytes-said", role: "status" }, "Choose a part of a bar to see its fields.");
  let chosen = "";
  let parts = [];

  function explain(part) {
    const fields = part.fields.map(([name, size]) => `${name} ${size}`).join(", ");
    said.textContent = `${part.name}: ${part.size} bytes, ${part.guard}${part.why ? ` — ${part.why}` : ""}${part.fields.length > 1 ? ` (${fields})` : ""}`;
  }

  function draw() {
    const { frames } = model.get("answer");
    const widest = Math.max(...frames.map((each) => each.size));
    const focus = parts.findIndex(({ button }) => button === document.activeElement);
    parts = [];
    node.replaceChildren(...frames.map((each, index) => el(
      "div", { class: "labkit-bytes-frame" },
      el("h4", {}, `${each.title}: ${each.size} bytes`),
      el("div", { class: "labkit-bytes-bar", role: "group", "aria-label": `The frame ${each.title}, part by part`, style: `width: ${(100 * each.size) / widest}%` },
        ...each.parts.map((part, n) => {
          const key = `${index}/${part.name}`;
          const share = (100 * part.size) / each.size;
          const made = el("button", {
            type: "button", class: `labkit-bytes-part labkit-bytes-${part.guard}`, style: `width: ${share}%`,
            title: `${part.name}, ${part.size}`, "aria-label": `${part.name}, ${part.size} bytes, ${part.guard}`,
            "aria-pressed": String(key === chosen), tabindex: index === 0 && n === 0 ? 0 : -1,
            onclick: () => { chosen = key; explain(part); press(); },
          }, el("span", {}, share > 5 ? part.name : ""), el("span", {}, share > 2.5 ? String(part.size) : ""));
          parts.push({ button: made, key, part });
          return made;
        })),
    )));
    const again = parts.find(({ key }) => key === chosen);
    if (again) explain(again.part);
    if (focus >= 0) (again ?? parts[Math.min(focus, parts.length - 1)]).button.focus();
  }

  const press = () => parts.forEach(({ button, key }) => button.setAttribute("aria-pressed", String(key === chosen)));

  node.addEventListener("keydown", (event) => {
    const at = parts.findIndex(({ button }) => button === event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: parts.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = parts[Math.max(0, Math.min(parts.length - 1, to))];
    parts.forEach(({ button }) => { button.tabIndex = -1; });
    next.button.tabIndex = 0;
    next.button.focus();
    explain(next.part);
  });
  follow(model, ["answer"], draw);
  return [node, said];
}

function makeTable(model) {
  const table = el("table");
  follow(model, ["answer"], () => {
    const { frames } = model.get("answer");
    const names = [];
    for (const each of frames) for (const { name } of each.parts) if (!names.includes(name)) names.push(name);
    const size = (each, name) => each.parts.filter((part) => part.name === name).reduce((sum, part) => sum + part.size, 0);
    const cell = (text) => el("td", { class: "labkit-bytes-number" }, text);
    table.replaceChildren(
      el("caption", { class: "labkit-unseen" }, "Bytes of every part, before and after"),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Part"), ...frames.map((each) => el("th", { scope: "col" }, each.title)), el("th", { scope: "col" }, "Guarded"))),
      el("tbody", {}, ...names.map((name) => el("tr", {},
        el("th", { scope: "row" }, visible(name)), ...frames.map((each) => cell(size(each, name) || "")),
        el("td", {}, [...new Set(frames.flatMap((each) => each.parts.filter((part) => part.name === name).map((part) => part.guard)))].join(" → "))))),
      el("tfoot", {}, el("tr", {}, el("th", { scope: "row" }, "Frame"), ...frames.map((each) => cell(each.size)), el("td"))),
    );
  });
  return el("details", {}, el("summary", {}, "As a table"), table);
}

function render({ model, el: host }) {
  const body = frame(model, host, "Bytes of a frame", "bytes");
  const verdict = el("p", { class: "labkit-bytes-verdict", role: "status" });
  const room = el("p");
  follow(model, ["answer"], () => {
    const { verdict: text, largest, mss } = model.get("answer");
    verdict.textContent = text;
    room.textContent = `Largest packet that fits: ${largest} bytes. TCP MSS ${mss}: ip tcp adjust-mss ${mss} or less.`;
  });
  body.append(
    el("div", { class: "labkit-title" }, "Where the bytes go"), makeForm(model), verdict, ...makeBars(model), room,
    el("p", { class: "labkit-bytes-legend" }, ...Object.entries(GUARDS).map(([guard, words]) =>
      el("span", {}, el("i", { class: `labkit-bytes-${guard}`, "aria-hidden": "true" }), words))),
    makeTable(model),
  );
}

export default { render };
