// The status line.  The kernel keeps the facts; this shows them and asks for time to go by.
import { button, el, follow, frame, unique, visible } from "../dom.js";

function span(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [size, name, unit, small] = whole < 3600 ? [60, "min", 1, "s"] : [3600, "h", 60, "min"];
  const rest = Math.floor((whole % size) / unit);
  return `${Math.floor(whole / size)} ${name}${rest ? ` ${rest} ${small}` : ""}`;
}

function fact(name) {
  const value = el("span", { class: "labkit-status-value" });
  return { node: el("div", {}, el("span", { class: "labkit-status-name" }, name), " ", value), value };
}

function makeFacts(model) {
  const shown = {
    checkpoint: fact("Checkpoint"), seed: fact("Seed"), clock: fact("Lab time"),
    since: fact("Since start"), rekey: fact("Next rekey"), changed: fact("Changed"),
    fault: fact("Fault"),
  };
  follow(model, ["facts"], () => {
    const facts = model.get("facts") ?? {};
    const text = {
      ...facts,
      rekey: facts.rekey == null ? "no SA yet" : `in ${span(facts.rekey)}`,
      changed: (facts.changed ?? []).join(", "),
    };
    for (const [name, { node, value }] of Object.entries(shown)) {
      value.textContent = visible(text[name] ?? "");
      node.hidden = text[name] === "" || text[name] == null;
    }
  });
  return el("div", { class: "labkit-status-facts" }, ...Object.values(shown).map(({ node }) => node));
}

function render({ model, el: host }) {
  const body = frame(model, host, "Status of the lab", "status");
  const busy = () => Boolean(model.get("work")?.what);
  const send = (kind, content = {}) => { if (!busy()) model.send({ kind, ...content }); };
  const id = unique("checkpoint");
  const from = el("select", { id },
    ...model.get("checkpoints").map((name) => el("option", { value: name }, visible(name))));
  const ahead = [
    button("1 min", () => send("advance", { seconds: 60 }), { "aria-label": "Move on a minute" }),
    button("1 h", () => send("advance", { seconds: 3600 }), { "aria-label": "Move on an hour" }),
    button("To next rekey", () => send("rekey")),
    button("To next event", () => send("event")),
  ];
  const start = button("Start again", () => send("start", { checkpoint: from.value }));
  const said = el("p", { class: "labkit-status-said", role: "status" });
  const label = unique("ahead");
  body.append(
    makeFacts(model),
    el("div", { class: "labkit-bar" },
      el("div", { class: "labkit-bar", role: "group", "aria-labelledby": label },
        el("span", { id: label }, "Fast-forward"), ...ahead),
      el("div", { class: "labkit-bar labkit-status-start" },
        el("label", { for: id }, "From checkpoint"), from, start)),
    said,
    el("details", {}, el("summary", {}, "What is simulated?"),
      el("p", {}, visible(model.get("simulated")), " Lab time ",
        model.get("facts").pace === "moves only by commands"
          ? "moves only by commands and by these buttons."
          : "ticks with the clock on the wall.")),
  );

  follow(model, ["said"], () => {
    said.textContent = visible(model.get("said"));
    said.hidden = !model.get("said");
  });
  follow(model, ["work"], () => {
    // Not `disabled`, which would take the focus from who has just pressed it.
    for (const each of [...ahead, start]) each.setAttribute("aria-disabled", String(busy()));
  });
  let known = null; // the choice follows the lab, until somebody chooses
  follow(model, ["facts"], () => {
    const { checkpoint } = model.get("facts");
    if (checkpoint !== known && model.get("checkpoints").includes(checkpoint)) {
      from.value = known = checkpoint;
    }
  });
}

export default { render };
