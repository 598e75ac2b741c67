// The wildcard microscope: lists to type, the bits of every entry, two lists as mirror images,
// and addresses to try.  The kernel reads and judges.
import { button, el, follow, frame, unique, visible } from "../dom.js";

function makeLists(model) {
  const node = el("div", { class: "labkit-wildcard-lists" });
  const areas = [];
  let sent = []; // what is typed since then is nobody's to undo
  const send = () => { sent = areas.map((area) => area.value); model.send({ kind: "read", texts: sent }); };
  const samples = el("select", { "aria-label": "Lists to begin with" });

  function draw() {
    const names = model.get("names");
    if (areas.length !== names.length) {
      areas.length = 0;
      node.replaceChildren(...names.map((name) => {
        const id = unique("list");
        const area = el("textarea", { id, rows: 3, class: "labkit-code", spellcheck: "false" });
        area.addEventListener("keydown", (event) => {
          event.stopPropagation();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); send(); }
        });
        areas.push(area);
        return el("div", {}, el("label", { for: id }, names.length > 1 ? `List at ${visible(name)}` : "Entries, one a line"), area);
      }));
    }
    model.get("texts").forEach((text, n) => {
      if (document.activeElement === areas[n] && areas[n].value !== sent[n]) return;
      areas[n].value = text;
      areas[n].rows = Math.min(8, text.split("\n").length + 1);
    });
    const pairs = names.length > 1;
    samples.replaceChildren(el("option", { value: "" }, "Examples…"), ...model.get("samples").map(([name], n) => el("option", { value: n }, name)));
    samples.hidden = !pairs;
  }

  samples.addEventListener("change", () => {
    const sample = model.get("samples")[Number(samples.value)];
    if (samples.value === "" || !sample) return;
    sample.slice(1).forEach((text, n) => { areas[n].value = text; });
    samples.value = "";
    send();
  });
  follow(model, ["names", "texts"], draw);
  return [node, el("div", { class: "labkit-bar" }, button("Read", send, { title: "Ctrl-Enter in a list" }), samples)];
}

function drawBits(end) {
  const octets = [0, 8, 16, 24].map((from) => end.bits.slice(from, from + 8));
  const address = end.address.split(".");
  const mask = end.mask.split(".");
  const cares = (bits) => [...bits].filter((bit) => bit !== "x").length;
  return el(
    "div", { class: "labkit-wildcard-bits labkit-code", role: "img",
      "aria-label": `Bits of the ${end.side}: ${octets.map((bits, n) => `byte ${n + 1}: ${cares(bits)} of 8 bits count, ${bits}`).join("; ")}` },
    ...octets.map((bits, n) => el(
      "span", { class: "labkit-wildcard-octet", "aria-hidden": "true" },
      el("small", {}, `${address[n]}  wildcard ${mask[n]}`),
      el("span", {}, ...[...bits].map((bit) => el("span", { class: bit === "x" ? "labkit-wildcard-any" : "labkit-wildcard-care" }, bit))),
    )),
  );
}

function drawEntry(entry, n) {
  return el(
    "section", { class: "labkit-wildcard-entry", "aria-label": `Entry ${n + 1}` },
    el("h4", { class: "labkit-code" }, visible(entry.words)),
    ...entry.ends.map((end) => el("div", { class: "labkit-wildcard-end" },
      el("div", {}, el("b", {}, end.side), ` — ${visible(end.words)}`), drawBits(end), el("div", {}, visible(end.sentence)))),
  );
}

function drawComparison(comparison, names) {
  const header = (text) => el("th", { scope: "col" }, text);
  return [
    el("p", { class: "labkit-wildcard-verdict" }, `${comparison.mirror ? "✓" : "✗"} ${visible(comparison.verdict)}`),
    el("div", { class: "labkit-wildcard-table", role: "region", tabindex: 0, "aria-label": "The lists laid over each other" }, el("table", {},
      el("caption", { class: "labkit-unseen" }, "Entries beside what answers to them"),
      el("thead", {}, el("tr", {}, header("Mirror?"), header(`At ${visible(names[0])}`), header(`At ${visible(names[1])}`), header("Why"))),
      el("tbody", {}, ...comparison.pairs.map((pair) => el("tr", {},
        el("td", { class: "labkit-wildcard-sign" }, pair.mirror ? "✓ yes" : "✗ no"),
        el("td", { class: "labkit-code" }, visible(pair.mine) || "— nothing"), el("td", { class: "labkit-code" }, visible(pair.theirs) || "— nothing"),
        el("td", {}, visible(pair.sentence))))))),
  ];
}

function makeTries(model) {
  const source = el("input", { type: "text", class: "labkit-code", value: "192.168.1.77", spellcheck: "false" });
  const destination = el("input", { type: "text", class: "labkit-code", value: "172.16.1.10", spellcheck: "false" });
  const attempt = () => model.send({ kind: "attempt", source: source.value, destination: destination.value });
  for (const input of [source, destination]) {
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") attempt();
    });
  }
  const results = el("div", { role: "status" });
  follow(model, ["tried"], () => {
    const tried = model.get("tried") ?? {};
    for (const [input, text] of [[source, tried.source], [destination, tried.destination]]) {
      if (text && document.activeElement !== input) input.value = text;
    }
    const names = model.get("names");
    results.replaceChildren(...(tried.results ?? []).map(([matched, permit, text], n) => el(
      "p", { class: "labkit-wildcard-result" },
      el("b", {}, `${names.length > 1 ? `${visible(names[n])}: ` : ""}${matched ? (permit ? "✓ match, permitted" : "✗ match, denied") : "✗ no match"}. `), visible(text))));
  });
  return el("div", { class: "labkit-wildcard-tries" },
    el("div", { class: "labkit-bar" }, el("span", {}, "Would a packet match?"), el("label", {}, "from ", source), el("label", {}, "to ", destination), button("Try", attempt)),
    results);
}

function render({ model, el: host }) {
  const body = frame(model, host, "Wildcard microscope", "wildcard");
  const compared = el("div", { role: "status" });
  const entries = el("div");
  const under = el("details", { open: true }, el("summary", {}, "Bit by bit"), entries,
    el("p", {}, el("b", {}, "0 or 1"), ": this bit counts (wildcard bit 0). ", el("b", {}, "x"), ": it does not (wildcard bit 1)."));
  follow(model, ["entries"], () => entries.replaceChildren(...model.get("entries").map(drawEntry)));
  follow(model, ["comparison", "names"], () => {
    const comparison = model.get("comparison");
    compared.replaceChildren(...(comparison.pairs ? drawComparison(comparison, model.get("names")) : []));
  });
  if (model.get("comparison").pairs) under.open = false;
  body.append(el("div", { class: "labkit-title" }, "Wildcard microscope"), ...makeLists(model), compared, makeTries(model), under);
}

export default { render };
