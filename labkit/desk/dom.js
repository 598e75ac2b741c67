// What all widgets share: elements made without markup, and the way to the kernel.
// Whatever comes from a device or a capture reaches the page as text and as nothing else.

const SVG = "http://www.w3.org/2000/svg";

// el("button", { class: "x", onclick: f, "aria-label": "…", disabled: true }, "text", child)
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null)); // strings become text nodes
  return node;
}

// Control characters as pictures, and what would turn the reading direction as a mark.
export function visible(text) {
  return String(text)
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(/\u007f/g, "\u2421")
    .replace(/[\u0080-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

export function button(label, onclick, attributes = {}) {
  return el("button", { type: "button", class: "labkit-button", onclick, ...attributes }, label);
}

let counter = 0;
const page = Math.random().toString(36).slice(2, 8);

// An id that no other widget of the page has: each widget has its own copy of this module.
export function unique(prefix) {
  counter += 1;
  return `labkit-${prefix}-${page}-${counter}`;
}

// Messages from the kernel to a table of functions by kind; asks for a snapshot.
export function listen(model, heard) {
  model.on("msg:custom", (message, buffers) => heard[message.kind]?.(message, buffers));
  model.send({ kind: "hello" });
}

// Calls `draw` now and whenever one of the traits changes, until the view goes.
export function follow(model, names, draw) {
  for (const name of names) model.on(`change:${name}`, draw);
  draw();
}

const PATIENCE = 300; // milliseconds: what is over sooner needs no progress bar

// A progress bar that shows itself only where something takes its time.
// show({ what, done, total, stoppable }), total 0: nobody knows how long; show({}): it is over.
export function progress(onstop = null) {
  const bar = el("progress", { "aria-label": "Progress" });
  const said = el("span", { role: "status" });
  const stop = button("Stop", onstop ?? (() => {}));
  const node = el("div", { class: "labkit-bar labkit-work", hidden: true }, bar, said, stop);
  let timer = null;
  const show = ({ what = "", done = 0, total = 0, stoppable = false } = {}) => {
    if (!what) {
      clearTimeout(timer);
      timer = null;
      node.hidden = true;
      said.textContent = "";
      return;
    }
    timer ??= setTimeout(() => { node.hidden = false; }, PATIENCE);
    if (total > 0) {
      bar.max = total;
      bar.value = done;
    } else bar.removeAttribute("value");
    bar.setAttribute("aria-label", visible(what));
    if (said.textContent !== `${visible(what)} …`) said.textContent = `${visible(what)} …`;
    stop.hidden = !(onstop && stoppable);
  };
  return { node, show };
}

// Says that a widget keeps what it showed before the lab started again, and offers to go on.
export function makePast(model, words) {
  const said = el("span", { role: "status" });
  const node = el("div", { class: "labkit-bar labkit-past", hidden: true }, said,
    button("Show the lab as it is now", () => model.send({ kind: "now" })));
  follow(model, ["past"], () => {
    const past = model.get("past");
    node.hidden = !past;
    said.textContent = past ? visible(`The lab has started again since. ${words} at checkpoint ${past}.`) : "";
  });
  return node;
}

// The notebook's shortcuts rest where this stands.  Notebook 7 takes keys before the page's own
// handlers and looks at what has the focus first, so it must stand there and not only around it.
const RESTING = "data-lm-suppress-shortcuts";
const rest = (event) => event.target.setAttribute(RESTING, "true");

// The frame of a view: a labelled group in which JupyterLab's shortcuts rest, with a line for
// trouble, one for a kernel that is gone, and a progress bar for what the kernel is busy with.
export function frame(model, host, label, kind) {
  const trouble = el("p", { class: "labkit-trouble", role: "alert", hidden: true });
  const gone = el("p", { class: "labkit-trouble", role: "status", hidden: true });
  const work = progress(() => model.send({ kind: "halt" }));
  const body = el("div", { class: `labkit-body labkit-${kind}` });
  host.append(
    el(
      "div",
      { class: "labkit", role: "group", "aria-label": label, [RESTING]: "true", onfocusin: rest },
      trouble,
      gone,
      work.node,
      body,
    ),
  );
  follow(model, ["work"], () => work.show(model.get("work")));
  follow(model, ["trouble"], () => {
    trouble.hidden = !model.get("trouble");
    trouble.textContent = visible(model.get("trouble") || "");
  });
  model.on("comm_live_update", () => {
    gone.hidden = false;
    gone.textContent = "The kernel behind this is gone: run the cell again.";
  });
  return body;
}
