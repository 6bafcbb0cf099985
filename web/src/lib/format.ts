const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** 1536 -> "1.5 kB". Binary multiples (1 kB = 1024 B), as the limits are counted. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 || Number.isInteger(value) ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** 420 -> "420 ms", 8200 -> "8.2 s", 84000 -> "1 min 24 s", 7500000 -> "2 h 5 min". */
export function formatDuration(milliseconds: number): string {
  const ms = Math.max(0, Math.round(milliseconds));
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joined(minutes, "min", seconds % 60, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joined(hours, "h", minutes % 60, "min");
  return joined(Math.floor(hours / 24), "d", hours % 24, "h");
}

function joined(most: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${most} ${unit}` : `${most} ${unit} ${rest} ${restUnit}`;
}

/** How long from one time to another; `end` null: until now. */
export function durationBetween(start: string, end: string | null, now: number = Date.now()): number {
  return Math.max(0, (end === null ? now : Date.parse(end)) - Date.parse(start));
}

const AGO: readonly (readonly [seconds: number, unit: string])[] = [
  [365 * 86_400, "y"],
  [30 * 86_400, "mo"],
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
];

/** "just now", "5 min ago", "3 d ago"; in the future "in 2 h". */
export function formatRelative(time: string, now: number = Date.now()): string {
  const seconds = Math.round((now - Date.parse(time)) / 1_000);
  if (Number.isNaN(seconds)) return "";
  if (Math.abs(seconds) < 45) return "just now";
  const size = Math.abs(seconds);
  for (const [length, unit] of AGO) {
    if (size >= length) return phrase(`${Math.floor(size / length)} ${unit}`, seconds > 0);
  }
  return phrase("1 min", seconds > 0);
}

function phrase(amount: string, past: boolean): string {
  return past ? `${amount} ago` : `in ${amount}`;
}

const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });

/** In the reader's time zone, to the second. */
export function formatDateTime(time: string): string {
  return FULL.format(new Date(time));
}

export function formatDate(time: string): string {
  return DAY.format(new Date(time));
}

const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** 12345 -> "12,345". */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** 12345 -> "12.3K". */
export function formatCompact(count: number): string {
  return SHORT.format(count);
}

/** "1 site", "2 sites". */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** The start of a commit or an id's distinctive end (a UUIDv7 begins with its time). */
export const shortCommit = (commit: string): string => commit.slice(0, 7);
export const shortId = (id: string): string => id.slice(-8);

/** "https://blog.example.com/" -> "blog.example.com". */
export function withoutScheme(url: string): string {
  return url.replace(/^https?:\/\//, "").replace(/\/$/, "");
}

const FRAMEWORKS: Readonly<Record<string, string>> = {
  nextjs: "Next.js",
  nuxtjs: "Nuxt",
  sveltekit: "SvelteKit",
  fastapi: "FastAPI",
  php: "PHP",
};

/** A framework's slug as a person writes it, where that is more than a capital letter. */
export function frameworkName(slug: string | null): string {
  if (!slug) return "";
  return FRAMEWORKS[slug] ?? slug.charAt(0).toUpperCase() + slug.slice(1);
}
