// @vitest-environment node
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { problemOf } from "@/lib/problem";
import type { PackFile } from "./folder";
import { type PackProgress, pack } from "./zip";

const GIB = 1024 ** 3;
const made = (path: string, content: string | Uint8Array<ArrayBuffer>): PackFile => ({
  path,
  file: new File([content], path),
});
const options = (more: Partial<Parameters<typeof pack>[1]> = {}) => ({
  signal: new AbortController().signal,
  maxBytes: GIB,
  ...more,
});

async function unpacked(blob: Blob): Promise<Record<string, Uint8Array>> {
  return unzipSync(new Uint8Array(await blob.arrayBuffer()));
}

function noise(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65_536, size)));
  return bytes;
}

describe("packing", () => {
  it("gives back what went in: small and large, stored and deflated, empty, with any name", async () => {
    const large = noise(1_200_000);
    const files = [
      made("index.html", "<h1>hi</h1>".repeat(500)),
      made("empty.txt", ""),
      made("bilder/größe 1.png", noise(2_000)),
      made("data.bin", large),
      made("film.mp4", large),
      made("last.css", "a{}"),
    ];
    const out = await unpacked(await pack(files, options()));
    expect(Object.keys(out)).toEqual(files.map(({ path }) => path));
    for (const { path, file } of files) {
      expect(Buffer.from(out[path] ?? []).equals(Buffer.from(await file.arrayBuffer()))).toBe(true);
    }
  });

  it("makes text smaller", async () => {
    const blob = await pack(
      [made("a.txt", "hello ".repeat(50_000)), made("b.txt", "hello ".repeat(500_000))],
      options(),
    );
    expect(blob.size).toBeLessThan(30_000);
    expect(blob.type).toBe("application/zip");
  });

  it("gives the same bytes for the same files", async () => {
    const bytes = async () => Buffer.from(await (await pack([made("a.txt", "x")], options())).arrayBuffer());
    const first = await bytes();
    expect((await bytes()).equals(first)).toBe(true);
  });

  it("tells how far it is", async () => {
    const seen: PackProgress[] = [];
    const files = [...Array.from({ length: 70 }, (_, index) => made(`f${index}`, "xx")), made("large", noise(600_000))];
    await pack(files, options({ onProgress: (progress) => seen.push(progress) }));
    expect(seen.at(-1)).toEqual({ files: 71, bytes: 140 + 600_000 });
    expect(seen.length).toBeGreaterThan(70);
  });

  it("packs thousands of files", async () => {
    const files = Array.from({ length: 20_000 }, (_, index) => made(`d${index % 100}/f${index}.txt`, `${index}`));
    expect(Object.keys(await unpacked(await pack(files, options())))).toHaveLength(20_000);
  }, 60_000);

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const files = Array.from({ length: 1_000 }, (_, index) => made(`f${index}`, "x"));
    const onProgress = ({ files: done }: PackProgress) => done === 10 && stop.abort();
    const packing = pack(files, options({ signal: stop.signal, onProgress }));
    await expect(packing).rejects.toMatchObject({ name: "AbortError" });
  });

  it("ends as soon as the archive is larger than the platform takes", async () => {
    let reached = 0;
    const files = Array.from({ length: 100 }, (_, index) => made(`${index}.png`, noise(100_000)));
    const packing = pack(files, options({ maxBytes: 1_000_000, onProgress: (progress) => (reached = progress.files) }));
    expect(await packing.catch((error: unknown) => problemOf(error).code)).toBe("upload_too_large");
    expect(reached).toBeLessThan(15);
  });

  it("names the file that can't be read any more", async () => {
    const gone = made("gone.txt", "x");
    Object.defineProperty(gone.file, "arrayBuffer", {
      value: () => Promise.reject(new DOMException("", "NotFoundError")),
    });
    const problem = problemOf(await pack([made("a", "x"), gone], options()).catch((error: unknown) => error));
    expect(problem.code).toBe("file_unreadable");
    expect(problem.detail).toContain("gone.txt");
  });
});
