const DAY_SECONDS = 86_400;

export interface Expiry {
  value: string;
  label: string;
  /** Null: it does not expire. */
  seconds: number | null;
}

export const TOKEN_EXPIRIES: readonly Expiry[] = [
  { value: "7", label: "7 days", seconds: 7 * DAY_SECONDS },
  { value: "30", label: "30 days", seconds: 30 * DAY_SECONDS },
  { value: "90", label: "90 days", seconds: 90 * DAY_SECONDS },
  { value: "365", label: "1 year", seconds: 365 * DAY_SECONDS },
  { value: "never", label: "No expiry", seconds: null },
];

export const INVITE_EXPIRIES: readonly Expiry[] = [
  { value: "1", label: "1 day", seconds: DAY_SECONDS },
  { value: "7", label: "7 days", seconds: 7 * DAY_SECONDS },
  { value: "30", label: "30 days", seconds: 30 * DAY_SECONDS },
];

/** The body's `expires_in`, left out for what does not expire. */
export function expiresIn(expiries: readonly Expiry[], value: string): { expires_in?: number } {
  const seconds = expiries.find((expiry) => expiry.value === value)?.seconds ?? null;
  return seconds === null ? {} : { expires_in: seconds };
}

export function isExpired(expiresAt: string | null, now: number = Date.now()): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now;
}
