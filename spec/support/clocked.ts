import type { Provider } from "../../lib/index.js";
import { Clock, provide } from "../../lib/ports.js";

/** What puts the clock behind its port; nothing for the system's own. */
export function clocked(clock: Clock | undefined): Provider[] {
  return clock === undefined ? [] : [provide(Clock, clock)];
}
