/**
 * The last process that closes an environment destroys its locks, and one that opens it at the same
 * moment meets EINVAL until everyone has closed it again. So we do, and come back.
 */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const invalid = error instanceof Error && "code" in error && error.code === 22;
      if (!invalid || attempt === attempts) throw error;
      const pause = 2 + Math.random() * 2 * Math.min(attempt, 20);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

const attempts = 60;
