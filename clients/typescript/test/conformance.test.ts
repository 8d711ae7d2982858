/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

// Every case of testdata/cases, raised by the real server and read through both
// libraries.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fromError } from "statusmap";
import { DemoService } from "./gen/statusmap/demo/v1/demo_pb.js";
import { GrpcCode } from "./gen/statusmap/v1/options_pb.js";
import { root, type Server, startServer } from "./server.js";
import { type Stack, stacks } from "./stacks.js";
import { enums, type GeneratedEnum, systems } from "./systems.js";

/** The members of testdata/cases/DOMAIN.json that are read. status_test.go writes these files. */
interface CaseFile {
  domain: string;
  /** The system in which the cases are raised. */
  system: string;
  cases: Case[];
}

interface Case {
  reason: string;
  number: number;
  legacy_code: string;
  arguments: Record<string, string>;
  success: boolean;
  grpc_code: string;
  message: string;
  metadata: Record<string, string>;
  messages: Record<string, string>;
  retry_after: number;
  field: string;
}

/** An entry of known_failures.json: a case that a library cannot read. */
interface KnownFailure {
  domain: string;
  reason: string;
  stack: Stack["name"];
  why: string;
}

const casesDir = join(root, "testdata/cases");
const files = readdirSync(casesDir).map((name): CaseFile => JSON.parse(readFileSync(join(casesDir, name), "utf8")));
const knownFailures: KnownFailure[] = JSON.parse(
  readFileSync(join(root, "clients/typescript/known_failures.json"), "utf8"),
);

describe("conformance", () => {
  let server: Server;
  let clients: Stack[];
  const count = { cases: 0, passed: 0, known: 0 };

  before(async () => {
    server = await startServer();
    clients = stacks(server.address);
  });
  after(async () => {
    for (const client of clients) {
      client.close();
    }
    await server.stop();
    console.log(`typescript: cases ${count.cases}, passed ${count.passed}, known failures ${count.known}`);
  });

  test("every file of cases has a generated enum", () => {
    assert.deepEqual(files.map((f) => f.domain).sort(), [...enums.keys()].sort());
  });

  for (const { domain, system, cases } of files) {
    test(domain, async () => {
      const enumeration = enums.get(domain);
      assert.ok(enumeration);
      const problems: string[] = [];
      for (const c of cases) {
        count.cases++;
        const failed: string[] = [];
        let known = false;
        for (const stack of clients) {
          const why = knownFailures.find(
            (k) => k.domain === domain && k.reason === c.reason && k.stack === stack.name,
          )?.why;
          const problem = await problemWith(stack, domain, system, c, enumeration);
          if (problem !== undefined && why !== undefined) {
            known = true;
          } else if (problem !== undefined) {
            failed.push(`${stack.name}: ${domain}.${c.reason}: ${problem}`);
          } else if (why !== undefined) {
            failed.push(`${stack.name}: ${domain}.${c.reason} passes: remove it from known_failures.json`);
          }
        }
        problems.push(...failed);
        if (failed.length === 0) {
          count[known ? "known" : "passed"]++;
        }
      }
      assert.deepEqual(problems, []);
      const codes = enumeration.CodeSchema.values.filter((v) => v.number !== 0);
      assert.deepEqual(codes.map((v) => v.name).sort(), cases.map((c) => c.reason).sort());
    });
  }
});

/** Returns the first difference between a case and what a client reads of it; undefined if there is none. */
async function problemWith(
  stack: Stack,
  domain: string,
  system: string,
  c: Case,
  { Code, CodeSchema }: GeneratedEnum,
): Promise<string | undefined> {
  const { responses, error } = await stack.unary(DemoService.method.raise, {
    domain: system,
    reason: c.reason,
    metadata: c.arguments,
  });
  // An included enum needs the one of the system, which has the language.
  const schemas = [CodeSchema, ...[systems.get(system)?.CodeSchema ?? []].flat()];
  try {
    assert.equal(Code[c.reason], c.number, "the constant's number");
    if (c.success) {
      assert.equal(error, undefined);
      assert.equal(responses[0]?.legacyCode, c.legacy_code);
      return undefined;
    }
    const err = fromError(error);
    assert.ok(err, `not a legacy error: ${error}`);
    const read = {
      domain: err.domain,
      reason: err.reason,
      number: err.codeIn(CodeSchema),
      legacy_code: err.legacyCode,
      grpc_code: GrpcCode[err.grpcCode],
      message: err.message,
      metadata: { ...err.metadata },
      messages: Object.fromEntries(Object.keys(c.messages).map((l) => [l, err.messageIn(l, ...schemas)])),
      retry_after: (err.retryAfterMs ?? 0) / 1000,
      field: err.field ?? "",
    };
    const { reason, number, legacy_code, grpc_code, message, metadata, messages, retry_after, field } = c;
    assert.deepEqual(read, {
      domain,
      reason,
      number,
      legacy_code,
      grpc_code,
      message,
      metadata,
      messages,
      retry_after,
      field,
    });
    return undefined;
  } catch (problem) {
    return problem instanceof Error ? problem.message : String(problem);
  }
}
