import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { availableParallelism } from "node:os";
import { AhnlichError } from "../model/errors.js";
import { checkText, textBytes } from "../model/text.js";
import { type Derivation, QuietScrypt } from "./quiet-scrypt.js";
import { Turnstile } from "./turnstile.js";

/**
 * What is kept of a password: `$scrypt$ln=15,r=8,p=3$salt$hash`, the two in base64. Deriving it takes
 * about 0.2 s and 32 MiB.
 *
 * @throws INVALID_ARGUMENT unless the password is 1 to 1,024 bytes of well-formed text
 */
export async function hashPassword(password: string): Promise<string> {
  checkPassword(password);
  const salt = randomBytes(saltBytes);
  const hash = await turnstile.pass(() =>
    deriveNow(derivationOf(password, { ...standardCost, salt })),
  );
  const { ln, r, p } = standardCost;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(Buffer.from(hash))}`;
}

/**
 * Whether the password is the one of which `stored` was kept. It takes as long to say no as yes, and gives way to the
 * other work of the machine.
 *
 * @param isWanted asked when its turn has come: where nobody waits any more nothing is derived, and the answer is no
 * @throws BUSY when as many derivations wait as may
 */
export async function verifyPassword(
  password: string,
  stored: string,
  isWanted: () => boolean = () => true,
): Promise<boolean> {
  const { hash, ...recipe } = parse(stored) ?? absent();
  return turnstile.pass(async () => {
    if (!isWanted()) return false;
    return timingSafeEqual(await deriveQuietly(password, recipe), hash);
  });
}

/** Of no password at all, at the same cost as `stored`: to check against takes as long. */
export function decoyOf(stored: string | undefined): string {
  const { ln, r, p } = (stored === undefined ? undefined : parse(stored)) ?? standardCost;
  const nothing = Buffer.alloc(hashBytes);
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(nothing.subarray(0, saltBytes))}$${base64(nothing)}`;
}

export function isPasswordHash(value: unknown): value is string {
  return typeof value === "string" && parse(value) !== undefined;
}

/** @throws INVALID_ARGUMENT */
export function checkPassword(password: unknown): string {
  if (typeof password === "string") {
    checkText(password, "password");
    const bytes = textBytes(password);
    if (bytes >= 1 && bytes <= passwordBytesMax) return password;
  }
  const sentence = `password: expected a text of 1 to ${passwordBytesMax} bytes`;
  throw new AhnlichError("INVALID_ARGUMENT", sentence);
}

interface Cost {
  /** The logarithm of how much memory is filled, in blocks. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

type Recipe = Cost & { readonly salt: Uint8Array };

/** Behind all other work where the system can do that, but no longer than somebody waits who logs in. */
async function deriveQuietly(password: string, recipe: Recipe): Promise<Uint8Array> {
  const derivation = derivationOf(password, recipe);
  let deriving: Promise<Uint8Array | undefined> | undefined;
  for (const thread of quietThreads) deriving ??= thread.derive(derivation, patienceMs);
  return (await deriving) ?? deriveNow(derivation);
}

function deriveNow({ text, salt, length, options }: Derivation): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(text, salt, length, options, (error, hash) => {
      if (error) reject(error);
      else resolve(hash);
    });
  });
}

function derivationOf(password: string, { ln, r, p, salt }: Recipe): Derivation {
  // The same text typed on another keyboard may be composed otherwise.
  const text = password.normalize("NFC");
  const options = { N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r };
  return { text, salt, length: hashBytes, options };
}

function parse(stored: string): (Cost & { salt: Buffer; hash: Buffer }) | undefined {
  const match = stored.length <= storedMax ? storedForm.exec(stored) : null;
  if (match === null) return undefined;
  const [ln, r, p] = match.slice(1, 4).map(Number);
  const [salt, hash] = match.slice(4).map((text) => Buffer.from(text, "base64"));
  const isInRange = ln >= 10 && ln <= 20 && r >= 1 && r <= 16 && p >= 1 && p <= 16;
  const blocks = 2 ** ln * r;
  const isBounded = isInRange && blocks <= blocksMax && blocks * p <= workMax;
  if (!isBounded || salt.length < saltBytes || hash.length !== hashBytes) return undefined;
  return { ln, r, p, salt, hash };
}

function absent(): never {
  throw new AhnlichError("INTERNAL", "the stored password is none");
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}

const standardCost: Cost = { ln: 15, r: 8, p: 3 };
/** Of 128 bytes each, so 256 MiB: a file that others have written must not take more by every guess. */
const blocksMax = 2 ** 21;
/** Blocks that are mixed for one guess: some twenty times as many as usual. */
const workMax = 2 ** 24;
const saltBytes = 16;
const hashBytes = 32;
const storedMax = 200;
const passwordBytesMax = 1_024;
const storedForm =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22,64})\$([A-Za-z0-9+/]{43})$/;
/** Derivations take the cores and the memory that searches need too: two at once, and few that wait. */
const atOnce = availableParallelism() > 2 ? 2 : 1;
const turnstile = new Turnstile({ atOnce, waitingMax: 64 });
const quietThreads = Array.from({ length: atOnce }, () => new QuietScrypt());
/** Of the time for a handshake enough is left for a derivation at once. */
const patienceMs = 1_000;
