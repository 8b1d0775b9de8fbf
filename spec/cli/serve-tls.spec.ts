import assert from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import { connect } from "ahnlich/client";
import { certificate, clientTls, serverTls } from "../support/certificates.js";
import { runNode } from "../support/run-node.js";
import { ServeProcess } from "../support/serve-process.js";
import { TemporaryFolder } from "../support/temporary-folder.js";
import { writeUsers } from "../support/users.js";

describe("ahnlich serve, for other machines", function () {
  this.timeout(60_000);
  const folder = new TemporaryFolder();
  const users = folder.at("users.json");
  const password = folder.at("password");
  const [cert, key] = [folder.at("cert.pem"), folder.at("key.pem")];
  const put = (name: string) => {
    copyFileSync(certificate(`${name}.pem`), cert);
    copyFileSync(certificate(`${name}.key`), key);
  };
  const ahnlich = (...args: string[]) => runNode(["build/lib/cli/main.js", ...args]);

  before(() => {
    writeFileSync(password, "correct horse\n");
    writeUsers(users, {
      ada: { password: "correct horse", rights: { "*": "admin" } },
      carl: { certificate: true, rights: { "*": "read" } },
    });
  });
  after(() => folder.remove());

  it("lets in who has a password or a certificate, and reads its own again on SIGHUP", async () => {
    put("server");
    const flags = ["--tls-cert", cert, "--tls-key", key, "--tls-ca", serverTls.ca];
    await using serve = await ServeProcess.start(["--host", "0.0.0.0", "--users", users, ...flags]);
    assert.match(serve.stdout, /^ahnlich listens on ahnlichs:\/\/0\.0\.0\.0:\d+, [^,]+\n$/);
    const url = serve.url.replace("0.0.0.0", "127.0.0.1");
    const ca = ["--tls-ca", serverTls.ca];
    const [byPassword, byCertificate, unverified, untrusting] = await Promise.all([
      ahnlich("ping", url, ...ca, "--user", "ada", "--password-file", password),
      ahnlich(
        "ping",
        url,
        ...ca,
        "--tls-cert",
        certificate("carl.pem"),
        "--tls-key",
        certificate("carl.key"),
      ),
      ahnlich("ping", url, "--insecure-skip-verify", "--user", "ada", "--password-file", password),
      ahnlich("ping", url, "--user", "ada", "--password-file", password),
    ]);
    for (const { code, stderr } of [byPassword, byCertificate, unverified]) {
      assert.deepEqual([code, stderr], [0, ""]);
    }
    assert.match(
      untrusting.stderr,
      /^ahnlich: the certificate of ahnlichs:[^\n]+ is not trusted[^\n]+\n$/,
    );
    assert.equal(untrusting.code, 1);

    put("elsewhere");
    serve.signal("SIGHUP");
    await serve.logged("read certificates and users again");
    const tls = clientTls();
    const asAda = { user: "ada", password: "correct horse" };
    await assert.rejects(connect(url, { ...asAda, tls }), { code: "UNAUTHENTICATED" });
    await using client = await connect(url, {
      ...asAda,
      tls: { ...tls, servername: "db.example" },
    });

    writeFileSync(key, "no key");
    serve.signal("SIGHUP");
    await serve.logged("stay as they were");
    assert.ok((await client.ping()) >= 0);
    assert.doesNotMatch(serve.stdout + serve.stderr, /horse|PRIVATE KEY/);
    serve.signal("SIGTERM");
    assert.equal(await serve.ended, 0);
  });

  it("wants users and TLS, or to be told that it goes without", async () => {
    const lines: readonly (readonly [readonly string[], RegExp])[] = [
      [["--host", "0.0.0.0"], /lets other machines in.*--insecure-listen/],
      [["--host", "0.0.0.0", "--users", users], /lets other machines in/],
      [["--tls-cert", cert], /TLS wants --tls-cert and --tls-key/],
      [["--require-client-cert"], /TLS wants --tls-cert and --tls-key/],
    ];
    const ended = await Promise.all(
      lines.map(([flags]) => ahnlich("serve", "--port", "0", ...flags)),
    );
    for (const [place, [, sentence]] of lines.entries()) {
      const { code, stdout, stderr } = ended[place];
      assert.match(stderr, sentence);
      assert.match(stderr, /^ahnlich: [^\n]+\n$/);
      assert.deepEqual([code, stdout], [2, ""]);
    }
  });
});
