import { connect } from "../../lib/client.js";

/** Guesses ada's password a hundred times a second until it is told to stop, and tells what came of it. */
const [url] = process.argv.slice(2);
const outcomes: Promise<boolean>[] = [];
const guessing = setInterval(() => {
  const guess = { user: "ada", password: `guess ${outcomes.length}`, connections: 1 };
  if (outcomes.length === 0) process.send?.("begun");
  outcomes.push(
    connect(url, guess).then(
      () => true,
      () => false,
    ),
  );
}, 10);

process.once("message", async () => {
  clearInterval(guessing);
  const letIn = (await Promise.all(outcomes)).filter(Boolean).length;
  process.send?.({ guesses: outcomes.length, letIn }, () => process.exit(0));
});
