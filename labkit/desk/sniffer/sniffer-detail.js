// One packet: its layers as a tree and its bytes, each showing what the other points at.
import { makeBars } from "../bytes/bytes-bars.js";
import { button, el, follow, unique, visible } from "../dom.js";
import { makeWindow } from "./sniffer-window.js";

const PER_ROW = 16;
const HEX = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));

// The tree's items in order: layers at level 1, their fields below.
function itemsOf(packet) {
  const items = [];
  packet.layers.forEach((layer, index) => {
    items.push({ level: 1, label: layer.title, text: "", name: "", ...placed(layer), layer: index });
    for (const [depth, label, text, name, start, end] of layer.fields) {
      items.push({ level: depth + 2, label, text, name, buffer: layer.buffer, start, end, layer: index });
    }
  });
  items.forEach((item, n) => { item.opens = items[n + 1]?.level > item.level; });
  return items;
}

const placed = ({ buffer, start, end }) => ({ buffer, start, end });

function makeTree(chosen) {
  const id = unique("tree");
  const tree = el("div", {
    class: "labkit-sniffer-tree labkit-code", role: "tree", tabindex: 0, "aria-label": "Layers and fields",
  });
  let items = [];
  let nodes = [];
  let current = 0;
  const closed = new Set(); // titles of what the reader has folded, kept from packet to packet

  const key = (item) => `${item.level} ${item.level === 1 ? item.label.split(":")[0] : item.label}`;
  const folded = (item) => closed.has(key(item)) !== (item.level === 2);

  function hidden(n) {
    let level = items[n].level;
    for (let up = n - 1; up >= 0 && level > 1; up -= 1) {
      if (items[up].level < level) {
        level = items[up].level;
        if (folded(items[up])) return true;
      }
    }
    return false;
  }

  function arrange() {
    nodes.forEach((node, n) => {
      node.hidden = hidden(n);
      if (items[n].opens) node.setAttribute("aria-expanded", String(!folded(items[n])));
    });
  }

  function show(packet) {
    items = packet ? itemsOf(packet) : [];
    nodes = items.map((item, n) => el(
      "div",
      {
        id: `${id}-${n}`, role: "treeitem", "aria-level": item.level, "aria-selected": "false",
        class: item.level === 1 ? "labkit-sniffer-layer" : "labkit-sniffer-field",
        style: `padding-left: ${item.level * 1.1 + 0.3}em`, title: item.name || false,
        onclick: () => { if (n === current && item.opens) fold(n); go(n); tree.focus(); },
      },
      el("span", { class: "labkit-sniffer-fold", "aria-hidden": "true" }),
      visible(item.label), item.text ? `: ${visible(item.text)}` : "",
    ));
    tree.replaceChildren(...nodes);
    current = 0;
    arrange();
    mark();
  }

  function mark() {
    nodes.forEach((node, n) => node.setAttribute("aria-selected", String(n === current)));
    if (nodes.length) tree.setAttribute("aria-activedescendant", nodes[current].id);
    else tree.removeAttribute("aria-activedescendant");
  }

  function go(n, quiet = false) {
    if (!items[n]) return;
    current = n;
    for (let up = n - 1, level = items[n].level; up >= 0 && level > 1; up -= 1) {
      if (items[up].level < level) {
        level = items[up].level;
        if (folded(items[up])) fold(up);
      }
    }
    mark();
    const { offsetTop, offsetHeight } = nodes[n];
    if (offsetTop < tree.scrollTop) tree.scrollTop = offsetTop;
    else if (offsetTop + offsetHeight > tree.scrollTop + tree.clientHeight) {
      tree.scrollTop = offsetTop + offsetHeight - tree.clientHeight;
    }
    if (!quiet) chosen(items[n]);
  }

  function fold(n) {
    const name = key(items[n]);
    if (!closed.delete(name)) closed.add(name);
    arrange();
  }

  const step = (from, by) => {
    let n = from + by;
    while (items[n] && hidden(n)) n += by;
    return items[n] ? n : from;
  };

  function parent(n) {
    for (let up = n - 1; up >= 0; up -= 1) if (items[up].level < items[n].level) return up;
    return n;
  }

  tree.addEventListener("keydown", (event) => {
    const item = items[current];
    if (!item || event.ctrlKey || event.altKey || event.metaKey) return;
    const open = item.opens && !folded(item);
    const moves = {
      ArrowDown: () => go(step(current, 1)), ArrowUp: () => go(step(current, -1)),
      Home: () => go(0), End: () => go(step(items.length, -1)),
      ArrowRight: () => { if (item.opens && !open) fold(current); else if (open) go(current + 1); },
      ArrowLeft: () => { if (open) fold(current); else go(parent(current)); },
      Enter: () => item.opens && fold(current), " ": () => item.opens && fold(current),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    moves[event.key]();
  });

  // The smallest field that holds a byte; the deeper one where two are alike.
  function at(buffer, place) {
    let best = -1;
    items.forEach((item, n) => {
      if (item.buffer !== buffer || place < item.start || place >= item.end) return;
      if (best < 0 || item.end - item.start <= items[best].end - items[best].start) best = n;
    });
    return best < 0 ? null : { n: best, item: items[best] };
  }
  return { tree, show, go, at, first: () => items[0] };
}

function makeBytes(pointed, say) {
  let names = [];
  let data = [];
  let buffer = 0;
  let range = [0, 0];
  let cursor = 0;
  const tabs = el("div", { class: "labkit-bar labkit-sniffer-buffers", role: "group", "aria-label": "Which bytes" });
  const view = makeWindow(
    {
      class: "labkit-sniffer-bytes labkit-code", tabindex: 0, role: "application",
      "aria-label": "Bytes: arrows go from byte to byte and show the field of each",
    },
    () => parseFloat(getComputedStyle(view.pane).fontSize) * 1.5,
    (row) => drawRow(row),
  );

  function drawRow(row) {
    const bytes = data[buffer];
    const hex = el("span", { class: "labkit-sniffer-hex" });
    const text = el("span", { class: "labkit-sniffer-ascii" });
    for (let n = row * PER_ROW; n < Math.min(bytes.length, (row + 1) * PER_ROW); n += 1) {
      const kind = [n >= range[0] && n < range[1] ? "labkit-sniffer-in" : "", n === cursor ? "labkit-sniffer-at" : ""].join(" ").trim();
      const attributes = { "data-n": n, class: kind || false };
      hex.append(el("span", attributes, HEX[bytes[n]]), n % 8 === 7 ? "\u00a0 " : " ");
      const code = bytes[n];
      text.append(el("span", attributes, code >= 32 && code < 127 ? String.fromCharCode(code) : "·"));
    }
    const offset = (row * PER_ROW).toString(16).padStart(4, "0");
    return el("div", { class: "labkit-sniffer-hexrow" }, el("span", { class: "labkit-sniffer-offset" }, offset), hex, text);
  }

  function show(packet, buffers) {
    names = packet?.names ?? [];
    data = names.map((_, n) => buffers[packet.first + n]);
    turn(0);
  }

  function turn(which) {
    buffer = which;
    tabs.hidden = names.length < 2;
    tabs.replaceChildren(...names.map((name, n) => button(
      `${name} (${data[n].length} bytes)`, () => { turn(n); point(0); }, { "aria-pressed": String(n === buffer) })));
    range = [0, 0];
    cursor = 0;
    view.pane.scrollTop = 0;
    view.resize(Math.ceil((data[buffer]?.length ?? 0) / PER_ROW));
  }

  // The bytes of a field.
  function mark(which, start, end, keep = false) {
    if (!data[which]) return;
    if (which !== buffer) turn(which);
    range = [start, end];
    if (!keep) cursor = start;
    const row = Math.floor(cursor / PER_ROW);
    view.reveal(row);
  }

  function point(n) {
    const bytes = data[buffer];
    if (!bytes?.length) return;
    cursor = Math.max(0, Math.min(bytes.length - 1, n));
    const item = pointed(buffer, cursor);
    mark(buffer, item?.start ?? cursor, item?.end ?? cursor + 1, true);
    const what = item ? `, ${item.label}${item.text ? `: ${item.text}` : ""}` : "";
    say(`Byte ${cursor}: 0x${HEX[bytes[cursor]]}${what}`);
  }

  view.pane.addEventListener("click", (event) => {
    const n = event.target.dataset?.n;
    if (n !== undefined) point(Number(n));
  });
  view.pane.addEventListener("keydown", (event) => {
    const steps = {
      ArrowLeft: -1, ArrowRight: 1, ArrowUp: -PER_ROW, ArrowDown: PER_ROW,
      Home: -cursor, End: (data[buffer]?.length ?? 0), PageUp: -PER_ROW * view.page(), PageDown: PER_ROW * view.page(),
    };
    if (!(event.key in steps) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    point(cursor + steps[event.key]);
  });
  return { nodes: [tabs, view.pane], show, mark, stop: view.stop };
}

// Both panes for the selected packet; where two points are compared, a choice of which.
export function makeDetail(model) {
  const said = el("p", { class: "labkit-sniffer-said", role: "status" });
  const say = (text) => { said.textContent = visible(text); };
  const tree = makeTree((item) => {
    bytes.mark(item.buffer, item.start, item.end);
    const many = item.end - item.start;
    say(`${item.label}${item.text ? `: ${item.text}` : ""} — ${many} ${many === 1 ? "byte" : "bytes"}${item.name ? ` — ${item.name}` : ""}`);
  });
  const bytes = makeBytes((buffer, n) => {
    const found = tree.at(buffer, n);
    if (found) tree.go(found.n, true);
    return found?.item;
  }, say);
  const which = el("div", { class: "labkit-bar", role: "group", "aria-label": "Which packet" });
  const empty = el("p", { class: "labkit-sniffer-empty" }, "Select a packet to see its layers and bytes.");
  const left = el("div", { class: "labkit-sniffer-pane" }, tree.tree);
  const right = el("div", { class: "labkit-sniffer-pane" }, ...bytes.nodes);
  const panes = el("div", { class: "labkit-sniffer-panes" }, left, right);
  const stream = el("div", { class: "labkit-sniffer-stream", hidden: true });
  const verdict = el("p", { class: "labkit-bytes-verdict", role: "status" });
  const account = el("div", { class: "labkit-bytes", role: "group", "aria-label": "Where these bytes come from" }, verdict, ...makeBars(model, "explained"));
  follow(model, ["explained"], () => {
    verdict.textContent = model.get("explained").verdict ?? "";
    account.hidden = !verdict.textContent;
  });
  const node = el("div", { class: "labkit-sniffer-detail" }, empty, which, account, stream, panes, said);

  function show(detail, side = 0) {
    const packets = detail.packets ?? [];
    const packet = packets[Math.min(side, packets.length - 1)];
    empty.hidden = Boolean(packet);
    panes.hidden = said.hidden = !packet;
    stream.hidden = true;
    which.hidden = !packet;
    which.replaceChildren(
      ...packets.length < 2 ? [] : packets.map((each, n) => button(
        visible(`Packet ${each.number} at ${each.point}`), () => show(detail, n), { "aria-pressed": String(n === Math.min(side, 1)) })),
      packet && packets.length < 2 ? button("Explain these bytes", () => model.send({ kind: "explain" })) : "",
      packet?.stream ? button("What was said", () => model.send({ kind: "stream", number: packet.number })) : "",
    );
    tree.show(packet);
    bytes.show(packet, detail.buffers);
    if (packet) say(`Packet ${packet.number} at ${packet.point}`);
  }

  function tell(text) {
    stream.hidden = false;
    stream.replaceChildren(
      el("div", { class: "labkit-bar" }, el("span", { class: "labkit-title" }, "What was said, as anybody on the way can read it"),
        button("Close", () => { stream.hidden = true; })),
      el("pre", { class: "labkit-code", tabindex: 0, "aria-label": "Conversation" }, visible(text) || "Nothing but acknowledgments."),
    );
  }
  return { node, show, tell, stop: bytes.stop };
}
