type Sample = { at: number; bytes: number };

const WINDOW = 5_000;
const ENOUGH = 800;

/** How fast something goes just now: over the last five seconds, so that it neither jumps nor remembers a bad start. */
export class Rate {
  #samples: Sample[] = [];

  /** `bytes` in all so far, `at` in milliseconds. */
  add(bytes: number, at: number) {
    this.#samples.push({ at, bytes });
    const fresh = this.#samples.findIndex((sample) => at - sample.at <= WINDOW);
    if (fresh > 1) this.#samples = this.#samples.slice(fresh - 1);
  }

  /** Null until enough has been seen. */
  get bytesPerSecond(): number | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at - first.at < ENOUGH) return null;
    return ((last.bytes - first.bytes) * 1_000) / (last.at - first.at);
  }

  millisecondsLeft(total: number): number | null {
    const speed = this.bytesPerSecond;
    const sent = this.#samples.at(-1)?.bytes ?? 0;
    return speed ? Math.max(0, ((total - sent) * 1_000) / speed) : null;
  }
}
