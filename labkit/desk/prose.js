// The course's own texts: paragraphs, ``` blocks, `code` and **strong**, made of text nodes.
import { el } from "./dom.js";

export function prose(text) {
  return String(text).split(/^```.*$/m).flatMap((part, index) => {
    if (index % 2) return [el("pre", { class: "labkit-code", tabindex: "0" }, part.replace(/^\n|\n$/g, ""))];
    return part.split(/\n\s*\n/).filter((each) => each.trim()).map((each) => el("p", {}, ...inline(each.trim())));
  });
}

// One paragraph's pieces, for a sentence within something else.
export function inline(text) {
  return String(text).split(/(`[^`]+`|\*\*[^*]+\*\*)/).filter(Boolean).map((piece) => {
    if (piece.length > 2 && piece.startsWith("`")) return el("code", { class: "labkit-code" }, piece.slice(1, -1));
    if (piece.length > 4 && piece.startsWith("**")) return el("strong", {}, piece.slice(2, -2));
    return piece;
  });
}

// A radio button with its words, which wrap beside it and not below it.
export function choice(field, text) {
  return el("label", { class: "labkit-choice" }, field, el("span", {}, ...inline(text)));
}
