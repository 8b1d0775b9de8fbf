/** Something that is measured beside others. */
export interface Contender {
  readonly name: string;
  /** One turn; what it measured. */
  measure(): Promise<number>;
}

/**
 * Gives every contender one turn in each round, beginning with another one each time, so that a minute in which the
 * machine is slow is slow for all. The rounds that warm up are not counted. By name, one value a round.
 */
export async function interleave(
  contenders: readonly Contender[],
  rounds: number,
  warmUps = 1,
): Promise<Map<string, number[]>> {
  const measured = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = -warmUps; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const { name, measure } = contenders[(turn + round + warmUps) % contenders.length];
      const value = await measure();
      if (round >= 0) measured.get(name)?.push(value);
    }
  }
  return measured;
}

/** What was measured of this contender. */
export function valuesOf(measured: ReadonlyMap<string, number[]>, name: string): number[] {
  const values = measured.get(name);
  if (values === undefined) throw new Error(`nothing of the name ${name} was measured`);
  return values;
}
