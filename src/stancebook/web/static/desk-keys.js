// The list of keys.
import { ask, h } from "./desk-dom.js";

const KEYS = [
  ["In the text", [
    ["← → ↑ ↓", "move the caret"],
    ["Ctrl+← →", "by a word"],
    ["Ctrl+↑ ↓", "by a sentence"],
    ["Shift with these", "select"],
    ["0", "nothing to code in the selected words"],
    [".  or Alt", "while selecting: exactly these letters, not whole words"],
    ["n  N", "next, previous passage that no row quotes"],
  ]],
  ["Rows", [
    ["j  k", "next, previous row"],
    ["Enter", "edit the row"],
    ["d", "duplicate it"],
    ["Delete", "remove it"],
    ["/", "search"],
    ["r", "review row by row"],
    ["c", "settle where coders differ"],
  ]],
  ["In a form", [
    ["Tab", "next field"],
    ["↓", "show the choices"],
    ["Alt+↑", "as before"],
    ["Alt+↓", "words from the text"],
    ["Ctrl+Enter", "apply"],
    ["Escape", "leave"],
  ]],
  ["Everywhere", [
    ["Ctrl+S", "save"],
    ["Ctrl+Z", "undo"],
    ["Ctrl+Shift+Z", "redo"],
    ["?", "this list"],
  ]],
];

/** Show the keys; those of the tables first. */
export function showKeys(tables) {
  const letters = tables.filter(({ shortcut }) => shortcut).map(({ shortcut, name }) => [shortcut, name.replaceAll("_", " ")]);
  const groups = [["A row for the selected words", letters], ...KEYS];
  const list = ([title, keys]) =>
    h("section", {}, h("h3", {}, title), h("dl", { class: "keys" }, keys.flatMap(([key, does]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, does)])));
  return ask("Keys", h("div", { class: "key-groups" }, groups.map(list)), [["close", "Close"]]);
}
