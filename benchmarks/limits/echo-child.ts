import { createServer, type Socket } from "node:net";
import { childJob, parentGone } from "../support/child.js";
import { emptyFrame, FrameCounter } from "./frames.js";

// A process that answers each frame with one of the size that the first frame announces, and does nothing else.
const { answer } = await childJob();
const server = createServer({ noDelay: true }, serve);
server.listen(0, "127.0.0.1", () => answer(server.address()));
await parentGone();
process.exit();

function serve(socket: Socket): void {
  const counter = new FrameCounter();
  let frame: Buffer | undefined;
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    frame ??= emptyFrame(chunk.readUInt32LE(4));
    const frames = counter.push(chunk);
    socket.cork();
    for (let i = 0; i < frames; i++) socket.write(frame);
    socket.uncork();
  });
}
