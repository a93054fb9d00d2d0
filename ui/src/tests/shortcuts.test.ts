import { describe, expect, test } from "vitest";
import { isHeld, shortcutOf, type Press, type Scene } from "../input/shortcuts";

const press = (key: string, over: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  repeat: false,
  ...over,
});
const page: Scene = { mac: false, inField: false, inDialog: false, onRow: false };

test.each([
  ["j", "join"],
  ["1", "today"],
  ["2", "week"],
  ["3", "people"],
  ["n", "add"],
  ["i", "import"],
  ["f", "search"],
  [",", "settings"],
  ["w", "hide"],
  ["q", "quit"],
])("Ctrl+%s is %s, in a field too", (key, shortcut) => {
  expect(shortcutOf(press(key, { ctrlKey: true }), page)).toBe(shortcut);
  expect(shortcutOf(press(key, { ctrlKey: true }), { ...page, inField: true })).toBe(shortcut);
});

test("Cmd takes Control’s place on a Mac", () => {
  expect(shortcutOf(press("j", { metaKey: true }), { ...page, mac: true })).toBe("join");
  expect(shortcutOf(press("j", { ctrlKey: true }), { ...page, mac: true })).toBeNull();
});

describe("on a row", () => {
  const row = { ...page, onRow: true };
  test.each([
    ["j", "row_join"],
    ["m", "row_move"],
    ["l", "row_copy"],
    ["M", "row_move"],
  ])("%s is %s", (key, shortcut) => {
    expect(shortcutOf(press(key), row)).toBe(shortcut);
    expect(shortcutOf(press(key), page)).toBeNull();
  });
});

test("letters and arrows typed in a field stay there", () => {
  const field = { ...page, inField: true, onRow: true };
  for (const key of ["j", "m", "ArrowDown", "Escape"]) expect(shortcutOf(press(key), field)).toBeNull();
});

test("a dialog lets only hide and quit through", () => {
  const dialog = { ...page, inDialog: true };
  expect(shortcutOf(press("q", { ctrlKey: true }), dialog)).toBe("quit");
  expect(shortcutOf(press("w", { ctrlKey: true }), dialog)).toBe("hide");
  for (const key of ["j", "n", "1"]) expect(shortcutOf(press(key, { ctrlKey: true }), dialog)).toBeNull();
  expect(shortcutOf(press("ArrowDown"), dialog)).toBeNull();
});

test("arrows, Escape, F1 and Alt+← are the page’s", () => {
  expect(shortcutOf(press("ArrowUp"), page)).toBe("row_up");
  expect(shortcutOf(press("ArrowDown"), page)).toBe("row_down");
  expect(shortcutOf(press("Escape"), page)).toBe("leave");
  expect(shortcutOf(press("F1"), page)).toBe("keys");
  expect(shortcutOf(press("ArrowLeft", { altKey: true }), page)).toBe("back");
  expect(shortcutOf(press("n", { ctrlKey: true, shiftKey: true }), page)).toBeNull();
});

test("a key that is held is one press; only from row to row it goes on", () => {
  const held = (key: string, over: Partial<Press> = {}) => {
    const one = press(key, { repeat: true, ...over });
    return isHeld(one, shortcutOf(one, { ...page, onRow: true }));
  };
  for (const key of ["j", "1", "n", "i", "f", ",", "w", "q"]) expect(held(key, { ctrlKey: true })).toBe(true);
  for (const key of ["j", "m", "l", "Escape", "F1", "Enter"]) expect(held(key)).toBe(true);
  expect(held("ArrowLeft", { altKey: true })).toBe(true);
  for (const key of ["ArrowUp", "ArrowDown", "x", "Tab", "PageDown"]) expect(held(key)).toBe(false);
  expect(isHeld(press("j", { ctrlKey: true }), "join")).toBe(false);
});
