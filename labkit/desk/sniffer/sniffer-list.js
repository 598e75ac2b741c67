// The packet list: rows come from the kernel as they are scrolled into sight.
import { el, unique, visible } from "../dom.js";
import { makeWindow } from "./sniffer-window.js";

const BLOCK = 100; // rows of one request
export const SIGNS = {
  sealed: ["■", "ESP, sealed"], opened: ["□", "ESP, opened"], keys: ["◆", "IKE"], ping: ["●", "ping"],
  error: ["!", "error"], routing: ["▲", "routing"], local: ["○", "ARP"], readable: ["¶", "readable text"],
  other: ["", "other"],
};

// What all views of one sniffer know of the rows: blocks of the current version.
export function makeCache(model) {
  const cache = { version: -1, blocks: new Map(), asked: new Set(), views: new Set(), answers: new Set(), followed: 0 };
  cache.row = (place) => {
    const block = Math.floor(place / BLOCK);
    if (!cache.asked.has(block)) {
      cache.asked.add(block);
      model.send({ kind: "rows", first: block * BLOCK, count: BLOCK });
    }
    return cache.blocks.get(block)?.[place % BLOCK];
  };
  cache.take = ({ version, first, rows }) => {
    if (version !== cache.version) return;
    cache.blocks.set(first / BLOCK, rows);
    for (const view of cache.views) view();
  };
  const look = () => {
    const { version = 0, shown = 0 } = model.get("counts") ?? {};
    if (version !== cache.version) {
      cache.version = version;
      cache.blocks.clear();
      cache.asked.clear();
    } else {
      // The last block was not full, and now may be fuller.
      const last = Math.floor(cache.followed / BLOCK);
      if (shown > cache.followed) cache.asked.delete(last);
    }
    cache.followed = shown;
    for (const view of cache.views) view();
  };
  model.on("change:counts", look);
  look();
  return cache;
}

export function makeList(model, cache) {
  const id = unique("list");
  let current = -1;
  let waits = ""; // for the answer to what was selected here last: older ones are passed by then
  let follows = true;
  const head = el("div", { class: "labkit-sniffer-row labkit-sniffer-head", role: "row" });
  const view = makeWindow(
    { class: "labkit-sniffer-list labkit-code", role: "grid", tabindex: 0, "aria-label": "Packets", "aria-readonly": "true" },
    () => parseFloat(getComputedStyle(view.pane).fontSize) * 1.75,
    drawRow,
    head,
  );
  const grid = view.pane;
  const none = el("p", { class: "labkit-sniffer-none", role: "status", hidden: true });

  function drawRow(place) {
    const row = cache.row(place);
    const attributes = {
      role: "row", "aria-rowindex": place + 2, "aria-selected": String(place === current), id: `${id}-${place}`,
      class: `labkit-sniffer-row labkit-sniffer-${row?.[0] ?? "waiting"}`, "data-place": place,
    };
    if (!row) return el("div", attributes, el("span", { role: "gridcell" }, "…"));
    const [sign, words] = SIGNS[row[0]] ?? ["", row[0]];
    const first = el("span", { role: "gridcell", title: words }, el("span", { "aria-hidden": "true" }, sign), el("span", { class: "labkit-unseen" }, words));
    return el("div", attributes, first, ...row.slice(1).map((text) =>
      el("span", { role: "gridcell", title: text.length > 40 ? visible(text) : false }, visible(text))));
  }

  function draw() {
    const columns = model.get("columns") ?? [];
    const { shown = 0, total = 0, done = 100 } = model.get("counts") ?? {};
    grid.dataset.columns = columns.includes("What changed") ? "compare" : columns.includes("Point") ? "points" : "plain";
    head.replaceChildren(...columns.map((name) => el("span", { role: "columnheader" },
      name ? visible(name) : el("span", { class: "labkit-unseen" }, "Kind"))));
    grid.setAttribute("aria-rowcount", shown + 1);
    none.hidden = shown > 0 || done < 100;
    none.textContent = total ? "No packet passes this filter." : "No packet yet.";
    const end = follows && model.get("live") && current < 0;
    view.resize(shown);
    if (end && shown) view.reveal(shown - 1);
  }

  function select(place) {
    const { shown = 0 } = model.get("counts") ?? {};
    const next = Math.max(0, Math.min(shown - 1, place));
    if (!shown || next === current) return;
    waits = unique("turn");
    model.send({ kind: "select", place: next, turn: waits });
    put(next);
  }

  function put(place) {
    current = place;
    if (place >= 0) { grid.setAttribute("aria-activedescendant", `${id}-${place}`); view.reveal(place); }
    else grid.removeAttribute("aria-activedescendant");
    view.repaint();
  }

  grid.addEventListener("click", (event) => {
    const row = event.target.closest("[data-place]");
    if (row) select(Number(row.dataset.place));
  });
  grid.addEventListener("keydown", (event) => {
    const { shown = 0 } = model.get("counts") ?? {};
    const steps = {
      ArrowDown: current + 1, ArrowUp: current < 0 ? shown - 1 : current - 1, Home: 0, End: shown - 1,
      PageDown: current + view.page(), PageUp: current - view.page(),
    };
    if (!(event.key in steps) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    select(steps[event.key]);
  });
  view.pane.addEventListener("scroll", () => { follows = view.atEnd(); });
  const chosen = () => { if (!waits && model.get("selected") !== current) put(model.get("selected")); };
  const answered = (turn) => { if (turn === waits) { waits = ""; chosen(); } };
  model.on("change:selected", chosen);
  model.on("change:columns", draw);
  cache.views.add(draw);
  cache.answers.add(answered);
  chosen();
  draw();
  return {
    nodes: [grid, none],
    stop: () => { cache.views.delete(draw); cache.answers.delete(answered); view.stop(); model.off("change:selected", chosen); model.off("change:columns", draw); },
  };
}
