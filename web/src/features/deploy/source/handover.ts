import type { Dropped } from "./source";

// What was dropped on another page, until the deploy page takes it. Such things can't go through an address.
let waiting: Dropped | null = null;

export function handOver(dropped: Dropped) {
  waiting = dropped;
}

export function takeOver(): Dropped | null {
  const dropped = waiting;
  waiting = null;
  return dropped;
}
