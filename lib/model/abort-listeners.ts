/**
 * Calls `listener` when the signal aborts, until the returned function is called. A signal that many searches
 * share gets one listener of ours: Node warns of more than ten.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  let listeners = listenersOf.get(signal);
  if (listeners === undefined) {
    const made = new Set<() => void>();
    listeners = made;
    listenersOf.set(signal, made);
    signal.addEventListener("abort", () => callAll(made), { once: true });
  }
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function callAll(listeners: Set<() => void>): void {
  for (const listener of listeners) listener();
  listeners.clear();
}

const listenersOf = new WeakMap<AbortSignal, Set<() => void>>();
