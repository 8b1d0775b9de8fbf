import { createRequire } from "node:module";

const require = createRequire(new URL("../../../benchmarks/package.json", import.meta.url));

/** A package of the benchmarks, or undefined where it is not installed. */
export function locate(name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

/** Loads a package that has no types for us. */
export function load<T = unknown>(name: string): T {
  if (locate(name) === undefined)
    throw new Error(`${name} is not installed: npm install in benchmarks/`);
  return require(name) as T;
}

export function versionOf(name: string): string {
  for (const base of require.resolve.paths(name) ?? []) {
    try {
      return (require(`${base}/${name}/package.json`) as { version: string }).version;
    } catch {
      // It lies in another folder.
    }
  }
  return "?";
}
