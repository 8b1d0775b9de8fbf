/** Numbers of one kind, told by their middle and their largest. */
export class Distribution {
  readonly #numbers: number[] = [];

  add(number: number): void {
    this.#numbers.push(number);
  }

  /** How many they are. */
  get size(): number {
    return this.#numbers.length;
  }

  get text(): string {
    if (this.#numbers.length === 0) return "none";
    const sorted = this.#numbers.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    return `median ${median.toFixed(1)}, at most ${sorted[sorted.length - 1].toFixed(1)}`;
  }

  /** What so many in a hundred do not exceed. */
  percentile(share: number): number {
    const sorted = this.#numbers.toSorted((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * share) / 100))] ?? 0;
  }
}
