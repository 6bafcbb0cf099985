import { expect, test } from "vitest";
import { menuPosition } from "./menu-position";

const WINDOW = { width: 360, height: 740 };
const MENU = { width: 200, height: 150 };
const trigger = (left: number, top: number) => ({ left, top, width: 32, right: left + 32, bottom: top + 32 });

test("below, by the edge that was asked for", () => {
  expect(menuPosition(trigger(100, 50), MENU, WINDOW, "start")).toEqual({ left: 100, top: 86 });
  expect(menuPosition(trigger(300, 50), MENU, WINDOW, "end")).toEqual({ left: 132, top: 86 });
  expect(menuPosition(trigger(150, 50), MENU, WINDOW, "center")).toEqual({ left: 66, top: 86 });
});

test("not beyond the window's sides", () => {
  expect(menuPosition(trigger(300, 50), MENU, WINDOW, "start").left).toBe(152);
  expect(menuPosition(trigger(10, 50), MENU, WINDOW, "end").left).toBe(8);
});

test("above where it does not fit below", () => {
  expect(menuPosition(trigger(100, 700), MENU, WINDOW, "start").top).toBe(546);
});

test("a menu taller than the window begins at its top", () => {
  expect(menuPosition(trigger(100, 700), { width: 200, height: 900 }, WINDOW, "start").top).toBe(8);
});
