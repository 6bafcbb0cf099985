/** Colours of programs that think of a black terminal, made readable (WCAG 2.2, 1.4.3: 4.5 to 1) on both themes. */

type Rgb = readonly [number, number, number];

export interface Shades {
  readonly light: string;
  readonly dark: string;
}

export const LIGHT_GROUND: Rgb = [235, 238, 245]; // as dark as a light ground may get: a chosen line's
export const DARK_GROUND: Rgb = [32, 40, 62]; // and the other way round
const ENOUGH = 4.5;

/** The sixteen named colours by anser's values of them; hand-picked where mixing with black or white looks dull. */
const NAMED: Readonly<Record<string, Shades>> = {
  "0, 0, 0": { light: "#18181b", dark: "#a1a1aa" },
  "187, 0, 0": { light: "#b91c1c", dark: "#f87171" },
  "0, 187, 0": { light: "#166534", dark: "#4ade80" },
  "187, 187, 0": { light: "#854d0e", dark: "#facc15" },
  "0, 0, 187": { light: "#1d4ed8", dark: "#7db0ff" },
  "187, 0, 187": { light: "#a21caf", dark: "#e879f9" },
  "0, 187, 187": { light: "#155e75", dark: "#22d3ee" },
  "255,255,255": { light: "#3f3f46", dark: "#fafafa" },
  "85, 85, 85": { light: "#52525b", dark: "#a1a1aa" },
  "255, 85, 85": { light: "#b91c1c", dark: "#fca5a5" },
  "0, 255, 0": { light: "#15693a", dark: "#86efac" },
  "255, 255, 85": { light: "#854d0e", dark: "#fde047" },
  "85, 85, 255": { light: "#2546d8", dark: "#93c5fd" },
  "255, 85, 255": { light: "#a21caf", dark: "#f0abfc" },
  "85, 255, 255": { light: "#155e75", dark: "#67e8f9" },
  "255, 255, 255": { light: "#27272a", dark: "#ffffff" },
};

const cache = new Map<string, Shades>(Object.entries(NAMED));
const MOST_CACHED = 4096;

/** `rgb` as anser writes it: "187, 0, 0". */
export function textShades(rgb: string): Shades {
  const known = cache.get(rgb);
  if (known) return known;
  const wanted = parsed(rgb);
  const shades = {
    light: hex(mixedUntilReadable(wanted, LIGHT_GROUND, [0, 0, 0])),
    dark: hex(mixedUntilReadable(wanted, DARK_GROUND, [255, 255, 255])),
  };
  if (cache.size >= MOST_CACHED) cache.clear();
  cache.set(rgb, shades);
  return shades;
}

/** Text on a colour of its own: as wanted if it can be read, else black or white. */
export function textOn(ground: string, wanted: string | null): string {
  const below = parsed(ground);
  if (wanted !== null && contrast(parsed(wanted), below) >= ENOUGH) return hex(parsed(wanted));
  return contrast([0, 0, 0], below) >= contrast([255, 255, 255], below) ? "#000000" : "#ffffff";
}

export function groundColour(rgb: string): string {
  return hex(parsed(rgb));
}

export function contrast(one: Rgb, other: Rgb): number {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function mixedUntilReadable(wanted: Rgb, ground: Rgb, towards: Rgb): Rgb {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = wanted.map((value, at) => Math.round(value + ((towards[at] ?? 0) - value) * share)) as unknown as Rgb;
    if (contrast(mixed, ground) >= ENOUGH) return mixed;
  }
  return towards;
}

function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function parsed(rgb: string): Rgb {
  const [red = 0, green = 0, blue = 0] = rgb.split(",").map((part) => Number.parseInt(part, 10) || 0);
  return [red, green, blue];
}

function hex(rgb: Rgb): string {
  return `#${rgb.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
