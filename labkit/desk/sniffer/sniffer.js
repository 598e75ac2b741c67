// A sniffer: capture points and switches, a filter, the list, the layers, the bytes.
// The kernel has the packets; all views share the rows and the selected packet below.
import { button, el, follow, frame, makePast, unique, visible } from "../dom.js";
import { makeDetail } from "./sniffer-detail.js";
import { makeCache, makeList, SIGNS } from "./sniffer-list.js";

const CHUNK = 1 << 19;
const EXAMPLES = [
  "esp", "isakmp", "icmp", "arp", "bgp", "vrrp", "telnet", "mpls", "not vrrp", "ip.addr == ", "ip.src == ",
  "ip.dst == ", "eth.addr == ", "mpls.label == ", "esp.spi == ", "isakmp.exchangetype == 32",
  "icmp.type == 3", "frame.number == ", "frame.len > 1000", "ip.ttl < 10", "udp.port == 500", "tcp.port == 179",
];

function makeFilter(model) {
  const id = unique("filter");
  const input = el("input", {
    id, type: "text", class: "labkit-code", spellcheck: "false", autocomplete: "off", autocapitalize: "off",
    placeholder: "ip.addr == 192.168.1.0/24 and not vrrp", list: `${id}-list`, "aria-describedby": `${id}-fault`,
  });
  const where = el("pre", { class: "labkit-code", "aria-hidden": "true" });
  const message = el("span");
  const fault = el("div", { id: `${id}-fault`, class: "labkit-sniffer-fault", role: "alert", hidden: true }, message, where);
  let sent = null; // what is typed since then is nobody's to undo
  const apply = () => { sent = input.value; model.send({ kind: "filter", text: sent }); };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") apply();
  });
  const clear = button("Clear", () => { input.value = ""; apply(); input.focus(); });
  const counts = el("span", { role: "status", class: "labkit-sniffer-counts" });
  const bar = el("progress", { max: 100, "aria-label": "Packets searched", hidden: true });
  follow(model, ["filter", "fault"], () => {
    const { message: text, start, end } = model.get("fault") ?? {};
    if (document.activeElement !== input || input.value === sent) input.value = model.get("filter");
    fault.hidden = !text;
    input.setAttribute("aria-invalid", String(Boolean(text)));
    input.classList.toggle("labkit-sniffer-good", Boolean(model.get("filter")) && !text);
    message.textContent = visible(text ?? "");
    const from = Math.max(0, (start ?? 0) - 60);
    const shown = (model.get("filter") ?? "").slice(from, from + 120);
    where.textContent = text ? `${visible(shown)}\n${" ".repeat(start - from)}${"^".repeat(Math.min(end - start, 60))}` : "";
  });
  follow(model, ["counts", "other"], () => {
    const { shown = 0, total = 0, done = 100 } = model.get("counts") ?? {};
    const many = (n) => n.toLocaleString("en");
    counts.textContent = model.get("other") ? `${many(shown)} lines` : `${many(shown)} of ${many(total)} packets`;
    bar.hidden = done >= 100;
    bar.value = done;
  });
  const node = el(
    "div", { class: "labkit-sniffer-filter" },
    el("div", { class: "labkit-bar" }, el("label", { for: id }, "Filter"), input, button("Apply", apply), clear, counts, bar),
    fault,
    el("datalist", { id: `${id}-list` }, ...EXAMPLES.map((value) => el("option", { value }))),
  );
  return node;
}

function makePoints(model) {
  const list = el("fieldset", { class: "labkit-sniffer-points" });
  const summary = el("summary");
  const menu = el("details", {}, summary, list);
  let boxes = [];
  const tell = (box) => {
    const points = boxes.filter((each) => each.checked).map((each) => each.value);
    model.send({ kind: "points", points });
    if (!points.length) box.checked = true;
  };
  follow(model, ["points"], () => {
    boxes = model.get("points").map((value) => el("input", { type: "checkbox", value, onchange: (event) => tell(event.target) }));
    list.replaceChildren(
      el("legend", { class: "labkit-unseen" }, "Capture points"),
      ...boxes.map((box) => el("label", {}, box, ` ${visible(box.value)}`)),
    );
    menu.hidden = boxes.length < 2;
  });
  follow(model, ["points", "chosen"], () => {
    const chosen = new Set(model.get("chosen"));
    summary.textContent = `Capture points: ${visible([...chosen].join(", "))}`;
    for (const box of boxes) box.checked = chosen.has(box.value);
  });
  return menu;
}

function makeCompare(model) {
  const id = unique("compare");
  const choice = el("select", { id });
  choice.addEventListener("change", () => model.send({ kind: "compare", other: choice.value }));
  const node = el("span", {}, el("label", { for: id }, "Compare with "), choice);
  follow(model, ["points", "chosen", "other"], () => {
    const [here] = model.get("chosen");
    const names = ["", ...model.get("points").filter((each) => each !== here)];
    choice.replaceChildren(...names.map((value) => el("option", { value }, value ? visible(value) : "nothing")));
    choice.value = model.get("other");
    node.hidden = names.length < 2;
  });
  return node;
}

function makeSwitch(model) {
  const box = el("input", { type: "checkbox", role: "switch" });
  box.addEventListener("change", () => model.send({ kind: "decrypt", on: box.checked }));
  const node = el("label", { class: "labkit-sniffer-switch", title: "ESP and IKE, with the lab’s keys" }, box, " Decrypt");
  follow(model, ["opens", "can_open"], () => {
    box.checked = model.get("opens");
    node.hidden = !model.get("can_open");
  });
  return node;
}

// A file goes to the kernel piece by piece; each answer asks for the next.
function makeUpload(model, shared) {
  const field = el("input", { type: "file", accept: ".pcap,.pcapng,.cap", class: "labkit-unseen", tabindex: -1, "aria-hidden": "true" });
  const bar = el("progress", { max: 1, "aria-label": "File sent", hidden: true });
  let file = null;
  let turn = ""; // of the file chosen last: answers to another one's pieces are passed by then
  shared.more.add(({ at, turn: of }) => {
    if (of !== turn) return;
    if (at < 0) bar.hidden = true;
    else piece(at);
  });
  async function piece(at) {
    const { name, size } = file;
    const of = turn;
    bar.hidden = false;
    bar.value = at / Math.max(size, 1);
    const data = await file.slice(at, at + CHUNK).arrayBuffer();
    if (of === turn) model.send({ kind: "upload", name, at, size, turn }, undefined, [data]);
  }
  field.addEventListener("change", () => {
    if (!field.files[0]) return;
    [file] = field.files;
    field.value = ""; // so that the same one may be chosen again
    turn = unique("turn");
    piece(0);
  });
  return [button("Open…", () => field.click(), { title: "A capture file, pcap or pcapng" }), field, bar];
}

function makeDownload(model, shared) {
  const note = el("span", { role: "status", class: "labkit-unseen" });
  let waits = false;
  shared.saved.add((name, parts) => {
    if (!waits) return;
    waits = false;
    const link = el("a", { href: URL.createObjectURL(new Blob(parts, { type: "application/vnd.tcpdump.pcap" })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    note.textContent = `${name} saved`;
  });
  return [button("Save as pcap", () => { waits = true; model.send({ kind: "download" }); }, { title: "The packets shown" }), note];
}

function makeLegend() {
  return el("p", { class: "labkit-sniffer-legend" }, ...Object.entries(SIGNS).filter(([, [sign]]) => sign)
    .map(([about, [sign, words]]) => el("span", { class: `labkit-sniffer-${about}` }, el("b", {}, sign), ` ${words}`)));
}

function render(model, host, shared, signal) {
  const body = frame(model, host, "Sniffer", "sniffer");
  const list = makeList(model, shared.cache);
  const detail = makeDetail(model);
  const title = el("span", { class: "labkit-title" });
  const live = el("span", { class: "labkit-sniffer-live" });
  follow(model, ["title", "live", "past"], () => {
    title.textContent = visible(`Sniffer: ${model.get("title")}`);
    live.textContent = model.get("past") ? "○ kept" : model.get("live") ? "● live" : "file";
  });
  body.append(
    makePast(model, "These packets were seen"),
    el("div", { class: "labkit-bar" }, title, live, makePoints(model), makeCompare(model), makeSwitch(model),
      el("span", { class: "labkit-sniffer-files labkit-bar" }, ...makeUpload(model, shared), ...makeDownload(model, shared))),
    makeFilter(model), ...list.nodes, makeLegend(), detail.node,
  );
  const show = () => detail.show(shared.detail);
  const tell = (text) => detail.tell(text);
  shared.views.add(show);
  shared.tell.add(tell);
  show();
  const stop = () => { shared.views.delete(show); shared.tell.delete(tell); list.stop(); detail.stop(); };
  signal?.addEventListener("abort", stop);
  return stop;
}

export default () => {
  const shared = { detail: { packets: [], buffers: [] }, views: new Set(), tell: new Set(), more: new Set(), saved: new Set(), parts: [] };
  // The packet that is shown already is left alone, with what is folded and pointed at in it.
  const show = (known, message, buffers) => {
    shared.known = known;
    shared.detail = { packets: message.packets ?? [], buffers: buffers.map((each) => new Uint8Array(each.buffer ?? each, each.byteOffset ?? 0, each.byteLength)) };
    for (const view of shared.views) view();
  };
  const heard = {
    rows: (message) => shared.cache.take(message),
    detail: (message, buffers) => {
      const known = JSON.stringify(message.packets ?? []);
      if (known !== shared.known) show(known, message, buffers);
      for (const answered of shared.cache.answers) answered(message.turn);
    },
    stream: ({ text }) => { for (const view of shared.tell) view(text); },
    more: (message) => { for (const view of shared.more) view(message); },
    download: ({ name, last }, buffers) => {
      shared.parts.push(...buffers);
      if (!last) return;
      for (const view of shared.saved) view(name, shared.parts);
      shared.parts = [];
    },
  };
  return {
    initialize({ model }) {
      shared.cache = makeCache(model);
      model.on("msg:custom", (message, buffers) => heard[message.kind]?.(message, buffers));
      model.send({ kind: "hello" });
    },
    render: ({ model, el: host, signal }) => render(model, host, shared, signal),
  };
};
