import { Command } from "commander";
import { destination, type Logger as Pino, pino } from "pino";
import { type EmbeddedEngine, open } from "../index.js";
import { Logger, provide } from "../ports.js";
import {
  type ListenOptions,
  listen,
  type ServerLimits,
  serverLimits,
  type Trouble,
} from "../server.js";
import { flag, numberFlag, switchFlag } from "./flag.js";
import { onStopSignal } from "./stop-signal.js";

/** `ahnlich serve`: an engine and its listener, until a signal or a shutdown query ends it. */
export function serveCommand(): Command {
  const command = new Command("serve")
    .description("Open an engine and serve it to clients, until SIGTERM, SIGINT or a shutdown.")
    .addOption(flag("path", "folder", "keep the data in this folder (default: keep nothing)"))
    .addOption(switchFlag("read-only", "serve the folder as it is now, and take no writes"))
    .addOption(flag("host", "address", "listen on this address").default("127.0.0.1"))
    .addOption(numberFlag("port", "listen on this port, 0 for any", 0, 65_535).default(1369))
    .addOption(
      flag("socket", "file", "listen on a unix socket instead").conflicts(["host", "port"]),
    )
    .addOption(flag("users", "file", "let in only the users in this file, see: ahnlich user"))
    .addOption(flag("backups", "folder", "let clients back up below this folder"))
    .addOption(numberFlag("threads", "workers for searches and large writes", 0, 256))
    .addOption(numberFlag("max-clients", "refuse clients above this number", 1, 1_000_000))
    .addOption(numberFlag("max-frame-bytes", "refuse larger frames", 16_384, 2 ** 30));
  for (const [name, { standard, least, most, says }] of Object.entries(serverLimits)) {
    command.addOption(numberFlag(flagOf(name), `${says} (default: ${standard})`, least, most));
  }
  return command
    .addOption(flag("log-level", "level", "what to log to stderr").choices(levels).default("info"))
    .addHelpText("after", "\nExample:\n  ahnlich serve --path ./data --port 1369")
    .action(serve);
}

interface ServeFlags extends Partial<ServerLimits> {
  readonly path?: string;
  readonly readOnly?: boolean;
  readonly host: string;
  readonly port: number;
  readonly socket?: string;
  readonly users?: string;
  readonly backups?: string;
  readonly threads?: number;
  readonly maxClients?: number;
  readonly maxFrameBytes?: number;
  readonly logLevel: string;
}

const limitNames = Object.keys(serverLimits) as (keyof ServerLimits)[];

/** inFlightMax is --in-flight-max. */
function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const sentences: { readonly [K in Trouble["kind"]]: string } = {
  slow_consumer: "a client was dropped that took no answers",
  slow_sender: "a client was dropped whose handshake or frame did not come in time",
  strangers: "too many connections had not introduced themselves: the oldest was dropped",
  descriptors: "a connection was refused: the process can open hardly any file more",
};

const levels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];

async function serve(flags: ServeFlags): Promise<void> {
  // A log line must not be lost when the process ends, so it is written at once.
  const log = pino({ level: flags.logLevel }, destination({ dest: 2, sync: true }));
  using stop = onStopSignal();
  const engine = await open({
    path: flags.path,
    readOnly: flags.readOnly,
    threads: flags.threads,
    provide: [provide(Logger, log)],
  });
  try {
    await serveUntil(stop.signalled, engine, flags, log);
  } finally {
    await engine.close();
  }
  log.info({}, "closed");
}

async function serveUntil(
  signalled: Promise<string>,
  engine: EmbeddedEngine,
  flags: ServeFlags,
  log: Pino,
): Promise<void> {
  let ask: (why: string) => void = () => undefined;
  const asked = new Promise<string>((resolve) => {
    ask = resolve;
  });
  const { host, port, socket, users, backups, maxClients, maxFrameBytes } = flags;
  const limits = Object.fromEntries(limitNames.map((name) => [name, flags[name]]));
  const address: ListenOptions = socket === undefined ? { host, port } : { socket };
  // Without users to tell apart, whoever is on this machine may end the server, and nobody else.
  const mayShutDown = users !== undefined || socket !== undefined || isLoopback(host);
  const server = await listen(engine, {
    ...address,
    users,
    backups,
    maxClients,
    maxFrameBytes,
    limits,
    onTrouble: (trouble) => log.warn(trouble, sentences[trouble.kind]),
    ...(mayShutDown && { onShutdown: (reason, client) => ask(`${client.name}: ${reason}`) }),
  });
  const kept = flags.path === undefined ? "nothing is kept (no --path)" : `data in ${flags.path}`;
  process.stdout.write(`ahnlich listens on ${server.url}, ${kept}\n`);

  const failed = Promise.race([engine.closed, server.closed]).then((reason) => {
    throw reason ?? new Error("the engine was closed");
  });
  const why = await Promise.race([signalled, asked, failed]);
  log.info({ why }, "closing");
  failed.catch(() => undefined);
  await server.close();
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
