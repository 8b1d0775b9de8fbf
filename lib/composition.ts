import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { container, type DependencyContainer, type InjectionToken, Lifecycle } from "tsyringe";
import { CheckpointRules, standardRules } from "./engine/checkpoint-rules.js";
import { CommandLog } from "./engine/command-log.js";
import { EngineOptions } from "./engine/engine-options.js";
import { LocalExecutor } from "./engine/local-executor.js";
import { Clock, Logger, Random } from "./engine/ports.js";
import { Publication } from "./engine/publication.js";
import { Recovery } from "./engine/recovery.js";
import { TrustedCheckpoints } from "./engine/trusted-checkpoints.js";
import type { EmbeddedEngine } from "./handles/embedded-engine.js";
import { EmbeddedHandle } from "./handles/embedded-handle.js";
import { SlotVectorIndexes } from "./indexes/slot-vector-indexes.js";
import { VectorIndexes } from "./indexes/vector-index.js";
import { LocalEngine } from "./keeping/local-engine.js";
import { AhnlichError } from "./model/errors.js";
import { packageVersion } from "./model/version.js";
import type { CheckedOpenOptions } from "./open-options.js";
import type { LmdbPersistence } from "./persistence/lmdb-persistence.js";
import { MemoryPersistence } from "./persistence/memory.js";
import { Persistence } from "./persistence/persistence.js";
import { protocolVersion } from "./protocol/handshake.js";
import type { Doorbell } from "./sharing/doorbell.js";
import type { Invitation } from "./sharing/invitation.js";
import { type OpenLmdbOptions, openLmdb } from "./sharing/open-lmdb.js";
import { openToRead } from "./sharing/open-to-read.js";
import { SharedExecutor } from "./sharing/shared-executor.js";
import { answers, dial, hang } from "./transport/tcp.js";

/**
 * Wires one engine: a container of its own, in which every port has one implementation, ours or the one
 * that was provided. Two engines share nothing but the code.
 */
export async function compose(options: CheckedOpenOptions): Promise<EmbeddedEngine> {
  if (options.shared !== undefined) {
    return new EmbeddedHandle(await composeShared(options, options.shared));
  }
  const own = portsOf(options);
  return new EmbeddedHandle(await composeLocal(own, options, await openPersistence(own, options)));
}

/** One of several processes on a folder: each time that it becomes the owner it has a container of its own. */
function composeShared(
  options: CheckedOpenOptions,
  { path }: { readonly path: string },
): Promise<SharedExecutor> {
  const take = async (invitation: Invitation) => {
    const own = portsOf(options);
    const { threads } = options;
    return composeLocal(own, options, await openFolder(own, { path, threads, invitation }));
  };
  const enter = (socket: string, signal: AbortSignal) =>
    dial({ path: socket }, { signal, lively: false });
  return SharedExecutor.open({ path, limits: options.limits, take, doorbell, enter });
}

async function composeLocal<P extends Persistence>(
  own: DependencyContainer,
  options: CheckedOpenOptions,
  persistence: P,
): Promise<LocalEngine<P>> {
  try {
    own.register<Persistence>(Persistence, { useValue: persistence });
    const recovery = await Recovery.of(persistence, {
      ...{ clock: own.resolve(Clock), random: own.resolve(Random), readOnly: options.readOnly },
    });
    own.registerInstance(Recovery, recovery);
    const log = own.resolve(Logger);
    const checkpoints = await TrustedCheckpoints.of(persistence.checkpoints, recovery, log);
    own.registerInstance(TrustedCheckpoints, checkpoints);
    own.register(EngineOptions, { useValue: engineOptions(options) });
    registerOnce(own, Publication);
    registerOnce(own, LocalExecutor);
    return new LocalEngine(own.resolve(LocalExecutor), persistence);
  } catch (error) {
    await persistence.close();
    throw error;
  }
}

function portsOf(options: CheckedOpenOptions): DependencyContainer {
  const own = container.createChildContainer();
  registerPorts(own, options);
  return own;
}

function registerPorts(own: DependencyContainer, options: CheckedOpenOptions): void {
  const { threads, keepQueries, provide } = options;
  own.register<Clock>(Clock, { useValue: { now: () => Date.now() } });
  own.register<Random>(Random, { useValue: { bytes: (count) => randomBytes(count) } });
  own.register<Logger>(Logger, { useValue: silent });
  own.register<CommandLog>(CommandLog, { useValue: { decided: () => {} } });
  own.register<CheckpointRules>(CheckpointRules, { useValue: standardRules });
  // Writes are held to limits.memoryBytes when they are applied, where refusing them changes nothing.
  const indexes = new Lazy(
    () =>
      new SlotVectorIndexes({
        threads,
        keepsQueries: keepQueries,
        memoryBytes: Number.MAX_SAFE_INTEGER,
      }),
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
  if (path === undefined) return openMemory(readOnly);
  if (!readOnly) return openFolder(own, { path, threads });
  const ports = { clock: own.resolve(Clock), random: own.resolve(Random), doorbell };
  return openToRead(path, ports);
}

function openFolder(
  own: DependencyContainer,
  options: Pick<OpenLmdbOptions, "path" | "threads" | "invitation">,
): Promise<LmdbPersistence> {
  return openLmdb({ ...options, clock: own.resolve(Clock), random: own.resolve(Random), doorbell });
}

const doorbell: Doorbell = { hang, answers };

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
