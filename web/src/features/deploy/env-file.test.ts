import { describe, expect, it } from "vitest";
import { looksLikeEnv, parseEnvFile } from "./env-file";

const read = (text: string) => Object.fromEntries(parseEnvFile(text).entries.map(({ key, value }) => [key, value]));

describe("a .env file", () => {
  it.each<[string, Record<string, string>]>([
    ["A=1", { A: "1" }],
    ["A=1\r\nB=2\r\n", { A: "1", B: "2" }],
    ["\uFEFFA=1", { A: "1" }],
    ["# a comment\n\n  # another\nA=1", { A: "1" }],
    ["export A=1\n  export   B = two words  ", { A: "1", B: "two words" }],
    ["A=", { A: "" }],
    ["A=1 # why", { A: "1" }],
    ["A=#nothing", { A: "" }],
    ["A=a#b", { A: "a#b" }],
    ["A=b=c==", { A: "b=c==" }],
    ["A='single # kept' # gone", { A: "single # kept" }],
    ["A='no \\n escape'", { A: "no \\n escape" }],
    ['A="a\\nb \\"c\\" \\\\ \\$d"', { A: 'a\nb "c" \\ $d' }],
    ['A="-----BEGIN-----\nline two\n-----END-----"\nB=2', { A: "-----BEGIN-----\nline two\n-----END-----", B: "2" }],
    ['A=`it\'s "quoted"`', { A: 'it\'s "quoted"' }],
    ["A=it's", { A: "it's" }],
    ["A=$B", { A: "$B" }],
    ["A=1\nA=2", { A: "2" }],
    ["", {}],
  ])("%j", (text, expected) => {
    expect(read(text)).toEqual(expected);
    expect(parseEnvFile(text).errors).toEqual([]);
  });

  it("says which lines can't be read and goes on", () => {
    const { entries, errors } = parseEnvFile('A=1\nnonsense\ntwo words=3\nB="multi\nline"\n=4\nC="open\nD=5');
    expect(entries.map(({ key }) => key)).toEqual(["A", "B", "D"]);
    expect(errors.map(({ line }) => line)).toEqual([2, 3, 6, 7]);
  });

  it("never repeats a text in a message", () => {
    const { errors } = parseEnvFile('s3cret\ns3 cret=1\nA="s3cret');
    expect(errors).toHaveLength(3);
    expect(JSON.stringify(errors)).not.toContain("cret");
  });

  it("reads a large file whose last quote is open", () => {
    const { entries, errors } = parseEnvFile(`${'B="x\n'.repeat(100_001)}A=1`);
    expect(entries.map(({ key }) => key)).toEqual(["B", "A"]);
    expect(errors).toEqual([{ line: 100_001, message: "A quote is never closed." }]);
  });
});

describe("a pasted text", () => {
  it.each(["A=1", "A=1\nB=2", "# c\nexport A='b'"])("%j is variables", (text) => expect(looksLikeEnv(text)).toBe(true));
  it.each(["hello", "https://example.com/?a=b", "a sentence = no", ""])("%j is not", (text) =>
    expect(looksLikeEnv(text)).toBe(false),
  );
});
