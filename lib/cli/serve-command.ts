import { Command } from "commander";
import { destination, type Logger as Pino, pino } from "pino";
import { type EmbeddedEngine, open } from "../index.js";
import { Logger, provide } from "../ports.js";
import {
  AhnlichError,
  type ListenOptions,
  listen,
  type Server,
  type ServerLimits,
  type ServerTls,
  troubleSentences,
} from "../server.js";
import { flag, numberFlag, switchFlag } from "./flag.js";
import { onHangup } from "./hangup-signal.js";
import { limitFlags, limitsIn } from "./limit-flags.js";
import { onStopSignal } from "./stop-signal.js";

/** `ahnlich serve`: an engine and its listener, until a signal or a shutdown query ends it. */
export function serveCommand(): Command {
  const command = new Command("serve")
    .description("Open an engine and serve it to clients, until SIGTERM, SIGINT or a shutdown.")
    .addOption(flag("path", "folder", "keep the data in this folder (default: keep nothing)"))
    .addOption(switchFlag("read-only", "serve the folder as it is now, and take no writes"))
    .addOption(switchFlag("forget-queries", "keep no sample of queries to measure recall with"))
    .addOption(flag("host", "address", "listen on this address").default("127.0.0.1"))
    .addOption(numberFlag("port", "listen on this port, 0 for any", 0, 65_535).default(1369))
    .addOption(
      flag("socket", "file", "listen on a unix socket instead").conflicts(["host", "port"]),
    )
    .addOption(flag("tls-cert", "file", "speak TLS, with the certificate in this PEM file"))
    .addOption(flag("tls-key", "file", "the private key of --tls-cert"))
    .addOption(flag("tls-ca", "file", "believe certificates of clients that these have signed"))
    .addOption(switchFlag("require-client-cert", "turn away clients without such a certificate"))
    .addOption(switchFlag("insecure-listen", "let other machines in without users or TLS"))
    .addOption(flag("users", "file", "let in only the users in this file, see: ahnlich user"))
    .addOption(flag("backups", "folder", "let clients back up below this folder"))
    .addOption(numberFlag("threads", "workers for searches and large writes", 0, 256))
    .addOption(numberFlag("max-clients", "refuse clients above this number", 1, 1_000_000))
    .addOption(numberFlag("max-frame-bytes", "refuse larger frames", 16_384, 2 ** 30));
  for (const option of limitFlags()) command.addOption(option);
  return command
    .addOption(flag("log-level", "level", "what to log to stderr").choices(levels).default("info"))
    .addHelpText("after", "\nExample:\n  ahnlich serve --path ./data --port 1369")
    .action(serve);
}

interface ServeFlags extends Partial<ServerLimits> {
  readonly path?: string;
  readonly readOnly?: boolean;
  readonly forgetQueries?: boolean;
  readonly host: string;
  readonly port: number;
  readonly socket?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly requireClientCert?: boolean;
  readonly insecureListen?: boolean;
  readonly users?: string;
  readonly backups?: string;
  readonly threads?: number;
  readonly maxClients?: number;
  readonly maxFrameBytes?: number;
  readonly logLevel: string;
}

const levels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];

async function serve(flags: ServeFlags): Promise<void> {
  // A log line must not be lost when the process ends, so it is written at once.
  const log = pino({ level: flags.logLevel }, destination({ dest: 2, sync: true }));
  using stop = onStopSignal();
  const engine = await open({
    path: flags.path,
    readOnly: flags.readOnly,
    keepQueries: flags.forgetQueries !== true,
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
  const address: ListenOptions = socket === undefined ? { host, port } : { socket };
  const tls = tlsOf(flags);
  // Without users to tell apart, whoever is on this machine may end the server, and nobody else.
  const mayShutDown = users !== undefined || socket !== undefined || isLoopback(host);
  const server = await listen(engine, {
    ...address,
    tls,
    insecureListen: flags.insecureListen,
    audit: log,
    users,
    backups,
    maxClients,
    maxFrameBytes,
    limits: limitsIn(flags),
    onTrouble: (trouble) => log.warn(trouble, troubleSentences[trouble.kind]),
    ...(mayShutDown && { onShutdown: (reason, client) => ask(`${client.name}: ${reason}`) }),
  });
  // A terminal that is closed ends what has nothing to read again, as ever.
  const isReloaded = users !== undefined || tls !== undefined;
  using _ = isReloaded ? onHangup(() => reload(server, log)) : undefined;
  const kept = flags.path === undefined ? "nothing is kept (no --path)" : `data in ${flags.path}`;
  const isOpen = socket === undefined && !isLoopback(host) && !(users && tls);
  const warning = isOpen ? `, INSECURE: ${lackingOf(users, tls)}` : "";
  process.stdout.write(`ahnlich listens on ${server.url}, ${kept}${warning}\n`);

  const failed = Promise.race([engine.closed, server.closed]).then((reason) => {
    throw reason ?? new Error("the engine was closed");
  });
  const why = await Promise.race([signalled, asked, failed]);
  log.info({ why }, "closing");
  failed.catch(() => undefined);
  await server.close();
}

/** @throws INVALID_ARGUMENT where one flag is there without another that it wants */
function tlsOf(flags: ServeFlags): ServerTls | undefined {
  const { tlsCert: cert, tlsKey: key, tlsCa: ca, requireClientCert } = flags;
  if (cert !== undefined && key !== undefined) return { cert, key, ca, requireClientCert };
  if (cert ?? key ?? ca ?? requireClientCert) {
    throw new AhnlichError("INVALID_ARGUMENT", "TLS wants --tls-cert and --tls-key");
  }
  return undefined;
}

function lackingOf(users: string | undefined, tls: ServerTls | undefined): string {
  const lacking = [
    ...(users === undefined ? ["users"] : []),
    ...(tls === undefined ? ["TLS"] : []),
  ];
  return `whoever reaches it meets no ${lacking.join(" and no ")}`;
}

async function reload(server: Server, log: Pino): Promise<void> {
  try {
    await server.reload();
    log.info({}, "read certificates and users again");
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    log.error({ reason: sentence }, "certificates and users stay as they were");
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
