import { expect, it } from "vitest";
import { trafficTotals } from "./traffic";

const day = (requests: number[], errors: number[]) => ({
  since: "2025-01-01T00:00:00Z",
  step_seconds: 3_600,
  requests,
  errors,
});
const hours = (first: number, second: number) => [first, second, ...Array<number>(22).fill(0)];

it("says in words what the line shows", () => {
  expect(trafficTotals(day(hours(1_200, 34), hours(0, 2)))).toEqual({
    requests: 1_234,
    errors: 2,
    label: "1,234 requests in the last 24 hours, 2 errors",
  });
});

it("says so when nobody came", () => {
  expect(trafficTotals(day(hours(0, 0), hours(0, 0))).label).toBe("No requests in the last 24 hours");
});
