// A packet on its way over the map: hop after hop, the headers at each, and all hops as a list.
import { button, el, follow, svg, visible } from "../dom.js";

const STEP_TIME = 1400; // milliseconds that a hop takes to be watched

// Scroll a map that is wider than its place, so that `x` of the drawing is in sight.
function reveal(root, x) {
  const place = root.parentElement;
  if (!place) return;
  const scale = root.clientWidth / (root.viewBox.baseVal.width || 1);
  if (root.clientWidth > place.clientWidth) place.scrollLeft = x * scale - place.clientWidth / 2;
}

function makePacket(model, over, calm) {
  let running = null;
  const copied = (copies) => [...new Map(copies.map(({ line }) => [String(line), line])).values()]
    .map(([x1, y1, x2, y2]) => svg("line", { class: "packet-copy", x1, y1: y1 + 6, x2, y2: y2 + 6 }));
  const show = (hop, copies = []) => {
    running?.cancel();
    running = null;
    if (!hop) { over.replaceChildren(); return; }
    const [x1, y1, x2, y2] = hop.line;
    const sealed = hop.headers.some(([name]) => name === "ESP");
    const labels = hop.headers.filter(([name]) => name === "MPLS").length;
    const packet = svg("g", {}, svg("rect", { class: "packet-body", x: -15, y: -10, width: 30, height: 20, rx: 5 }));
    if (sealed) {
      packet.append(svg("path", { class: "packet-lock", d: "M -5 0 h 10 v 6 h -10 z M -3 0 v -3 a 3 3 0 0 1 6 0 v 3" }));
    }
    for (let n = 0; n < labels; n += 1) {
      packet.append(svg("rect", { class: "packet-body", x: -15, y: -17 - 7 * n, width: 30, height: 6, rx: 2 }));
    }
    over.replaceChildren(...copied(copies), svg("line", { class: "packet-way", x1, y1, x2, y2 }), packet);
    reveal(over.ownerSVGElement, (x1 + x2) / 2);
    const at = (part) => `translate(${x1 + (x2 - x1) * part}px, ${y1 + (y2 - y1) * part}px)`;
    packet.style.transform = at(0.55);
    if (!calm.matches) {
      running = packet.animate([{ transform: at(0.12) }, { transform: at(0.68) }],
        { duration: STEP_TIME * 0.8, easing: "ease-in-out", fill: "forwards" });
    }
  };
  return show;
}

// The names of a hop's headers on one line, those inside ESP in brackets.
function names(hop) {
  const clear = hop.headers.filter(([, , sealed]) => !sealed).map(([name]) => name);
  const sealed = hop.headers.filter(([, , within]) => within).map(([name]) => name);
  return clear.join(" | ") + (sealed.length ? ` [${sealed.join(" | ")}]` : "");
}

// Every hop in a line of its own, which shows that hop when it is chosen.
function makeHops(go) {
  const node = el("ol", { class: "labkit-map-hops", "aria-label": "Hops" });
  let known = null;
  let lines = [];
  const draw = (way, step) => {
    if (way !== known) {
      known = way;
      lines = (way.hops ?? []).map((hop, index) => {
        const words = [`${hop.source} → ${hop.target}`, hop.link, `${hop.length} bytes`, names(hop)];
        return el("button", { type: "button", class: "labkit-map-hop", onclick: () => go(index) },
          el("span", {}, `${index + 1}`), ...words.map((each) => el("span", {}, visible(each))));
      });
      node.replaceChildren(...lines.map((line) => el("li", {}, line)));
    }
    lines.forEach((line, index) => {
      if (index === step) line.setAttribute("aria-current", "step");
      else line.removeAttribute("aria-current");
    });
  };
  return { node, draw };
}

export function makeWay(model, over) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const move = makePacket(model, over, calm);
  const set = (step) => { model.set("step", step); model.save_changes(); };
  const stop = () => { clearInterval(timer); timer = null; play.textContent = "▶ Play"; };
  let timer = null;
  const total = () => (model.get("way").hops ?? []).length;
  const go = (step) => set(Math.max(0, Math.min(total() - 1, step)));
  const play = button("▶ Play", () => {
    if (timer) { stop(); return; }
    if (model.get("step") >= total() - 1) go(0);
    play.textContent = "Pause";
    timer = setInterval(() => {
      if (model.get("step") >= total() - 1) stop();
      else go(model.get("step") + 1);
    }, STEP_TIME);
  });
  const slider = el("input", { type: "range", min: 0, "aria-label": "Hop", oninput: () => go(Number(slider.value)) });
  slider.addEventListener("keydown", (event) => event.stopPropagation());
  const said = el("p", { role: "status" });
  const stack = el("ol", { class: "labkit-map-stack", "aria-label": "Headers, outermost first" });
  const title = el("h3");
  const copies = el("p");
  const list = makeHops((step) => { stop(); go(step); });
  const bar = el(
    "div", { class: "labkit-bar" },
    button("First", () => go(0)), button("◀ Back", () => go(model.get("step") - 1)), play,
    button("Next ▶", () => go(model.get("step") + 1)), slider,
    button("Close", () => { stop(); model.send({ kind: "unfollow" }); }, { "aria-label": "Close the packet's way" }),
  );
  const node = el("section", { class: "labkit-map-panel", "aria-label": "A packet's way", hidden: true }, title, bar, said, stack, list.node, copies);
  const layer = ([name, text, sealed], kind) =>
    el("li", { class: `labkit-map-layer ${name} ${sealed ? "sealed" : ""} ${kind}` },
      el("b", {}, visible(name) + (sealed ? " (inside ESP)" : "")), visible(text),
      kind === "gone" ? el("span", { class: "labkit-unseen" }, " removed here") : null,
      kind === "new" ? el("span", { class: "labkit-unseen" }, " added here") : null);
  const draw = () => {
    const way = model.get("way");
    const hops = way.hops ?? [];
    node.hidden = !hops.length;
    if (!hops.length) { stop(); move(null); return; }
    const step = Math.min(model.get("step"), hops.length - 1);
    const hop = hops[step];
    const before = hops[step - 1]?.headers.map(String) ?? hop.headers.map(String);
    const now = hop.headers.map(String);
    title.textContent = visible(`The way of ${way.title}`);
    copies.hidden = !way.copies.length;
    copies.textContent = `The mirror made copies, which crossed ${[...new Set(way.copies.map(({ link }) => link))].join(", ")} (dotted).`;
    slider.max = hops.length - 1;
    slider.value = step;
    slider.setAttribute("aria-valuetext", `Hop ${step + 1} of ${hops.length}`);
    const end = step === hops.length - 1 && way.end ? ` It ${way.end}.` : "";
    said.textContent = visible(`Hop ${step + 1} of ${hops.length}: ${hop.source} → ${hop.target} over ${hop.link}, `
      + `${hop.length} bytes${hop.changes.length ? `; ${hop.source} ${hop.changes.join("; ")}` : ""}.${end}`);
    const gone = (hops[step - 1]?.headers ?? []).filter((each) => !now.includes(String(each)) && each[0] !== "Ethernet"
      && !(each[0] === "IPv4" && now.some((one) => one.startsWith("IPv4"))));
    stack.replaceChildren(
      ...hop.headers.map((each) => layer(each, before.includes(String(each)) ? "" : "new")),
      ...gone.map((each) => layer(each, "gone")));
    list.draw(way, step);
    move(hop, way.copies);
  };
  follow(model, ["way", "step"], draw);
  return { node, stop };
}
