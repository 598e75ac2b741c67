// Where the bytes of a frame go: a form, a bar for every frame, the same as a table.
// The sums are the kernel's; this shows them.
import { makeBars } from "./bytes-bars.js";
import { el, follow, frame, unique, visible } from "../dom.js";

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
    el("div", { class: "labkit-title" }, "Where the bytes go"), makeForm(model), verdict, ...makeBars(model, "answer"), room,
    el("p", { class: "labkit-bytes-legend" }, ...Object.entries(GUARDS).map(([guard, words]) =>
      el("span", {}, el("i", { class: `labkit-bytes-${guard}`, "aria-hidden": "true" }), words))),
    makeTable(model),
  );
}

export default { render };
