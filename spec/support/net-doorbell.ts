import { connect, createServer } from "node:net";
import { AhnlichError } from "../../lib/model/errors.js";
import type { Doorbell } from "../../lib/sharing/doorbell.js";

/** The doorbell over real sockets. */
export const netDoorbell: Doorbell = {
  hang(path) {
    const server = createServer((socket) => socket.destroy());
    let refused: Error | undefined;
    server.on("error", (error) => {
      refused = error;
    });
    server.listen({ path, exclusive: true });
    if (!server.listening) {
      throw new AhnlichError("ADDRESS_IN_USE", `${path} cannot be listened on`, { cause: refused });
    }
    server.unref();
    return {
      close: () => new Promise((resolve) => server.close(() => resolve())),
    };
  },

  answers(path) {
    return new Promise((resolve) => {
      const socket = connect({ path, timeout: 1_000 });
      const end = (answered: boolean): void => {
        socket.destroy();
        resolve(answered);
      };
      socket.on("connect", () => end(true));
      socket.on("timeout", () => end(true));
      socket.on("error", (error: NodeJS.ErrnoException) => {
        end(error.code !== "ECONNREFUSED" && error.code !== "ENOENT");
      });
    });
  },
};
