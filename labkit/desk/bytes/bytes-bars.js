// The bars of an account of bytes, for whichever widget shows one.
import { el, follow } from "../dom.js";

// Every frame as a bar on one scale; a part is a button that explains itself.
// The frames are those of the trait, as labkit.desk.bytes.widget makes them.
export function makeBars(model, trait) {
  const node = el("div");
  const said = el("p", { class: "labkit-bytes-said", role: "status" }, "Choose a part of a bar to see its fields.");
  let chosen = "";
  let parts = [];

  function explain(part) {
    const fields = part.fields.map(([name, size]) => `${name} ${size}`).join(", ");
    said.textContent = `${part.name}: ${part.size} bytes, ${part.guard}${part.why ? ` — ${part.why}` : ""}${part.fields.length > 1 ? ` (${fields})` : ""}`;
  }

  function draw() {
    const { frames = [] } = model.get(trait);
    const widest = Math.max(...frames.map((each) => each.size));
    const focus = parts.findIndex(({ button }) => button === document.activeElement);
    parts = [];
    node.replaceChildren(...frames.map((each, index) => el(
      "div", { class: "labkit-bytes-frame" },
      el("h4", {}, `${each.title}: ${each.size} bytes`),
      el("div", { class: "labkit-bytes-bar", role: "group", "aria-label": `The frame ${each.title}, part by part`, style: `width: ${(100 * each.size) / widest}%` },
        ...each.parts.map((part, n) => {
          const key = `${index}/${part.name}`;
          const share = (100 * part.size) / each.size;
          const made = el("button", {
            type: "button", class: `labkit-bytes-part labkit-bytes-${part.guard}`, style: `width: ${share}%`,
            title: `${part.name}, ${part.size}`, "aria-label": `${part.name}, ${part.size} bytes, ${part.guard}`,
            "aria-pressed": String(key === chosen), tabindex: index === 0 && n === 0 ? 0 : -1,
            onclick: () => { chosen = key; explain(part); press(); },
          }, el("span", {}, share > 5 ? part.name : ""), el("span", {}, share > 2.5 ? String(part.size) : ""));
          parts.push({ button: made, key, part });
          return made;
        })),
    )));
    const again = parts.find(({ key }) => key === chosen);
    if (again) explain(again.part);
    if (focus >= 0) (again ?? parts[Math.min(focus, parts.length - 1)]).button.focus();
  }

  const press = () => parts.forEach(({ button, key }) => button.setAttribute("aria-pressed", String(key === chosen)));

  node.addEventListener("keydown", (event) => {
    const at = parts.findIndex(({ button }) => button === event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: parts.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = parts[Math.max(0, Math.min(parts.length - 1, to))];
    parts.forEach(({ button }) => { button.tabIndex = -1; });
    next.button.tabIndex = 0;
    next.button.focus();
    explain(next.part);
  });
  follow(model, [trait], draw);
  return [node, said];
}
