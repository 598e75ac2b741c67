// A long list of which only the rows in sight exist.  Rows are equally high; `draw(place)` makes one.
import { el } from "../dom.js";

const TALLEST = 8_000_000; // pixels; browsers give up on taller elements

// What is given as `head` stays above the rows.
export function makeWindow(attributes, rowHeight, draw, head = null) {
  const rows = el("div", { class: "labkit-window-rows", role: "presentation" });
  const space = el("div", { class: "labkit-window-space", role: "presentation" }, rows);
  const pane = el("div", attributes, head, space);
  let count = 0;
  let asked = false;

  const height = () => rowHeight();
  // A list taller than the browser allows is scrolled in larger steps.
  const scale = () => Math.max(1, (count * height()) / TALLEST);
  const first = () => Math.floor((pane.scrollTop * scale()) / height());
  const room = () => pane.clientHeight - (head?.offsetHeight ?? 0);
  const visible = () => Math.ceil(room() / height()) + 1;

  const stretch = () => { space.style.height = `${(count * height()) / scale()}px`; };

  // A row that is as it was stays: a click on it may be half done.
  function paint() {
    asked = false;
    const from = Math.max(0, Math.min(first(), count - visible() + 1));
    const many = Math.max(Math.min(count - from, visible()), 0);
    stretch();
    rows.style.transform = `translateY(${scale() > 1 ? pane.scrollTop : from * height()}px)`;
    for (let n = 0; n < many; n += 1) {
      const now = draw(from + n);
      const before = rows.children[n];
      if (!before) rows.append(now);
      else if (!before.isEqualNode(now)) before.replaceWith(now);
    }
    while (rows.children.length > many) rows.lastChild.remove();
  }

  function repaint() {
    if (!asked) { asked = true; requestAnimationFrame(paint); }
  }

  // Scroll as little as is needed to see the row.
  function reveal(place) {
    const top = (place * height()) / scale();
    const below = room() - height();
    if (top < pane.scrollTop) pane.scrollTop = top;
    else if (top > pane.scrollTop + below) pane.scrollTop = top - below;
    repaint();
  }

  pane.addEventListener("scroll", repaint);
  const observer = new ResizeObserver(repaint);
  observer.observe(pane);
  return {
    pane, repaint, reveal, rows,
    page: () => Math.max(1, visible() - 2),
    atEnd: () => pane.scrollTop + pane.clientHeight >= pane.scrollHeight - height(),
    resize: (many) => { count = many; stretch(); repaint(); }, // high enough for `reveal` already
    stop: () => observer.disconnect(),
  };
}
