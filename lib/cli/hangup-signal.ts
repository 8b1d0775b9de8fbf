/** Calls back when SIGHUP comes, which asks to read files again; disposing ends that. */
export function onHangup(callback: () => Promise<void>): Disposable {
  const listener = (): void => void callback();
  process.on("SIGHUP", listener);
  return { [Symbol.dispose]: () => void process.off("SIGHUP", listener) };
}
