import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** A TypeScript file of the repository, with the modules that it imports. */
export interface SourceFile {
  /** From the root of the repository, with slashes. */
  readonly path: string;
  readonly lines: readonly string[];
  readonly imports: readonly Import[];
}

export interface Import {
  /** A path from the root for our own files, the name as it stands for others. */
  readonly module: string;
  /** Erased by the compiler. */
  readonly typeOnly: boolean;
}

/** The files below the folder, without what is generated or compiled by other means. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name).replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts") && !elsewhere.test(path))
    .sort()
    .map(readSource);
}

/** The folder of lib that the file is in; "" for the entries and other files at its root. */
export function layerOf(path: string): string {
  return /^lib\/([^/]+)\//.exec(path)?.[1] ?? "";
}

const elsewhere = /node_modules|^lib\/kernels\/(assembly|generated)\//;
const importLine = /^(?:import|export)\s+(type\s)?(?:[^;'"]*?\sfrom\s+)?["']([^"']+)["'];/gm;
/** Workers are started, and the command is run, by path. */
const startedByPath = /new URL\("(\.[^"]+)", import\.meta\.url\)|"build\/(lib\/[^"]+)"/g;

function readSource(path: string): SourceFile {
  const text = readFileSync(path, "utf8");
  const imports = [...text.matchAll(importLine)].map(([, type, module]) => ({
    module: module.startsWith(".") ? resolve(path, module) : module,
    typeOnly: type !== undefined,
  }));
  const started = [...text.matchAll(startedByPath)].map(([, near, built]) => ({
    module: near === undefined ? built.replace(/\.js$/, ".ts") : resolve(path, near),
    typeOnly: true,
  }));
  return { path, lines: text.split("\n"), imports: [...imports, ...started] };
}

function resolve(from: string, module: string): string {
  const path = normalize(join(dirname(from), module)).replaceAll("\\", "/");
  return path.replace(/\.js$/, ".ts");
}
