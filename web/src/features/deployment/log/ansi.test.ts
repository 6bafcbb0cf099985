import { describe, expect, it } from "vitest";
import { clipped, marked, segments } from "./ansi";
import { clean } from "./clean";
import { contrast, DARK_GROUND, LIGHT_GROUND, textOn, textShades } from "./colours";

const ESC = "\u001b";
const texts = (list: readonly { text: string }[]) => list.map(({ text }) => text);
const rgb = (hex: string) =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];

describe("segments", () => {
  it("cuts a line where its colour changes", () => {
    const found = segments(`plain ${ESC}[31mred${ESC}[39m ${ESC}[1mbold${ESC}[0m end`);
    expect(texts(found)).toEqual(["plain ", "red", " ", "bold", " end"]);
    expect(found[1]?.style?.shades).toEqual(textShades("187, 0, 0"));
    expect(found[3]?.style?.bold).toBe(true);
    expect(found[4]?.style).toBeNull();
  });

  it("takes HTML for text", () => {
    expect(segments(`<img src=x onerror=alert(1)>${ESC}[31m</span><script>`).map(({ text }) => text)).toEqual([
      "<img src=x onerror=alert(1)>",
      "</span><script>",
    ]);
  });

  it("reads the palette and true colours", () => {
    const found = segments(`${ESC}[38;5;208mone${ESC}[38;2;10;20;30mtwo`);
    expect(found[0]?.style?.shades).toEqual(textShades("255, 135, 0"));
    expect(found[1]?.style?.shades).toEqual(textShades("10, 20, 30"));
  });

  it("shows hidden text, and text in the colour of its ground", () => {
    expect(texts(segments(`${ESC}[8msecret`))).toEqual(["secret"]);
    expect(segments(`${ESC}[31;41mred on red`)[0]?.style?.ground?.text).toBe("#ffffff");
  });

  it("swaps the colours of reversed text", () => {
    const ground = segments(`${ESC}[7;32mOK`)[0]?.style?.ground;
    expect(ground?.background).toBe("#00bb00");
    expect(ground?.text).toBe("#000000");
  });

  it("survives a line of nothing but colours", () => {
    expect(texts(segments(clean(`${ESC}[1m`.repeat(100_000)).coloured))).toEqual([]);
  });
});

describe("colours", () => {
  it("are readable on both grounds, whatever a program asks for", () => {
    const levels = [0, 85, 170, 187, 255];
    const asked = levels.flatMap((r) => levels.flatMap((g) => levels.map((b) => `${r}, ${g}, ${b}`)));
    for (const colour of [...asked, "255,255,255"]) {
      const { light, dark } = textShades(colour);
      expect(contrast(rgb(light), LIGHT_GROUND), `${colour} light`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(rgb(dark), DARK_GROUND), `${colour} dark`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(rgb(textOn(colour, "128, 128, 128")), asRgb(colour))).toBeGreaterThanOrEqual(4.5);
    }
  });
});

function asRgb(colour: string): [number, number, number] {
  return colour.split(",").map(Number) as [number, number, number];
}

describe("marked", () => {
  it("cuts the segments at the matches, also across colours", () => {
    const line = segments(`ab${ESC}[31mcd${ESC}[0mef`);
    const pieces = marked(line, [
      [1, 3],
      [5, 6],
    ]);
    expect(pieces.map(({ text, match }) => [text, match])).toEqual([
      ["a", null],
      ["b", 0],
      ["c", 0],
      ["d", null],
      ["e", null],
      ["f", 1],
    ]);
  });

  it("leaves out matches past the end of a line that was cut", () => {
    const pieces = marked(clipped(segments("abcdef"), 3), [
      [2, 5],
      [5, 6],
    ]);
    expect(pieces.map(({ text, match }) => [text, match])).toEqual([
      ["ab", null],
      ["c", 0],
    ]);
  });
});
