/** Something that a server did to somebody, or that befell it, and that its owner may want to know. */
export interface Trouble {
  /**
   * `slow_consumer`: a client was dropped that took no answers. `slow_sender`: one whose handshake or frame did not
   * come in time. `silent`: one of which nothing was heard for three times `keepAliveMs`. `strangers`: the oldest
   * connection was dropped of too many that had not introduced themselves. `descriptors`: a connection was refused,
   * since the process may open hardly any file more.
   */
  readonly kind: "slow_consumer" | "slow_sender" | "silent" | "strangers" | "descriptors";
  /** The address of the peer. */
  readonly peer: string;
}

/** What the program's own callback throws must not end the program: nobody there called it. */
export function tell(onTrouble: ((trouble: Trouble) => void) | undefined, trouble: Trouble): void {
  try {
    onTrouble?.(trouble);
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}

/** What happened, for a log. */
export const troubleSentences: { readonly [K in Trouble["kind"]]: string } = {
  slow_consumer: "a client was dropped that took no answers",
  slow_sender: "a client was dropped whose handshake or frame did not come in time",
  silent: "a client was dropped of which nothing was heard any more",
  strangers: "too many connections had not introduced themselves: the oldest was dropped",
  descriptors: "a connection was refused: the process can open hardly any file more",
};
