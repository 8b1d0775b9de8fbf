import { constants } from "node:os";

/** Waits for SIGTERM or SIGINT, which asks for an orderly end; the second one ends the process at once. */
export function onStopSignal(): StopSignal {
  let signal: (name: string) => void = () => undefined;
  const signalled = new Promise<string>((resolve) => {
    signal = resolve;
  });
  let count = 0;
  const listener = (name: NodeJS.Signals): void => {
    count++;
    if (count > 1) process.exit(128 + constants.signals[name]);
    signal(name);
  };
  for (const name of names) process.on(name, listener);
  return {
    signalled,
    [Symbol.dispose]() {
      for (const name of names) process.off(name, listener);
    },
  };
}

/** The same as an AbortSignal, for a command that can be given up. */
export function abortOnStop(): { readonly signal: AbortSignal } & Disposable {
  const aborter = new AbortController();
  const stop = onStopSignal();
  void stop.signalled.then((name) => aborter.abort(new Error(`stopped by ${name}`)));
  return { signal: aborter.signal, [Symbol.dispose]: () => stop[Symbol.dispose]() };
}

export interface StopSignal extends Disposable {
  /** The name of the first signal. */
  readonly signalled: Promise<string>;
}

const names = ["SIGTERM", "SIGINT"] as const;
