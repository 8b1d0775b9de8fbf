import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { container, type DependencyContainer, type InjectionToken, Lifecycle } from "tsyringe";
import { CommandLog } from "./engine/command-log.js";
import { EngineOptions } from "./engine/engine-options.js";
import { LocalExecutor } from "./engine/local-executor.js";
import { Clock, Logger, Random } from "./engine/ports.js";
import { Publication } from "./engine/publication.js";
import { Recovery } from "./engine/recovery.js";
import type { Attachment, EmbeddedEngine } from "./handles/embedded-engine.js";
import { EngineHandle } from "./handles/engine-handle.js";
import { checkProgressOptions, type ProgressOptions } from "./handles/progress-options.js";
import { ExactVectorIndexes } from "./indexes/exact-vector-indexes.js";
import { VectorIndexes } from "./indexes/vector-index.js";
import { backUp } from "./keeping/back-up.js";
import { backupSource } from "./keeping/backup-source.js";
import { checkPath } from "./keeping/check-path.js";
import type { Verification } from "./model/answers.js";
import { AhnlichError } from "./model/errors.js";
import type { CallOptions } from "./model/options.js";
import { packageVersion } from "./model/version.js";
import type { CheckedOpenOptions } from "./open-options.js";
import { MemoryPersistence } from "./persistence/memory.js";
import { Persistence } from "./persistence/persistence.js";
import { protocolVersion } from "./protocol/handshake.js";
import { openLmdb } from "./sharing/open-lmdb.js";
import { openToRead } from "./sharing/open-to-read.js";
import { answers, hang } from "./transport/tcp.js";

/**
 * Wires one engine: a container of its own, in which every port has one implementation, ours or the one
 * that was provided. Two engines share nothing but the code.
 */
export async function compose(options: CheckedOpenOptions): Promise<EmbeddedEngine> {
  const own = container.createChildContainer();
  registerPorts(own, options);
  const persistence = await openPersistence(own, options);
  try {
    const recovery = await Recovery.of(persistence, {
      ...{ clock: own.resolve(Clock), random: own.resolve(Random), readOnly: options.readOnly },
    });
    own.registerInstance(Recovery, recovery);
    own.register(EngineOptions, { useValue: engineOptions(options) });
    registerOnce(own, Publication);
    registerOnce(own, LocalExecutor);
    return new EmbeddedHandle(own.resolve(LocalExecutor), persistence);
  } catch (error) {
    await persistence.close();
    throw error;
  }
}

/** The engine's handle, to which listeners may be attached. */
class EmbeddedHandle extends EngineHandle implements EmbeddedEngine {
  readonly #executor: LocalExecutor;

  readonly #persistence: Persistence;

  constructor(executor: LocalExecutor, persistence: Persistence) {
    super(executor);
    this.#executor = executor;
    this.#persistence = persistence;
  }

  attach(attachment: Attachment): Disposable {
    return this.#executor.attach(attachment);
  }

  async backup(folder: string, options?: ProgressOptions): Promise<{ bytes: number }> {
    const { onProgress, callOptions } = checkProgressOptions(options);
    const path = checkPath(folder, "folder");
    const { bytes } = await this.#executor.run(callOptions, ({ signal }) => {
      return backUp(backupSource(this.#persistence), path, { signal, onProgress });
    });
    return { bytes };
  }

  compact(options?: CallOptions): Promise<{ bytes: number }> {
    return this.execute({ kind: "compact" }, options);
  }

  async verify(options?: ProgressOptions): Promise<Verification> {
    const { onProgress, callOptions } = checkProgressOptions(options);
    return this.#executor.verify(onProgress, callOptions);
  }
}

function registerPorts(own: DependencyContainer, options: CheckedOpenOptions): void {
  const { threads, provide } = options;
  own.register<Clock>(Clock, { useValue: { now: () => Date.now() } });
  own.register<Random>(Random, { useValue: { bytes: (count) => randomBytes(count) } });
  own.register<Logger>(Logger, { useValue: silent });
  own.register<CommandLog>(CommandLog, { useValue: { decided: () => {} } });
  // Writes are held to limits.memoryBytes when they are applied, where refusing them changes nothing.
  const indexes = new Lazy(
    () => new ExactVectorIndexes({ threads, memoryBytes: Number.MAX_SAFE_INTEGER }),
  );
  own.register<VectorIndexes>(VectorIndexes, { useFactory: () => indexes.value });
  for (const { port, create } of provide) {
    const provided = new Lazy(create);
    own.register(port, { useFactory: () => provided.value });
  }
}

/** The one that was provided, or the folder of that path, or memory. */
async function openPersistence(
  own: DependencyContainer,
  { path, threads, readOnly }: CheckedOpenOptions,
): Promise<Persistence> {
  if (own.isRegistered(Persistence)) return own.resolve(Persistence);
  const parts = {
    clock: own.resolve(Clock),
    random: own.resolve(Random),
    doorbell: { hang, answers },
    threads,
  };
  let persistence: Persistence;
  if (path === undefined) persistence = openMemory(readOnly);
  else if (readOnly) {
    const { doorbell, clock } = parts;
    persistence = await openToRead(path, { doorbell, now: clock.now() });
  } else persistence = await openLmdb({ path, ...parts });
  own.register<Persistence>(Persistence, { useValue: persistence });
  return persistence;
}

function openMemory(readOnly: boolean): Persistence {
  if (!readOnly) return new MemoryPersistence();
  const sentence = "readOnly: expected a path beside it, got none, and memory begins empty";
  throw new AhnlichError("INVALID_ARGUMENT", sentence);
}

function engineOptions({ limits, readOnly }: CheckedOpenOptions): EngineOptions {
  return {
    limits,
    readOnly,
    version: packageVersion,
    protocol: `${protocolVersion.major}.${protocolVersion.minor}`,
  };
}

function registerOnce<T>(
  own: DependencyContainer,
  token: InjectionToken<T> & (new (...parts: never[]) => T),
): void {
  own.register(
    token as never,
    { useClass: token as never },
    { lifecycle: Lifecycle.ContainerScoped },
  );
}

/** Made when it is first asked for, and then always the same. */
class Lazy<T> {
  readonly #make: () => T;
  #made: { readonly value: T } | undefined;

  constructor(make: () => T) {
    this.#make = make;
  }

  get value(): T {
    this.#made ??= { value: this.#make() };
    return this.#made.value;
  }
}

const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} };
