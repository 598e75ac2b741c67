// The lab as a map.  The kernel draws (a tree of shapes, text as text); this builds the elements,
// keeps them up to date, and turns clicks and keys into messages.  All views share one state.
import { button, el, follow, frame, listen, svg, unique, visible } from "../dom.js";
import { makeWay } from "./map-way.js";

const LAYERS = ["physical", "IP", "MPLS", "BGP", "IPsec"];

// Make `node`'s children those of the trees: elements are kept where tag and place are the same,
// so that focus and a screen reader's place survive.
function patch(node, trees) {
  trees.forEach((tree, index) => {
    const now = node.childNodes[index];
    if (typeof tree === "string") {
      const text = visible(tree);
      if (now?.nodeType === Node.TEXT_NODE) { if (now.data !== text) now.data = text; }
      else if (now) now.replaceWith(text);
      else node.append(text);
      return;
    }
    const [tag, attributes, children] = tree;
    const key = attributes["data-key"];
    let target = now;
    if (now?.nodeName !== tag || (now.getAttribute("data-key") ?? undefined) !== key) {
      target = svg(tag);
      if (now) now.replaceWith(target);
      else node.append(target);
    }
    for (const name of [...target.getAttributeNames()]) {
      if (!(name in attributes) && name !== "tabindex" && name !== "aria-pressed") target.removeAttribute(name);
    }
    for (const [name, value] of Object.entries(attributes)) {
      const text = name === "aria-label" ? visible(value) : value;
      if (target.getAttribute(name) !== text) target.setAttribute(name, text);
    }
    patch(target, children);
  });
  while (node.childNodes.length > trees.length) node.lastChild.remove();
}

function table(caption, titles, rows) {
  return el(
    "table", { class: "labkit-map-table" },
    el("caption", { class: "labkit-unseen" }, caption),
    el("thead", {}, el("tr", {}, ...titles.map((title) => el("th", { scope: "col" }, title)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell, index) =>
      index ? el("td", {}, visible(cell)) : el("th", { scope: "row" }, visible(cell)))))),
  );
}

// ---- the plane: devices and links, one of them in the order of Tab, arrow keys among them

function makePlane(model, state) {
  const root = svg("svg", { class: "labkit-drawing", role: "group" });
  const ground = svg("g");
  const over = svg("g", { "aria-hidden": "true", "pointer-events": "none" });
  root.append(ground, over);
  const rank = (item) => (item.dataset.key.startsWith("node:") ? "0" : "1") + item.dataset.key;
  const items = () => [...ground.querySelectorAll("[data-key]")]
    .sort((a, b) => Number(rank(a) > rank(b)) - Number(rank(a) < rank(b))); // devices, then links
  let current = null;
  const choose = (key) => { model.set("chosen", model.get("chosen") === key ? "" : key); model.save_changes(); };
  const mark = () => {
    const all = items();
    if (!all.some((item) => item.dataset.key === current)) current = all[0]?.dataset.key ?? null;
    for (const item of all) {
      item.setAttribute("tabindex", item.dataset.key === current ? "0" : "-1");
      item.setAttribute("aria-pressed", String(item.dataset.key === model.get("chosen")));
    }
  };
  root.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (key) { current = key; choose(key); mark(); }
  });
  root.addEventListener("focusin", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (key && key !== current) { current = key; mark(); }
  });
  root.addEventListener("keydown", (event) => {
    const all = items();
    const index = all.findIndex((item) => item.dataset.key === current);
    const next = { ArrowRight: index + 1, ArrowDown: index + 1, ArrowLeft: index - 1, ArrowUp: index - 1,
      Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Enter" || event.key === " ") choose(current);
    else if (next === undefined) return;
    else {
      current = all[(next + all.length) % all.length].dataset.key;
      mark();
      all[(next + all.length) % all.length].focus();
    }
    event.preventDefault();
    event.stopPropagation();
  });
  const draw = () => {
    const picture = state.picture;
    if (!picture) return;
    root.setAttribute("viewBox", `0 0 ${picture.width} ${picture.height}`);
    root.setAttribute("aria-label", visible(`Map. ${picture.description}`));
    patch(ground, picture.shapes);
    mark();
  };
  return { root, over, draw, mark };
}

// ---- what was chosen: a device with its console, a link with its frames

function makeChosen(model, state, desk, signal) {
  const node = el("section", { class: "labkit-map-panel", "aria-label": "What is chosen", hidden: true });
  const title = el("h3");
  const words = el("p");
  const bar = el("div", { class: "labkit-bar" });
  const rest = el("div");
  node.append(title, words, bar, rest);
  let shown = "";
  let prompt = "";
  let framed = "";
  let ending = new AbortController(); // of the console's view
  signal?.addEventListener("abort", () => ending.abort());
  const number = (label, attributes) => {
    const id = unique("impair");
    const input = el("input", { type: "number", id, ...attributes });
    input.addEventListener("keydown", (event) => event.stopPropagation());
    return [el("label", { for: id }, label), input];
  };
  const linkTools = (name) => {
    const tell = (what) => model.send({ kind: "link", name, ...what });
    const [lossLabel, loss] = number("loss %", { min: 0, max: 100, value: 0 });
    const [delayLabel, delay] = number("delay ms", { min: 0, max: 60000, step: "any", placeholder: "as is" });
    return [
      button("Cut", () => tell({ up: false }), { "data-tool": "cut" }),
      button("Mend", () => tell({ up: true }), { "data-tool": "mend" }),
      lossLabel, loss, delayLabel, delay,
      button("Impair", () => tell({ loss: Number(loss.value) / 100,
        ...(delay.value === "" ? {} : { delay_ms: Number(delay.value) }) })),
      button("As built", () => { loss.value = 0; delay.value = ""; tell({ restore: true }); }),
    ];
  };
  const close = () => button("Close", () => { model.set("chosen", ""); model.save_changes(); }, { "aria-label": "Close this panel" });
  const build = (kind, name) => {
    ending.abort();
    ending = new AbortController();
    rest.replaceChildren();
    prompt = framed = "";
    if (kind === "link") bar.replaceChildren(...linkTools(name), close());
    else {
      bar.replaceChildren(
        button("Open its console", () => model.send({ kind: "console", device: name })),
        ...(/^R\d$/.test(name) ? [button("Its LSPs", () => { model.set("head", name); model.set("layer", "MPLS"); model.save_changes(); })] : []),
        close());
    }
  };
  const draw = () => {
    const chosen = model.get("chosen");
    const [kind, ...parts] = chosen.split(":");
    const name = parts.join(":");
    node.hidden = !chosen;
    if (!chosen || !state.picture) { shown = chosen ? shown : ""; if (!chosen) { rest.replaceChildren(); framed = ""; } return; }
    if (shown !== chosen) { shown = chosen; build(kind, name); }
    title.textContent = visible(kind === "link" ? `Link ${name}` : name);
    const row = state.picture.tables[kind === "link" ? 2 : 0].rows.find((each) => each[0] === name);
    words.textContent = visible((row ?? []).slice(1).join(" · ")) + (kind === "link" ? " frames" : "");
    if (kind === "link") {
      for (const tool of bar.querySelectorAll("[data-tool]")) {
        // Not `disabled`, which would take the focus from who has just pressed it.
        tool.setAttribute("aria-disabled", String((tool.dataset.tool === "cut") === state.picture.cut.includes(name)));
      }
      const frames = state.picture.frames ?? [];
      const body = frames.length
        ? table(`Last frames on ${name}`, ["no.", "source", "destination", "protocol", "bytes", "info"], frames)
        : el("p", {}, "No frame of this link is held: nothing has crossed it lately.");
      const now = JSON.stringify([name, frames]);
      if (now === framed) return; // it may be scrolled, or have the focus
      framed = now;
      rest.replaceChildren(el("div", { class: "labkit-map-frames", tabindex: 0, role: "region", "aria-label": `Last frames on ${visible(name)}` }, body));
    } else {
      const reference = (model.get("consoles") ?? {})[name];
      if (reference && reference !== prompt) {
        prompt = reference;
        const place = el("div");
        const end = ending.signal;
        rest.replaceChildren(place);
        desk.getWidget(reference).then((child) => (end.aborted ? null : child.render({ el: place, signal: end })));
      }
    }
  };
  follow(model, ["chosen", "consoles"], draw);
  return { node, draw };
}

function makeTwin(model, state) {
  const node = el("div", { class: "labkit-map-twin", hidden: true });
  let known = "";
  const draw = () => {
    node.hidden = !model.get("twin_shown");
    if (node.hidden || !state.picture) return;
    const way = model.get("way");
    const now = JSON.stringify([state.picture.tables, way]);
    if (now === known) return; // it may be scrolled, or something in it marked to be copied
    known = now;
    node.replaceChildren(...state.picture.tables.flatMap(({ title, titles, rows }) =>
      [el("h3", {}, title), table(title, titles, rows)]),
    ...(way.hops?.length
      ? [el("h3", {}, visible(`The way of ${way.title}`)),
        table("Hops", ["hop", "from", "to", "link", "bytes", "what was done", "layers"], [...way.hops, ...way.copies].map((hop, index) =>
          [index < way.hops.length ? String(index + 1) : "copy", hop.source, hop.target, hop.link,
            String(hop.length), hop.changes.join("; "), hop.headers.map(([name, text]) => `${name} ${text}`).join(" | ")]))]
      : []));
  };
  follow(model, ["twin_shown", "way"], draw);
  return { node, draw };
}

function makeTools(model) {
  const set = (name, value) => { model.set(name, value); model.save_changes(); };
  const layers = LAYERS.map((layer) => button(layer, () => set("layer", layer)));
  const group = el("div", { class: "labkit-bar", role: "group", "aria-label": "Layer" }, el("span", {}, "Layer"), ...layers);
  const twin = button("Tables", () => set("twin_shown", !model.get("twin_shown")));
  follow(model, ["layer", "twin_shown"], () => {
    layers.forEach((each, index) => each.setAttribute("aria-pressed", String(LAYERS[index] === model.get("layer"))));
    twin.setAttribute("aria-pressed", String(model.get("twin_shown")));
  });
  return el(
    "div", { class: "labkit-bar" }, group, el("span", { class: "labkit-map-grow" }),
    button("Follow the last ping", () => model.send({ kind: "follow", what: "ping" })),
    button("Follow the last packet", () => model.send({ kind: "follow", what: "packet" })),
    button("+ 5 s", () => model.send({ kind: "pass", seconds: 5 }), { "aria-label": "Let 5 seconds of lab time pass" }),
    twin);
}

function render(model, host, desk, state, signal) {
  const body = frame(model, host, "Map of the lab", "map");
  const plane = makePlane(model, state);
  const way = makeWay(model, plane.over);
  const chosen = makeChosen(model, state, desk, signal);
  const twin = makeTwin(model, state);
  const news = el("p", { class: "labkit-unseen", role: "status" });
  const wide = el("p", { class: "labkit-map-wide" }, "The map is wider than this window: scroll it sideways, or press Tables.");
  const surface = el("div", { class: "labkit-map-plane" }, plane.root);
  body.append(makeTools(model), wide, surface, chosen.node, way.node, twin.node, news);
  follow(model, ["twin_shown"], () => { surface.hidden = wide.hidden = model.get("twin_shown"); });
  follow(model, ["chosen"], plane.mark);
  let told = null;
  const draw = () => {
    plane.draw();
    chosen.draw();
    twin.draw();
    const now = state.picture?.description ?? "";
    if (told !== null && told !== now) news.textContent = visible(now);
    told = now;
  };
  draw();
  state.views.add(draw);
  const stop = () => { state.views.delete(draw); way.stop(); };
  signal?.addEventListener("abort", stop);
  return stop;
}

export default () => {
  const state = { picture: null, views: new Set() };
  const take = (message) => { state.picture = message; for (const view of state.views) view(); };
  return {
    initialize({ model }) { listen(model, { picture: take, snapshot: take }); },
    render: ({ model, el: host, host: desk, signal }) => render(model, host, desk, state, signal),
  };
};
