export type TimeDisplay = "none" | "start" | "clock";

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});

export function shownTime(time: string, start: string, display: TimeDisplay): string {
  if (display === "none") return "";
  const at = Date.parse(time);
  if (Number.isNaN(at)) return "";
  return display === "clock" ? clock.format(at) : sinceStart(at - Date.parse(start));
}

/** 83456 -> "1:23.456" */
export function sinceStart(milliseconds: number): string {
  const total = Math.max(0, Math.round(milliseconds)) || 0;
  const [hours, minutes] = [Math.floor(total / 3_600_000), Math.floor(total / 60_000) % 60];
  const seconds = ((total % 60_000) / 1000).toFixed(3).padStart(6, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}
