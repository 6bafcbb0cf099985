import { describe, expect, it } from "vitest";
import { clean } from "./clean";

const ESC = "\u001b";

describe("clean", () => {
  it("leaves ordinary text and its tabs and emoji alone", () => {
    const text = "\tadded 12 packages in 3s ✔ 👩‍💻 שלום";
    expect(clean(text)).toEqual({ coloured: text, plain: text });
  });

  it("keeps colours apart from the text", () => {
    expect(clean(`${ESC}[1;31mred${ESC}[0m`)).toEqual({ coloured: `${ESC}[1;31mred${ESC}[0m`, plain: "red" });
  });

  it.each([
    ["cursor movement", `a${ESC}[3Ab${ESC}[10;20Hc`, "abc"],
    ["clearing the screen", `a${ESC}[2Jb${ESC}c`, "ab"],
    ["private modes", `a${ESC}[?25lb${ESC}[>4;1m`, "ab"],
    ["a title", `${ESC}]0;owned\u0007text`, "text"],
    ["a link", `${ESC}]8;;https://evil.example${ESC}\\text${ESC}]8;;${ESC}\\`, "text"],
    ["a device string", `a${ESC}P1$r0m${ESC}\\b${ESC}_x${ESC}\\c`, "abc"],
    ["a character set", `${ESC}(Bplain`, "plain"],
    ["8-bit controls", "\u009b31mred\u009d0;title\u009cend", "redend"],
    ["an unfinished sequence", `text${ESC}[31`, "text"],
    ["a lone escape at the end", `text${ESC}`, "text"],
  ])("drops %s", (_, raw, plain) => {
    expect(clean(raw).plain).toBe(plain);
  });

  it("lets no sequence without an end hide the rest of the line", () => {
    expect(clean(`before ${ESC}]8;;x after`).plain).toBe("before 8;;x after");
  });

  it("shows of a rewritten line the last state, in the colour set before", () => {
    expect(clean(`${ESC}[32m 10%\r 50%\r100%`)).toEqual({ coloured: `${ESC}[32m100%`, plain: "100%" });
    expect(clean(`10%${ESC}[2K${ESC}[1G20%`).plain).toBe("20%");
  });

  it("keeps what a rewritten line said where nothing but blanks came after", () => {
    expect(clean("Downloading…\r            \r").plain).toBe("Downloading…");
    expect(clean("done\r").plain).toBe("done");
  });

  it("shows control characters as terminals write them", () => {
    expect(clean("a\u0000b\u0007c\bd\ne\u007f").plain).toBe("a^@b^Gc^Hd^Je^?");
  });

  it("names what would turn the text around or be invisible", () => {
    expect(clean("a\u202eb\u2066c\u200bd\ufeffe\u2028f").plain).toBe("a‹U+202E›b‹U+2066›c‹U+200B›d‹U+FEFF›e‹U+2028›f");
    expect(clean("x\u{e0041}y").plain).toBe("x‹U+E0041›y");
  });

  it("reads a megabyte of anything at once", () => {
    const size = 1_000_000;
    for (const unit of [`${ESC}]`, `${ESC}[1m`, `\r${ESC}[1mx`, `${ESC}[`, `${ESC}P${ESC}`, "\u202e", "x"]) {
      const raw = unit.repeat(size / unit.length);
      expect(clean(raw).plain.length).toBeLessThanOrEqual(raw.length * 8);
    }
  }, 10_000);

  it("stops colouring a line that changes its colour all the time", () => {
    const { coloured, plain } = clean(`${ESC}[31mx`.repeat(5_000));
    expect(plain).toBe("x".repeat(5_000));
    expect(coloured.split(ESC).length - 1).toBe(500);
  });
});
