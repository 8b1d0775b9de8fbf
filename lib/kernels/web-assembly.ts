/** The part of WebAssembly that we use; Node's types do not have it, and those of a browser are not ours. */
export const webAssembly: WebAssemblyPart = (
  globalThis as unknown as { readonly WebAssembly: WebAssemblyPart }
).WebAssembly;

export interface SharedMemory {
  /** Another one after growth; views of the one before see the memory up to its former end. */
  readonly buffer: SharedArrayBuffer;
  /** @throws RangeError when the pages of 64 KiB cannot be had. */
  grow(pages: number): number;
}

/** Compiled code, which threads share. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}

interface WebAssemblyPart {
  validate(bytes: Uint8Array): boolean;
  Memory: new (descriptor: { initial: number; maximum: number; shared: true }) => SharedMemory;
  Module: new (bytes: Uint8Array) => WasmModule;
  Instance: new (module: WasmModule, imports: object) => { readonly exports: unknown };
}
