/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

// The mistakes of backends, raised by the real server and read through both
// libraries.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fromError } from "statusmap";
import { Code as JobV2, CodeSchema as JobV2Schema } from "./gen/legacy/job/v2/code_pb.js";
import { DemoService } from "./gen/statusmap/demo/v1/demo_pb.js";
import { GrpcCode } from "./gen/statusmap/v1/options_pb.js";
import { type Server, startServer } from "./server.js";
import { connect, type Stack, stacks } from "./stacks.js";
import { systems } from "./systems.js";

/**
 * The gRPC code that the fault code_out_of_range sends. In the system that has this
 * number it is read as that system's code.
 */
const legacyNumber = 20210;

/** The faults of the demo service, and the gRPC code of each; undefined if systems differ. */
const faults: Record<string, GrpcCode | undefined> = {
  code_out_of_range: GrpcCode.UNKNOWN,
  deadline: GrpcCode.DEADLINE_EXCEEDED,
  go_error: GrpcCode.INTERNAL,
  huge: undefined,
  invalid_utf8: undefined,
  panic: GrpcCode.INTERNAL,
  plain_status: GrpcCode.NOT_FOUND,
  unavailable: GrpcCode.UNAVAILABLE,
  unknown_detail: undefined,
  unknown_reason: GrpcCode.NOT_FOUND,
};

describe("faults", () => {
  let server: Server;
  let clients: Stack[];

  before(async () => {
    server = await startServer();
    clients = stacks(server.address);
  });
  after(async () => {
    for (const client of clients) {
      client.close();
    }
    await server.stop();
  });

  for (const [domain, { CodeSchema }] of systems) {
    for (const [fault, grpcCode] of Object.entries(faults)) {
      test(`${domain} ${fault}`, async () => {
        for (const client of clients) {
          const { error } = await client.unary(DemoService.method.fault, { domain, fault });
          const err = fromError(error);
          assert.ok(err, `${client.name}: not a legacy error: ${error}`);
          assert.equal(err.domain, domain);
          assert.ok(err.legacyCode);
          if (fault === "code_out_of_range" && CodeSchema.values.some((v) => v.number === legacyNumber)) {
            assert.equal(err.codeIn(CodeSchema), legacyNumber);
          } else if (grpcCode !== undefined) {
            assert.equal(err.grpcCode, grpcCode);
          }
          if (fault === "unknown_reason") {
            assert.equal(err.reason, "NEWER_THAN_THE_GATEWAY");
            assert.equal(err.legacyCode, "9999999");
            assert.equal(err.codeIn(CodeSchema), undefined);
            assert.equal(err.messageIn(["en", "zh-CN"], CodeSchema), "a text from the future");
          } else {
            assert.equal(err.codeIn(CodeSchema), CodeSchema.values.find((v) => v.name === err.reason)?.number);
            assert.ok(err.messageIn("en", CodeSchema));
          }
          assert.ok(!JSON.stringify([err, err.message]).includes("hunter2"), `${client.name}: ${err}`);
          if (fault !== "unknown_detail") {
            // The handler sends unknown_detail's secret in a detail, and gRPC passes it on.
            assert.ok(!client.contents(error).includes("hunter2"), `${client.name}: ${client.contents(error)}`);
          }
        }
      });
    }
  }

  test("a huge status fits into 8 KiB of headers", async () => {
    for (const [domain, { CodeSchema }] of systems) {
      const client = connect(server.address, 8 << 10);
      try {
        const { error } = await client.unary(DemoService.method.fault, { domain, fault: "huge" });
        const err = fromError(error);
        assert.ok(err, `not a legacy error: ${error}`);
        assert.ok(err.codeIn(CodeSchema));
        const internal = await client.unary(DemoService.method.fault, { domain, fault: "go_error" });
        assert.equal(err.message, fromError(internal.error)?.message);
        assert.ok(err.metadata.dump?.startsWith("转储"));
      } finally {
        client.close();
      }
    }
  });

  test("a smaller header limit loses the status", async () => {
    const client = connect(server.address, 2 << 10);
    try {
      const { error } = await client.unary(DemoService.method.fault, { domain: "legacy.job.v2", fault: "huge" });
      assert.ok(error);
      assert.equal(fromError(error), undefined);
    } finally {
      client.close();
    }
  });

  test("a stream that fails after two messages", async () => {
    for (const client of clients) {
      const { responses, error } = await client.serverStream(DemoService.method.stream, {
        domain: "legacy.job.v2",
        reason: "JOB_NOT_FOUND",
        metadata: { job_id: "42" },
        after: 2,
      });
      assert.deepEqual(
        responses.map((r) => r.index),
        [1, 2],
      );
      assert.equal(fromError(error)?.codeIn(JobV2Schema), JobV2.JOB_NOT_FOUND);
    }
  });

  test("a request id is returned", async () => {
    for (const client of clients) {
      const request = { domain: "legacy.job.v2", reason: "JOB_NOT_FOUND", metadata: { job_id: "42" } };
      const { error } = await client.unary(DemoService.method.raise, request, { "x-request-id": "r-1" });
      assert.equal(fromError(error)?.requestId, "r-1");
    }
  });

  test("no server", async () => {
    for (const client of stacks("127.0.0.1:1")) {
      const { error } = await client.unary(DemoService.method.echo, {});
      assert.ok(error);
      assert.equal(fromError(error), undefined);
      client.close();
    }
  });
});
