// Several consoles: side by side, or one in front and the others behind tabs.
import { button, el, follow, frame, unique } from "../dom.js";

// Arrow keys, Home and End move along the tabs (the WAI-ARIA pattern).
function move(event, index, count) {
  const step = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: count - 1 }[event.key];
  return step === undefined ? undefined : (step + count) % count;
}

function render({ model, el: host, host: desk, signal }) {
  const members = model.get("members");
  const body = frame(model, host, "Consoles", "consoles");
  const set = (name, value) => { model.set(name, value); model.save_changes(); };
  const arrange = button("", () => set("arrangement", model.get("arrangement") === "side" ? "tabs" : "side"));
  const list = el("div", { class: "labkit-bar", role: "tablist", "aria-label": "Consoles" });
  const panels = members.map(() => el("div", { id: unique("panel"), class: "labkit-consoles-panel" }));
  const tabs = members.map(([, name], index) =>
    button(name, () => set("chosen", index), {
      id: unique("tab"), role: "tab", "aria-controls": panels[index].id,
      onkeydown: (event) => {
        const next = move(event, index, members.length);
        if (next === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        set("chosen", next);
        tabs[next].focus();
      },
    }));
  list.append(...tabs);
  const grid = el("div", { class: "labkit-consoles-grid" }, ...panels);
  body.append(el("div", { class: "labkit-bar" }, list, arrange), grid);

  follow(model, ["arrangement", "chosen"], () => {
    const tabbed = model.get("arrangement") === "tabs";
    list.hidden = !tabbed;
    grid.classList.toggle("labkit-consoles-side", !tabbed);
    arrange.textContent = tabbed ? "Side by side" : "In tabs";
    panels.forEach((panel, index) => {
      const chosen = index === model.get("chosen");
      panel.hidden = tabbed && !chosen;
      if (tabbed) {
        panel.setAttribute("role", "tabpanel");
        panel.setAttribute("aria-labelledby", tabs[index].id);
      } else {
        panel.removeAttribute("role");
        panel.removeAttribute("aria-labelledby");
      }
      tabs[index].setAttribute("aria-selected", String(chosen));
      tabs[index].tabIndex = chosen ? 0 : -1;
    });
  });

  return Promise.all(members.map(async ([reference], index) => {
    const child = await desk.getWidget(reference);
    await child.render({ el: panels[index], signal });
  })).then(() => undefined);
}

export default { render };
