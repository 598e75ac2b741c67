// The ladder: a list of rungs between two ends.  Each rung is a button that opens what was in the
// message and what both ends printed about it.  All views share one state.
import { button, el, follow, frame, listen, makePast, unique, visible } from "../dom.js";

function stateOf(side, where) {
  return el(
    "span", { class: `labkit-ladder-state ${where} ${side.reasons.length ? "trouble" : ""}` },
    (side.reasons.length ? "✖ " : "") + visible(side.state || "—"),
    side.step ? el("small", {}, visible(side.step)) : null,
  );
}

function arrowOf(rung) {
  const kind = `labkit-ladder-arrow ${rung.sealed ? "sealed" : ""} ${rung.lost ? "lost" : ""}`;
  const tip = (sign) => el("span", { "aria-hidden": "true" }, sign);
  const line = () => el("span", { class: "labkit-ladder-line" });
  const again = rung.attempt ? ` again ${rung.attempt}` : "";
  const name = el("span", { class: "labkit-ladder-name" }, `${visible(rung.name)}${again}`);
  const head = rung.lost ? "✖" : rung.to_right ? "▶" : "◀";
  return el("span", { class: kind }, ...(rung.to_right
    ? [line(), name, line(), tip(head)] : [tip(head), line(), name, line()]));
}

// What a screen reader says of a rung.
function wordsOf(rung, ends) {
  if (rung.note) return `${rung.at} s: ${rung.name}`;
  const [from, to] = rung.to_right ? [ends[0][0], ends[1][0]] : [ends[1][0], ends[0][0]];
  return `${rung.at} s: ${rung.name}${rung.attempt ? `, sent again ${rung.attempt}` : ""} from ${rung.sender || from} to ${to}`
    + `${rung.lost ? ", never arrived" : ""}: ${rung.content}. ${ends[0][0]} ${rung.sides[0].state}, ${ends[1][0]} ${rung.sides[1].state}`;
}

function detailOf(rung, ends, debug) {
  const payloads = el("div", { class: "labkit-ladder-payloads" }, el("h4", {}, rung.note ? "No message" : `${visible(rung.name)}, ${rung.bytes} bytes`),
    rung.opened_by.length ? el("p", {}, visible(`Opened with the keys of ${rung.opened_by.join(" and ")}`)) : null,
    rung.note || rung.payloads.length ? null : el("p", {}, visible(rung.content)),
    ...rung.payloads.map(([name, sense, fields]) => el(
      "details", {}, el("summary", {}, el("b", {}, visible(name)), ` ${visible(sense)}`),
      el("dl", {}, ...fields.flatMap(([key, value]) => [el("dt", {}, visible(key)), el("dd", {}, visible(value))])))));
  const debugs = rung.sides.map((side, index) => side.lines.length ? el(
    "div", {}, el("h4", {}, visible(`debug at ${ends[index][0]}`)),
    el("pre", { class: "labkit-ladder-debug labkit-code", tabindex: 0, role: "region", "aria-label": visible(`Debug lines at ${ends[index][0]}`) },
      side.lines.map(visible).join("\n"))) : null);
  return el("div", { class: "labkit-ladder-detail" }, payloads, ...(debug ? debugs : []));
}

function rungItem(rung, number, ends, model, toggle) {
  const id = unique("rung");
  const open = model.get("open_rungs").includes(number);
  const row = el(
    "button", { type: "button", class: "labkit-ladder-row", "aria-expanded": String(open), "aria-controls": id,
      "aria-label": visible(wordsOf(rung, ends)), "data-rung": number, onclick: () => toggle(number) },
    el("span", { class: "labkit-ladder-at" }, rung.at),
    stateOf(rung.sides[0], "left"),
    rung.note ? el("span", { class: "labkit-ladder-note" }, visible(rung.name))
      : el("span", { class: "labkit-ladder-message" }, arrowOf(rung), visible(rung.content)),
    stateOf(rung.sides[1], "right"),
  );
  const reasons = rung.note ? [] : rung.sides.flatMap((side, index) => side.reasons.map((each) => `${ends[index][0]}: ${each}`));
  const detail = el("div", { id, hidden: !open });
  if (open) detail.append(detailOf(rung, ends, model.get("debug")));
  const headlines = model.get("debug") && reasons.length
    ? rung.sides.filter((side) => side.reasons.length && side.headline).map((side) => el("li", { class: "labkit-code" }, visible(side.headline))) : [];
  return el("li", {}, row,
    reasons.length ? el("ul", { class: "labkit-ladder-why" }, ...reasons.map((each) => el("li", {}, visible(each))), ...headlines) : null,
    detail);
}

function render(model, host, state, signal) {
  const body = frame(model, host, "Ladder of IKE messages", "ladder");
  const set = (name, value) => { model.set(name, value); model.save_changes(); };
  const decrypt = button("Decrypt with the lab's keys", () => set("decrypt", !model.get("decrypt")));
  const debug = button("Debug lines", () => set("debug", !model.get("debug")));
  const ends = el("div", { class: "labkit-ladder-ends" });
  const rungs = el("ol", { class: "labkit-ladder-rungs" });
  const list = el("div", { class: "labkit-ladder-list", role: "region", "aria-label": "Messages", tabindex: 0 }, ends, rungs);
  const outcome = el("p", { class: "labkit-ladder-outcome", role: "status" });
  const esp = el("p", {});
  const all = button("Open all", () => set("open_rungs", model.get("open_rungs").length ? []
    : (state.ladder?.rungs ?? []).map((_, index) => index + state.ladder.first)));
  body.append(
    makePast(model, "This was said"),
    el("div", { class: "labkit-bar" }, el("span", { class: "labkit-title" }, "IKE"),
      model.get("capture") ? el("span", {}, visible(`as ${model.get("capture")} saw it`)) : null, decrypt, debug, all),
    list, outcome, esp);
  const toggle = (number) => {
    const open = model.get("open_rungs");
    set("open_rungs", open.includes(number) ? open.filter((each) => each !== number) : [...open, number]);
  };
  const made = new Map(); // by number: what a rung looked like, and its element
  let width = 0;
  const draw = () => {
    const { ladder } = state;
    if (!ladder) return;
    ends.replaceChildren(el("span", { class: "labkit-ladder-at" }, "s"), ...ladder.ends.flatMap(([name, address], index) => {
      const end = el("span", { class: "labkit-ladder-end" }, el("b", {}, visible(name)), visible(address || "silent"));
      return index ? [el("span"), end] : [end];
    }));
    const open = model.get("open_rungs");
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 30;
    ladder.rungs.forEach((rung, index) => {
      const number = ladder.first + index;
      const look = JSON.stringify([rung, open.includes(number), model.get("debug"), ladder.ends]);
      if (made.get(number)?.look === look) return;
      const item = rungItem(rung, number, ladder.ends, model, toggle);
      const old = made.get(number)?.item;
      const focused = old?.contains(document.activeElement) && document.activeElement.dataset.rung;
      if (old) old.replaceWith(item);
      else rungs.append(item);
      if (focused) item.querySelector(".labkit-ladder-row").focus();
      made.set(number, { look, item });
    });
    for (const [number, { item }] of made) {
      if (number < ladder.first || number >= ladder.first + ladder.rungs.length) { item.remove(); made.delete(number); }
    }
    if (atEnd && width && ladder.rungs.length > width) list.scrollTop = list.scrollHeight;
    width = ladder.rungs.length;
    all.textContent = open.length ? "Close all" : "Open all";
    if (outcome.textContent !== visible(ladder.outcome)) outcome.textContent = visible(ladder.outcome);
    outcome.classList.toggle("stopped", !/^(Up|No IKE|Phase 1 is under way)/.test(ladder.outcome));
    esp.textContent = visible(ladder.esp.map(([name, out, back]) => `ESP at ${name}: encaps ${out}, decaps ${back}`).join(" · "));
  };
  follow(model, ["open_rungs", "debug"], draw);
  follow(model, ["decrypt", "debug"], () => {
    decrypt.setAttribute("aria-pressed", String(model.get("decrypt")));
    debug.setAttribute("aria-pressed", String(model.get("debug")));
  });
  state.views.add(draw);
  const stop = () => state.views.delete(draw);
  signal?.addEventListener("abort", stop);
  return stop;
}

export default () => {
  const state = { ladder: null, views: new Set() };
  const take = (message) => { state.ladder = message; for (const view of state.views) view(); };
  return {
    initialize({ model }) { listen(model, { ladder: take, snapshot: take }); },
    render: ({ model, el: host, signal }) => render(model, host, state, signal),
  };
};
