import { createServer, type Socket } from "node:net";
import { childJob, parentGone } from "../support/child.js";
import { announcementBytes, type FrameSizes } from "./raw-echo.js";

// A process that answers requests of announced sizes with bytes, and does nothing else.
const { answer } = await childJob();
const server = createServer({ noDelay: true }, serve);
server.listen(0, "127.0.0.1", () => answer(server.address()));
await parentGone();
process.exit();

function serve(socket: Socket): void {
  let sizes: FrameSizes | undefined;
  let answers = new Uint8Array();
  let pending = 0;
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    pending += chunk.length;
    if (sizes === undefined) {
      // Eight bytes on a new connection come together.
      sizes = { request: chunk.readUInt32LE(0), answer: chunk.readUInt32LE(4) };
      pending -= announcementBytes;
      answers = new Uint8Array(sizes.answer * 1_024);
    }
    for (;;) {
      const requests = Math.min(1_024, Math.floor(pending / sizes.request));
      if (requests === 0) return;
      pending -= requests * sizes.request;
      socket.write(answers.subarray(0, requests * sizes.answer));
    }
  });
}
