import { describe, expect, it } from "vitest";
import { callbackAddress, readCliRequest } from "./cli-request";

const CHALLENGE = `${"a".repeat(40)}_-9`;
const STATE = "0123456789abcdef";

const read = (query: Record<string, string>) => readCliRequest(new URLSearchParams(query));
const whole = (change: Record<string, string> = {}) =>
  read({ port: "43210", state: STATE, challenge: CHALLENGE, name: "laptop", ...change });

describe("what zipp login asks for", () => {
  it("is read from its address", () => {
    expect(whole()).toEqual({
      machine: "laptop",
      challenge: CHALLENGE,
      callback: { port: 43210, state: STATE },
    });
  });

  it("may be without a port: the code is pasted then", () => {
    expect(read({ challenge: CHALLENGE, name: "server" })).toEqual({
      machine: "server",
      challenge: CHALLENGE,
      callback: null,
    });
  });

  it.each(["1024", "65535"])("takes port %s", (port) => {
    expect(whole({ port })?.callback?.port).toBe(Number(port));
  });

  it.each([
    "",
    "0",
    "80",
    "1023",
    "65536",
    "99999",
    "043210",
    "4321 ",
    "4e4",
    "-4321",
    "4321.5",
    "0x1f90",
    "８０８０",
    "4321@evil.example",
    "4321/..",
    "43210#",
  ])("refuses port %j", (port) => expect(whole({ port })).toBeNull());

  it.each(["", "short", "a".repeat(129), "with space in it", "a&token=mine&b", "ünicode-state", `${STATE}\n`])(
    "refuses state %j",
    (state) => expect(whole({ state })).toBeNull(),
  );

  it.each(["", "a".repeat(42), "a".repeat(44), `${"a".repeat(42)}=`, `${"a".repeat(42)}+`, `${CHALLENGE}\n`])(
    "refuses challenge %j",
    (challenge) => expect(whole({ challenge })).toBeNull(),
  );

  it("refuses what is given twice", () => {
    for (const twice of ["port=4321", `state=${STATE}`, `challenge=${CHALLENGE}`]) {
      const query = new URLSearchParams(`port=43210&state=${STATE}&challenge=${CHALLENGE}&${twice}`);
      expect(readCliRequest(query), twice).toBeNull();
    }
  });
});

describe("the machine's name", () => {
  const named = (name: string) => whole({ name })?.machine;

  it("is text of one line, without what turns or hides text", () => {
    expect(named("ada’s laptop (büro)")).toBe("ada’s laptop (büro)");
    expect(named("<b>bold</b>")).toBe("<b>bold</b>");
    expect(named("a\n\nb\tc\u2028d")).toBe("a b c d");
    expect(named("evil\u202Egnp.exe\u200B\u0000")).toBe("evil gnp.exe");
  });

  it("is bounded", () => {
    expect([...(named("x".repeat(100_000)) ?? "")]).toHaveLength(61);
    expect(named("😀".repeat(61))).toBe(`${"😀".repeat(60)}…`);
  });

  it("may be missing", () => {
    expect(named("")).toBeNull();
    expect(named(" \u200B ")).toBeNull();
    expect(readCliRequest(new URLSearchParams({ challenge: CHALLENGE }))?.machine).toBeNull();
  });
});

describe("the way back", () => {
  it("leads to this machine only, with everything quoted", () => {
    const address = new URL(callbackAddress({ port: 43210, state: STATE }, "a&b=c#d"));
    expect(address.origin).toBe("http://127.0.0.1:43210");
    expect(address.pathname).toBe("/callback");
    expect(Object.fromEntries(address.searchParams)).toEqual({ state: STATE, token: "a&b=c#d" });
  });
});
