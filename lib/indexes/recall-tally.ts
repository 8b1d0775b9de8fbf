/** What was lost with one setting, over the queries that it was tried with. */
export class RecallTally {
  queries = 0;
  #lost = 0;
  #squares = 0;
  #cost = 0;

  /** One query: the share of its true nearest that was not found, and the distances computed. */
  add(lost: number, cost: number): void {
    this.queries++;
    this.#lost += lost;
    this.#squares += lost * lost;
    this.#cost += cost;
  }

  /** The mean share that was not found. */
  get lost(): number {
    return this.queries === 0 ? 1 : this.#lost / this.queries;
  }

  /** The standard error of `lost`. */
  get error(): number {
    const { queries, lost } = this;
    if (queries < 2) return 1;
    const variance = (this.#squares - queries * lost * lost) / (queries - 1);
    return Math.sqrt(Math.max(0, variance) / queries);
  }

  /** Distances computed for a query, on average. */
  get cost(): number {
    return this.queries === 0 ? 0 : this.#cost / this.queries;
  }
}
