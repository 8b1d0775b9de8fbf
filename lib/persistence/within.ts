/**
 * What the promise gives when it settles in time, else `instead`. The promise goes on; what becomes of it
 * then is nobody's concern.
 */
export async function within<T>(ms: number, promise: Promise<T>, instead: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, ms, instead);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
