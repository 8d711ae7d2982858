/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

// Runs the programs of README.md, which readme.mjs extracts, and compares their output.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Server, startServer } from "./server.js";

const build = fileURLToPath(new URL(".", import.meta.url));
const programs = readdirSync(build).filter((name) => /^README\.\d+\.js$/.test(name));

describe("README", () => {
  let server: Server;
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  test("has programs", () => assert.equal(programs.length, 4));

  for (const program of programs) {
    test(program, async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [build + program], {
        env: { ...process.env, STATUSMAP_GRPC: server.address },
        timeout: 30_000,
      });
      assert.equal(stdout, readFileSync(build + program.replace(".js", ".txt"), "utf8"));
    });
  }
});
