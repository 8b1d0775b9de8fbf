import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { AhnlichError } from "../client.js";

/**
 * A password that stands in no argument: the first line of `file` ("-" is standard input), or typed on
 * the terminal, which does not show it.
 *
 * @throws INVALID_ARGUMENT where there is neither, IO_ERROR where the file cannot be read
 */
export async function readPassword(file: string | undefined, prompt: string): Promise<string> {
  if (file !== undefined) return firstLine(file);
  if (process.stdin.isTTY) return (await ask([prompt]))[0];
  throw new AhnlichError(
    "INVALID_ARGUMENT",
    "expected --password-file FILE (- for standard input) where no terminal can be asked",
  );
}

/** A new one, typed twice on a terminal. Without one, and without a file, it is the first line of standard input. */
export async function readNewPassword(file: string | undefined, user: string): Promise<string> {
  if (file !== undefined || !process.stdin.isTTY) return firstLine(file ?? "-");
  const [typed, again] = await ask([`Password for ${user}: `, "The same again: "]);
  if (again === typed) return typed;
  throw new AhnlichError("INVALID_ARGUMENT", "password: the two are not the same");
}

async function firstLine(file: string): Promise<string> {
  const input = file === "-" ? process.stdin : createReadStream(file, { end: lineBytesMax });
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of input) {
      const bytes = Buffer.from(chunk);
      chunks.push(bytes);
      length += bytes.length;
      if (bytes.includes(0x0a) || length > lineBytesMax) break;
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    throw new AhnlichError("IO_ERROR", `${file}: the password cannot be read: ${code}`);
  }
  const [line] = Buffer.concat(chunks).toString("utf8").split(/\r?\n/, 1);
  if (length <= lineBytesMax && line !== "") return line;
  const where = file === "-" ? "standard input" : file;
  throw new AhnlichError("INVALID_ARGUMENT", `${where}: expected a password in the first line`);
}

/** An answer to each prompt; what the terminal would show of them goes nowhere. */
function ask(prompts: readonly string[]): Promise<string[]> {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  const typed: string[] = [];
  process.stderr.write(prompts[0]);
  return new Promise((resolve, reject) => {
    reader.on("line", (line) => {
      process.stderr.write("\n");
      typed.push(line);
      if (typed.length < prompts.length) process.stderr.write(prompts[typed.length]);
      else reader.close();
    });
    reader.once("SIGINT", () => reader.close());
    reader.once("close", () => {
      if (typed.length >= prompts.length) resolve(typed);
      else reject(new AhnlichError("ABORTED", "no password was given"));
    });
  });
}

const lineBytesMax = 4_096;
