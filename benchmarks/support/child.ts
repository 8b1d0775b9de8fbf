import { type ChildProcess, fork } from "node:child_process";
import { on, once } from "node:events";

/** A process of its own that runs one module. */
export interface Child extends AsyncDisposable {
  /** What it says next. @throws when it ends before */
  answer(): Promise<unknown>;
  /** Tells it something, and what it says to that. @throws when it ends before */
  ask(question: object): Promise<unknown>;
  /** Ends it where it stands. */
  kill(): void;
}

/** Runs the module, which hears the job as its first message. It ends when it is disposed or its work is done. */
export function startChild(module: URL, job: object, execPath: string = process.execPath): Child {
  const child = fork(module, { serialization: "advanced", execPath });
  child.send(job);
  return {
    answer: () => nextMessage(child, module),
    ask(question) {
      child.send(question);
      return nextMessage(child, module);
    },
    kill: () => void child.kill("SIGKILL"),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill(), 10_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The one answer of a process that does one thing. */
export async function askChild(module: URL, job: object, execPath?: string): Promise<unknown> {
  await using child = startChild(module, job, execPath);
  return await child.answer();
}

/** In the child: the job, and how to answer. */
export async function childJob(): Promise<{ job: unknown; answer: (value: unknown) => void }> {
  const [job] = await once(process, "message");
  return { job, answer: (value) => void process.send?.(value) };
}

/** In the child, after the job: what it is asked, until whoever started it wants no more. */
export async function* questions(ready: () => void): AsyncGenerator<unknown> {
  const asked = on(process, "message", { close: ["disconnect"] });
  ready();
  for await (const [question] of asked) yield question;
}

/** In the child: settles when whoever started it wants no more. */
export async function parentGone(): Promise<void> {
  if (process.connected) await once(process, "disconnect");
}

async function nextMessage(child: ChildProcess, module: URL): Promise<unknown> {
  const stopped = new AbortController();
  const { signal } = stopped;
  try {
    const ended = once(child, "exit", { signal }).then(([code]) => {
      throw new Error(`${module.pathname.split("/").at(-1)} ended with ${code} and no answer`);
    });
    const [message] = await Promise.race([once(child, "message", { signal }), ended]);
    return message;
  } finally {
    stopped.abort();
  }
}
