/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The repository's root, relative to build/. */
export const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A running server. */
export interface Server {
  /** host:port of the gRPC server. */
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * Builds and runs `statusmap serve` on free ports, or returns the server at
 * STATUSMAP_GRPC if that is set.
 */
export async function startServer(): Promise<Server> {
  const given = process.env.STATUSMAP_GRPC;
  if (given) {
    return { address: given, stop: async () => {} };
  }
  const dir = mkdtempSync(join(tmpdir(), "statusmap-"));
  const binary = join(dir, "statusmap");
  execFileSync("go", ["build", "-o", binary, "./cmd/statusmap"], { cwd: root, stdio: "inherit" });
  // Its log has every error that is hidden from clients: too much to show.
  const server = spawn(binary, ["serve", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = new Promise<number | null>((resolve) => server.once("exit", resolve));
  const address = new Promise<string>((resolve, reject) => {
    createInterface(server.stdout).on("line", (line) => {
      const [, found] = /^gRPC {2}(\S+)$/.exec(line) ?? [];
      if (found) {
        resolve(found);
      }
    });
    exited.then((code) => reject(new Error(`statusmap serve ended with ${code} before it served`)));
  });
  const stop = async () => {
    server.kill("SIGTERM");
    const code = await exited;
    rmSync(dir, { recursive: true });
    if (code !== 0) {
      throw new Error(`statusmap serve ended with ${code}`);
    }
  };
  return { address: await address, stop };
}
