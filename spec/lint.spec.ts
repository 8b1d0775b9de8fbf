import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** An import that the table of layers forbids, and one beside it that it allows. */
const imports: readonly { file: string; refused: string[]; taken: string[] }[] = [
  {
    file: "lib/model/probe.ts",
    refused: ["../handles/store.js", "node:fs", "lmdb"],
    taken: ["./errors.js", "node:crypto"],
  },
  {
    file: "lib/encoding/probe.ts",
    refused: ["../transport/transport.js", "node:net"],
    taken: ["../model/errors.js", "msgpackr"],
  },
  {
    file: "lib/transport/probe.ts",
    refused: ["../encoding/encode.js", "node:net", "node:tls"],
    taken: ["../model/errors.js"],
  },
  { file: "lib/transport/tcp.ts", refused: ["../server/session.js"], taken: ["node:net"] },
  {
    file: "lib/language/probe.ts",
    refused: ["../engine/planner.js"],
    taken: ["../model/query.js"],
  },
  { file: "lib/handles/probe.ts", refused: ["../engine/ports.js"], taken: ["../model/query.js"] },
  { file: "lib/kernels/probe.ts", refused: ["../indexes/exact.js"], taken: ["../model/metric.js"] },
  {
    file: "lib/protocol/probe.ts",
    refused: ["../transport/tcp.js"],
    taken: ["../encoding/encode.js"],
  },
  {
    file: "lib/persistence/probe.ts",
    refused: ["../engine/ports.js", "lmdb"],
    taken: ["../encoding/encode.js"],
  },
  { file: "lib/persistence/lmdb.ts", refused: ["../protocol/message.js"], taken: ["lmdb"] },
  {
    file: "lib/indexes/probe.ts",
    refused: ["../persistence/persistence.js"],
    taken: ["../kernels/kernels.js"],
  },
  {
    file: "lib/engine/probe.ts",
    refused: ["../indexes/exact-index.js", "../persistence/memory.js", "../protocol/message.js"],
    taken: ["../indexes/vector-index.js", "../persistence/persistence.js", "../handles/store.js"],
  },
  {
    file: "lib/client/probe.ts",
    refused: ["../engine/ports.js"],
    taken: ["../protocol/message.js", "../transport/tcp.js"],
  },
  {
    file: "lib/server/probe.ts",
    refused: ["../engine/ports.js"],
    taken: ["../protocol/message.js", "../transport/tcp.js"],
  },
  {
    file: "lib/transfer/probe.ts",
    refused: ["../client/connect.js", "node:net", "lmdb"],
    taken: ["../handles/store.js", "../encoding/encode.js", "node:fs"],
  },
  {
    file: "lib/sharing/probe.ts",
    refused: ["../cli/run.js"],
    taken: ["../persistence/lmdb.js"],
  },
  {
    file: "lib/cli/probe.ts",
    refused: ["../engine/ports.js", "../model/errors.js"],
    taken: ["../index.js", "./run.js"],
  },
  { file: "lib/composition.ts", refused: ["./cli/run.js"], taken: ["./engine/ports.js"] },
];

describe("the linter", () => {
  let complaints: readonly Complaint[] = [];

  before(() => {
    complaints = lint(imports.map(({ file, refused, taken }) => [file, [...refused, ...taken]]));
  });

  for (const { file, refused, taken } of imports) {
    it(`refuses ${refused.join(", ")} in ${file}, and takes ${taken.join(", ")}`, () => {
      const here = complaints.filter(({ location }) => location.path === file);
      const lines = here.map(({ location }) => location.start.line).sort((a, b) => a - b);
      assert.deepEqual(
        lines,
        refused.map((_, index) => index + 1),
      );
    });
  }
});

interface Complaint {
  readonly category: string;
  readonly location: { readonly path: string; readonly start: { readonly line: number } };
}

/** What Biome, configured as this repository is, says about imports in files of these names. */
function lint(files: readonly (readonly [string, readonly string[]])[]): Complaint[] {
  const folder = mkdtempSync(join(tmpdir(), "ahnlich-lint-"));
  try {
    copyFileSync("biome.json", join(folder, "biome.json"));
    for (const [file, modules] of files) {
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, modules.map((module) => `import "${module}";\n`).join(""));
    }
    const biome = join(process.cwd(), "node_modules/.bin/biome");
    const flags = ["lint", "--vcs-enabled=false", "--reporter=json", "--max-diagnostics=none"];
    const { stdout } = spawnSync(biome, [...flags, "lib"], { cwd: folder, encoding: "utf8" });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: Complaint[] };
    return diagnostics.filter(({ category }) => category === "lint/style/noRestrictedImports");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
