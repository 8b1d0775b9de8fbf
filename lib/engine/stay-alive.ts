/**
 * Settles as the promise does, and keeps the process alive until then: timers and workers of the background keep none,
 * and who waits for them would see it end instead.
 */
export async function stayAlive<T>(promise: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, longMs);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
  }
}

const longMs = 2 ** 30;
