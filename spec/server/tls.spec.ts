import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { connect as connectTls, type SecureVersion, type TLSSocket } from "node:tls";
import type { ConnectOptions } from "../../lib/client/connect-options.js";
import type { ListenOptions } from "../../lib/server.js";
import { parseUrl } from "../../lib/transport/address.js";
import { certificate, clientTls, serverTls } from "../support/certificates.js";
import { Serving } from "../support/serving.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { writeUsers } from "../support/users.js";

const untrusted = { code: "UNAUTHENTICATED", message: /^the certificate of ahnlichs:/ } as const;

describe("TLS", () => {
  const folder = new TemporaryFolder();
  const users = folder.at("users.json");
  let serving: Serving;

  before(() => {
    writeUsers(users, {
      ada: { password: "secret", rights: { "*": "admin" } },
      carl: { certificate: true, rights: { "*": "read" } },
      nobody: { password: "x", rights: { "*": "read" } },
    });
  });
  beforeEach(() => {
    serving = new Serving();
  });
  afterEach(() => serving.close());
  after(() => folder.remove());

  const listen = (options: ListenOptions = {}) =>
    serving.listen({ port: 0, tls: serverTls, ...options });

  it("is spoken where the URL says ahnlichs", async () => {
    const server = await listen();
    assert.match(server.url, /^ahnlichs:\/\/127\.0\.0\.1:\d+$/);
    const client = await serving.connect(server, { tls: clientTls() });
    await client.store("s").set({ id: "a", vector: new Array(4_096).fill(0.5) });
    assert.equal((await client.store("s").get("a"))?.vector.length, 4_096);
    const [{ address, bytesIn }] = await client.clients();
    assert.match(address, /^127\.0\.0\.1:\d+$/);
    assert.ok(bytesIn > 4 * 4_096);
  });

  it("finds out who the server is: by whom it is signed, and for what name", async () => {
    const server = await listen();
    await assert.rejects(serving.connect(server), untrusted);
    await assert.rejects(
      serving.connect(server, { tls: { ca: certificate("stranger.pem") } }),
      untrusted,
    );
    const misnamed = { ...clientTls(), servername: "db.example" };
    await assert.rejects(serving.connect(server, { tls: misnamed }), untrusted);
    const named = { ...clientTls(), servername: "localhost" };
    assert.ok((await (await serving.connect(server, { tls: named })).ping()) >= 0);

    const tls = { cert: certificate("elsewhere.pem"), key: certificate("elsewhere.key") };
    const elsewhere = await listen({ tls });
    await assert.rejects(serving.connect(elsewhere, { tls: clientTls() }), untrusted);
    await serving.connect(elsewhere, { tls: misnamed });
  });

  it("asks nobody who the server is where the option says so in plain words", async () => {
    const server = await listen();
    const client = await serving.connect(server, { tls: { insecureSkipVerify: true } });
    assert.ok((await client.ping()) >= 0);
  });

  it("is refused by no server, but by those who do not speak it", async () => {
    const [secure, plain] = [await listen(), await serving.listen()];
    const options: ConnectOptions = { connectTimeoutMs: 1_000 };
    const asPlain = { ...secure, url: secure.url.replace("ahnlichs", "ahnlich") };
    await assert.rejects(serving.connect(asPlain, options), { retryable: true });
    const asSecure = { ...plain, url: plain.url.replace("ahnlich", "ahnlichs") };
    await assert.rejects(serving.connect(asSecure, { ...options, tls: clientTls() }), {
      retryable: true,
    });
    await assert.rejects(serving.connect(plain, { tls: clientTls() }), {
      code: "INVALID_ARGUMENT",
    });
  });

  it("is 1.2 at least", async () => {
    const server = await listen();
    const protocolOf = (maxVersion: SecureVersion) => handshake(server.url, maxVersion);
    assert.equal(await protocolOf("TLSv1.3"), "TLSv1.3");
    assert.equal(await protocolOf("TLSv1.2"), "TLSv1.2");
    assert.match(await protocolOf("TLSv1.1"), /^ERR_SSL|ECONNRESET/);
  });

  it("carries passwords", async () => {
    const server = await listen({ users });
    const client = await serving.connect(server, {
      ...{ user: "ada", password: "secret", tls: clientTls() },
    });
    assert.deepEqual(
      (await client.clients()).map(({ user }) => user),
      ["ada"],
    );
  });

  it("tells by certificates who connects, where the user is one for that", async () => {
    const server = await listen({ users });
    const client = await serving.connect(server, { tls: clientTls("carl") });
    assert.deepEqual(
      (await client.clients()).map(({ user }) => user),
      ["carl"],
    );
    for (const name of [undefined, "nobody", "forged"]) {
      const attempt = serving.connect(server, { tls: clientTls(name) });
      await assert.rejects(attempt, { code: "UNAUTHENTICATED" }, name);
    }
  });

  it("lets a password say who connects, whoever's certificate it is", async () => {
    const server = await listen({ users });
    const client = await serving.connect(server, {
      ...{ user: "ada", password: "secret", tls: clientTls("carl") },
    });
    assert.deepEqual(
      (await client.clients()).map(({ user }) => user),
      ["ada"],
    );
  });

  it("turns away who has no certificate, where one is required", async () => {
    const server = await listen({ users, tls: { ...serverTls, requireClientCert: true } });
    const client = await serving.connect(server, { tls: clientTls("carl") });
    assert.ok((await client.ping()) >= 0);
    for (const name of [undefined, "forged"]) {
      const asAda = { user: "ada", password: "secret", tls: clientTls(name) };
      await assert.rejects(serving.connect(server, asAda), { code: "CONNECTION_LOST" });
    }
    assert.equal(server.clients().length, 1);
  });

  it("takes up new certificates when the server reads them again; who is there stays", async () => {
    const tls = { cert: folder.at("cert.pem"), key: folder.at("key.pem") };
    const put = (name: string) => {
      copyFileSync(certificate(`${name}.pem`), tls.cert);
      copyFileSync(certificate(`${name}.key`), tls.key);
    };
    put("server");
    const server = await listen({ tls });
    const client = await serving.connect(server, { tls: clientTls(), connections: 1 });
    const before = await serialOf(server.url);
    put("second");
    assert.equal(await serialOf(server.url), before);
    await server.reload();
    const after = await serialOf(server.url);
    assert.notEqual(after, before);
    for (const wrong of ["", "-----BEGIN CERTIFICATE-----\nAAAA\n"]) {
      writeFileSync(tls.cert, wrong);
      await assert.rejects(server.reload(), { code: "INVALID_ARGUMENT", message: /cert\.pem/ });
    }
    put("server");
    copyFileSync(certificate("second.key"), tls.key);
    await assert.rejects(server.reload(), { code: "INVALID_ARGUMENT", message: /is not that of/ });
    assert.equal(await serialOf(server.url), after);
    assert.ok((await client.ping()) >= 0);
    assert.equal(server.clients()[0].connections, 1);
  });

  it("is not waited for longer than a handshake may take", async () => {
    const server = await listen();
    const socket = connectTcp(Number(new URL(server.url).port), "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    const ended = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => {});
    const closing = server.close();
    await ended;
    await closing;
  });

  it("says which of its files is wrong", async () => {
    const [cert, key] = [certificate("server.pem"), certificate("server.key")];
    const large = folder.at("large.pem");
    writeFileSync(large, `${readFileSync(cert, "utf8")}${"\n".repeat(2 ** 20)}`);
    const wrong: [unknown, RegExp][] = [
      [{ cert: folder.at("none.pem"), key }, /none\.pem: cannot be read: ENOENT/],
      [{ cert: key, key }, /server\.key: expected a certificate as PEM/],
      [{ cert, key: cert }, /server\.pem: expected a private key as PEM/],
      [{ cert, key: certificate("carl.key") }, /carl\.key: the private key is not that of/],
      [{ cert, key, ca: key }, /server\.key: expected certificates as PEM/],
      [{ cert, key, ca: large }, /large\.pem: expected at most 1048576 bytes/],
      [{ cert }, /options\.tls\.key/],
      [{ cert, key, requireClientCert: true }, /options\.tls\.ca/],
      [{ cert, key, colour: "red" }, /options\.tls\.colour/],
      ["yes", /options\.tls/],
    ];
    for (const [tls, message] of wrong) {
      const attempt = listen({ tls: tls as typeof serverTls });
      await assert.rejects(attempt, { code: "INVALID_ARGUMENT", message });
    }
    const socket = { socket: folder.at("s"), port: undefined, tls: serverTls };
    await assert.rejects(serving.listen(socket), { code: "INVALID_ARGUMENT" });
    const server = await listen();
    for (const tls of [{ cert }, { ca: 7 }, { colour: 1 }, { insecureSkipVerify: "yes" }, 7]) {
      const attempt = serving.connect(server, { tls: tls as { cert: string } });
      await assert.rejects(attempt, { code: "INVALID_ARGUMENT", message: /options\.tls/ });
    }
    const missing = serving.connect(server, { tls: { ca: folder.at("none.pem") } });
    await assert.rejects(missing, { code: "INVALID_ARGUMENT", message: /none\.pem/ });
  });
});

describe("a server that other machines reach", () => {
  const folder = new TemporaryFolder();
  const users = folder.at("users.json");
  const serving = new Serving();
  const listen = (options: ListenOptions) => serving.listen({ port: 0, ...options });

  before(() => writeUsers(users, { ada: { password: "x" } }));
  after(async () => {
    await serving.close();
    folder.remove();
  });

  it("has users and TLS, or says plainly that it has not", async () => {
    for (const host of ["0.0.0.0", "::", "192.0.2.1", "db.example", "127.0.0.1.example"]) {
      for (const options of [{}, { users }, { tls: serverTls }, { insecureListen: false }]) {
        await assert.rejects(listen({ host, ...options }), {
          code: "INVALID_ARGUMENT",
          message: /lets other machines in.*insecureListen/,
        });
      }
    }
    await listen({ host: "0.0.0.0", users, tls: serverTls });
    await listen({ host: "0.0.0.0", insecureListen: true });
  });

  it("is not one that listens on this machine alone", async () => {
    for (const host of ["127.0.0.1", "127.0.0.2", "localhost", "::1"]) {
      const outcome = await listen({ host }).then(
        () => "listens",
        (error: { code: string }) => error.code,
      );
      // Not every machine has ::1.
      assert.ok(outcome === "listens" || outcome === "IO_ERROR", `${host}: ${outcome}`);
    }
  });
});

/** Which version the server agrees to, or why not. */
function handshake(url: string, maxVersion: SecureVersion): Promise<string> {
  return secured(url, { maxVersion, minVersion: "TLSv1.1" }, (socket) =>
    String(socket.getProtocol()),
  );
}

function serialOf(url: string): Promise<string> {
  return secured(url, {}, (socket) => socket.getPeerCertificate().serialNumber);
}

function secured(
  url: string,
  options: { maxVersion?: SecureVersion; minVersion?: SecureVersion },
  look: (socket: TLSSocket) => string,
): Promise<string> {
  const address = parseUrl(url);
  return new Promise((resolve) => {
    const ciphers = "DEFAULT@SECLEVEL=0";
    const socket = connectTls({ ...address, ...options, ciphers, rejectUnauthorized: false });
    socket.once("secureConnect", () => {
      resolve(look(socket));
      socket.destroy();
    });
    socket.once("error", (error: Error & { code?: string }) => resolve(String(error.code)));
  });
}
