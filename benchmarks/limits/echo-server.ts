import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { emptyFrame, FrameCounter } from "./frames.js";

/**
 * Listens on a free port and answers each frame with one of the size that the first frame announces, and does
 * nothing else. It stands in the process of the server that it is compared with, so that the system treats both alike.
 */
export async function listenEcho(): Promise<number> {
  const server = createServer({ noDelay: true }, serve);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

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
