// A device's prompt.  The kernel keeps the lines (and has made them harmless text); this shows
// them and sends keys.  All views of one console share the lines below.
import { button, el, follow, frame, listen, unique, visible } from "../dom.js";

const BLOCK = 100; // lines of one text node: what is off the screen costs no layout
const KEYS = {
  Enter: "\r", Backspace: "\x7f", Tab: "\t", ArrowUp: "\x1b[A", ArrowDown: "\x1b[B",
  ArrowRight: "\x1b[C", ArrowLeft: "\x1b[D", Home: "\x01", End: "\x05", Delete: "\x1b[3~",
};
const SIZES = [10, 11, 12, 13, 14, 16, 18, 20, 24, 28];

// What a key asks the shell for, or undefined where it is text, the browser's or ours.
function keysOf(event) {
  if (event.metaKey || (event.ctrlKey && event.altKey)) return undefined;
  if (event.ctrlKey) {
    if (/^[a-z]$/i.test(event.key) && event.key.toLowerCase() !== "v" && !event.shiftKey) {
      return String.fromCharCode(event.key.toUpperCase().charCodeAt(0) & 31);
    }
    return event.key === "^" || event.code === "Digit6" ? "\x1e" : undefined;
  }
  if (event.altKey || event.shiftKey && event.key === "Tab") return undefined;
  return KEYS[event.key];
}

function makeText() {
  return { oldest: 0, lines: [""], cursor: 0, views: new Set() };
}

// Take the kernel's update: its lines replace ours from number `first` on.
function update(text, message) {
  const keep = message.first - text.oldest;
  if (keep < 0 || keep > text.lines.length) {
    text.lines = [];
    text.oldest = message.first;
  } else text.lines.length = keep;
  for (const line of message.lines) text.lines.push(line);
  if (message.oldest > text.oldest) {
    text.lines.splice(0, message.oldest - text.oldest);
    text.oldest = message.oldest;
  }
  text.cursor = message.cursor;
  for (const view of text.views) view(message.first);
}

// The lines as blocks of text, and the last one with its cursor.
function makePane(text) {
  const past = el("div", { class: "labkit-console-past" });
  const before = el("span");
  const at = el("span", { class: "labkit-console-cursor" });
  const after = el("span");
  const now = el("div", { class: "labkit-console-now" }, before, at, after);
  const blocks = new Map();

  function draw(first) {
    const end = text.oldest + text.lines.length - 1; // number of the last line
    const low = Math.floor(text.oldest / BLOCK);
    const high = Math.floor((end - 1) / BLOCK);
    for (const [number, node] of blocks) {
      if (number < low || number > high) { node.remove(); blocks.delete(number); }
    }
    for (let n = Math.max(low, Math.min(Math.floor(first / BLOCK), high)); n <= high; n += 1) {
      const from = Math.max(n * BLOCK, text.oldest);
      const lines = text.lines.slice(from - text.oldest, Math.min((n + 1) * BLOCK, end) - text.oldest);
      if (!blocks.has(n)) {
        blocks.set(n, past.appendChild(el("div", { class: "labkit-console-block" })));
      }
      blocks.get(n).textContent = lines.map((line) => `${line}\n`).join("");
    }
    const line = text.lines[text.lines.length - 1] ?? "";
    before.textContent = line.slice(0, text.cursor);
    at.textContent = line[text.cursor] ?? " ";
    after.textContent = line.slice(text.cursor + 1);
  }
  return { nodes: [past, now], draw };
}

// Finished lines for a screen reader, a few at a time: the pane itself stays silent.
function makeReader(text) {
  const node = el("div", { class: "labkit-unseen", role: "log", "aria-live": "polite" });
  let told = text.oldest + text.lines.length - 1;
  let timer = null;
  const tell = () => {
    timer = null;
    const end = text.oldest + text.lines.length - 1;
    const from = Math.max(told, end - 20, text.oldest);
    const lines = text.lines.slice(from - text.oldest, end - text.oldest);
    if (lines.length) node.replaceChildren(el("div", {}, lines.join("\n").slice(0, 4000)));
    told = end;
  };
  return { node, draw: () => { timer ??= setTimeout(tell, 400); }, stop: () => clearTimeout(timer) };
}

// The unseen field that has the focus: what is typed in it goes to the device at once.
function makeField(model, pane, leave, scroll) {
  const send = (text) => { if (text) model.send({ kind: "keys", text }); };
  const paste = (text) => {
    const lines = text.replace(/\r\n?/g, "\n");
    if (lines.includes("\n")) model.send({ kind: "paste", text: lines });
    else send(lines);
  };
  const field = el("textarea", {
    class: "labkit-console-field", rows: 1, autocapitalize: "off", autocomplete: "off",
    autocorrect: "off", spellcheck: "false", "aria-label": `Type to ${model.get("device")}`,
  });
  const flush = () => { send(field.value); field.value = ""; };
  field.addEventListener("input", (event) => { if (!event.isComposing) flush(); });
  field.addEventListener("compositionend", flush);
  field.addEventListener("paste", (event) => {
    event.preventDefault();
    paste(event.clipboardData.getData("text/plain"));
  });
  field.addEventListener("keydown", (event) => {
    event.stopPropagation(); // the notebook has other plans for most keys
    if (event.isComposing) return;
    if (event.key === "Escape") { event.preventDefault(); leave(); return; }
    if (event.key === "PageUp" || event.key === "PageDown") {
      event.preventDefault();
      scroll(event.key === "PageUp" ? -1 : 1);
      return;
    }
    const selected = String(getSelection() ?? "");
    if (event.ctrlKey && event.key === "c" && selected) return; // copies
    const keys = keysOf(event);
    if (keys === undefined) return;
    event.preventDefault();
    flush();
    send(keys);
  });
  pane.addEventListener("mouseup", () => {
    if (!String(getSelection() ?? "")) field.focus({ preventScroll: true });
  });
  return { field, paste };
}

async function copy(text, fallback) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection().selectAllChildren(fallback);
    document.execCommand("copy");
    getSelection().removeAllRanges();
  }
}

// A place to paste into by hand, and what became of the last paste.
function makePaste(model, paste) {
  const id = unique("paste");
  const area = el("textarea", { id, rows: 8, class: "labkit-code", spellcheck: "false" });
  const panel = el(
    "div", { class: "labkit-console-paste", hidden: true },
    el("label", { for: id }, "Lines to type, one by one:"),
    area,
    el("div", { class: "labkit-bar" },
      button("Type them in", () => { paste(`${area.value}\n`); area.value = ""; panel.hidden = true; }),
      button("Cancel", () => { panel.hidden = true; })),
  );
  const bar = el("progress", { "aria-label": "Lines typed" });
  const said = el("span", { role: "status" });
  const stop = button("Stop", () => model.send({ kind: "stop" }));
  const list = el("ol", { class: "labkit-console-refused labkit-code" });
  const result = el(
    "div", { class: "labkit-console-result", hidden: true },
    el("div", { class: "labkit-bar" }, bar, said, stop,
      button("Dismiss", () => { result.hidden = true; })),
    list,
  );
  follow(model, ["pasted"], () => {
    const state = model.get("pasted") ?? {};
    if (!state.total) return;
    result.hidden = false;
    bar.hidden = stop.hidden = !state.running;
    bar.max = state.total;
    bar.value = state.done;
    said.textContent = state.running ? `Typing line ${state.done} of ${state.total}` : verdict(state);
    list.replaceChildren(...state.refused.map(([number, line, answer]) =>
      el("li", { value: number }, visible(line.trim()), el("span", {}, ` → ${visible(answer)}`))));
  });
  const toggle = () => { panel.hidden = !panel.hidden; if (!panel.hidden) area.focus(); };
  area.addEventListener("keydown", (event) => event.stopPropagation());
  return { panel, result, toggle };
}

function verdict({ done, total, count }) {
  const typed = done < total ? `Stopped after ${done} of ${total} lines` : `${total} lines typed`;
  return `${typed}; ${count ? `${count} refused:` : "none refused."}`;
}

function makeState(model) {
  const state = el("span", { role: "status", class: "labkit-console-state" });
  const again = button("Reconnect", () => model.send({ kind: "reconnect" }));
  follow(model, ["state", "why"], () => {
    const now = model.get("state");
    const sign = { connected: "●", closed: "○", connecting: "◌" }[now] ?? "";
    state.textContent = `${sign} ${now}${model.get("why") ? `: ${visible(model.get("why"))}` : ""}`;
    again.hidden = now !== "closed";
  });
  return { state, again };
}

function makeTools(model, text, past, toggle) {
  const resize = (step) => {
    const place = SIZES.findIndex((size) => size >= model.get("size"));
    model.set("size", SIZES[Math.max(0, Math.min(SIZES.length - 1, place + step))]);
    model.save_changes();
  };
  const done = el("span", { role: "status" });
  const whole = async () => {
    await copy(text.lines.map((line) => line.trimEnd()).join("\n"), past);
    done.textContent = `${text.lines.length} lines copied`;
  };
  return [
    button("Copy session", whole),
    button("Paste lines…", toggle),
    button("A−", () => resize(-1), { "aria-label": "Smaller letters" }),
    button("A+", () => resize(1), { "aria-label": "Larger letters" }),
    done,
  ];
}

function render(model, host, text, signal) {
  const name = model.get("device");
  const body = frame(model, host, `Console of ${name}`, "console");
  const { nodes, draw } = makePane(text);
  const reader = makeReader(text);
  const pane = el("div", { class: "labkit-console-pane labkit-code" }, ...nodes);
  const end = button("↓ To the end", () => { pane.scrollTop = pane.scrollHeight; });
  const { state, again } = makeState(model);
  let follows = true; // the view stays at the end until somebody scrolls up
  const look = () => {
    follows = pane.scrollHeight - pane.scrollTop - pane.clientHeight < 24;
    end.hidden = follows;
  };
  // Looked at here already: the event comes a frame later, and what is drawn until then would
  // pull the view back to the end.
  const scroll = (pages) => { pane.scrollTop += pages * pane.clientHeight * 0.9; look(); };
  const tools = el("div", { class: "labkit-bar labkit-console-tools" });
  const leave = () => tools.querySelector("button:not([hidden])").focus();
  const { field, paste } = makeField(model, pane, leave, scroll);
  const { panel, result, toggle } = makePaste(model, paste);
  const hint = el("span", { id: unique("hint"), class: "labkit-console-hint" }, "Esc leaves the prompt");
  field.setAttribute("aria-describedby", hint.id);
  pane.append(field);
  tools.append(again, ...makeTools(model, text, nodes[0], toggle), end, hint);
  body.append(
    el("div", { class: "labkit-bar" },
      el("span", { class: "labkit-title" }, name), el("span", {}, model.get("title")), state),
    pane, reader.node, tools, panel, result,
  );

  pane.addEventListener("scroll", look);
  const show = (first) => {
    draw(first);
    reader.draw();
    if (follows) pane.scrollTop = pane.scrollHeight;
  };
  end.hidden = true;
  follow(model, ["size", "rows"], () => {
    pane.style.fontSize = `${model.get("size")}px`;
    pane.style.height = `${model.get("rows") * 1.3 + 1}em`;
  });
  // Also when it comes from behind a tab or back into the page: what is not shown does not scroll.
  const sized = new ResizeObserver(() => { if (follows) pane.scrollTop = pane.scrollHeight; });
  sized.observe(pane);
  show(0);
  text.views.add(show);
  const stop = () => { text.views.delete(show); reader.stop(); sized.disconnect(); };
  signal?.addEventListener("abort", stop);
  return stop;
}

export default () => {
  const text = makeText();
  return {
    initialize({ model }) {
      const take = (message) => update(text, message);
      listen(model, { lines: take, snapshot: take });
    },
    render: ({ model, el: host, signal }) => render(model, host, text, signal),
  };
};
