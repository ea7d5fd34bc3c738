/** Decides whether a server that ended by itself is started again, so that a broken one does not spin for ever. */

export const MAX_CRASHES = 4;
export const WITHIN_MS = 3 * 60 * 1000;

export class Crashes {
  private times: number[] = [];

  constructor(
    private readonly now: () => number = Date.now,
    private readonly max = MAX_CRASHES,
    private readonly within = WITHIN_MS,
  ) {}

  /** Counts a crash; whether another start is worth a try. */
  add(): boolean {
    const now = this.now();
    this.times = [...this.times.filter((time) => now - time < this.within), now];
    return this.times.length < this.max;
  }

  /** How many crashes there were lately. */
  get count(): number {
    return this.times.length;
  }

  /** A person starts again, so all tries are there again. */
  forget(): void {
    this.times = [];
  }
}
