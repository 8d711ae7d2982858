// What real backends do wrong, raised by the real server and read through both
// libraries.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fromError } from "statusmap";
import { Code as JobV2, CodeSchema as JobV2Schema } from "./gen/legacy/job/v2/code_pb.js";
import { DemoService } from "./gen/statusmap/demo/v1/demo_pb.js";
import { Grpc } from "./gen/statusmap/v1/options_pb.js";
import { type Server, startServer } from "./server.js";
import { connect, type Stack, stacks } from "./stacks.js";
import { systems } from "./systems.js";

/** The faults of the demo service, and the gRPC code each arrives with where that is the same for all systems. */
const faults: Record<string, Grpc | undefined> = {
  code_out_of_range: Grpc.UNKNOWN,
  deadline: Grpc.DEADLINE_EXCEEDED,
  go_error: Grpc.INTERNAL,
  huge: undefined,
  invalid_utf8: undefined,
  panic: Grpc.INTERNAL,
  plain_status: Grpc.NOT_FOUND,
  unavailable: Grpc.UNAVAILABLE,
  unknown_detail: undefined,
  unknown_reason: Grpc.NOT_FOUND,
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
          if (grpcCode !== undefined) {
            assert.equal(err.grpcCode, grpcCode);
          }
          if (fault === "unknown_reason") {
            assert.equal(err.reason, "NEWER_THAN_THE_GATEWAY");
            assert.equal(err.legacyCode, "9999999");
            assert.equal(err.codeOf(CodeSchema), undefined);
            assert.equal(err.messageIn(["en", "zh-CN"], CodeSchema), "a text from the future");
          } else {
            assert.equal(err.codeOf(CodeSchema), CodeSchema.values.find((v) => v.name === err.reason)?.number);
            assert.ok(err.messageIn("en", CodeSchema));
          }
          assert.ok(!JSON.stringify([err, err.message]).includes("hunter2"), `${client.name}: ${err}`);
          if (fault !== "unknown_detail") {
            // That detail is there by the handler's own hand: gRPC passes it on.
            assert.ok(!client.contents(error).includes("hunter2"), `${client.name}: ${client.contents(error)}`);
          }
        }
      });
    }
  }

  test("a status of a backend that says too much fits into 8 KiB of headers", async () => {
    for (const [domain, { CodeSchema }] of systems) {
      const client = connect(server.address, 8 << 10);
      try {
        const { error } = await client.unary(DemoService.method.fault, { domain, fault: "huge" });
        const err = fromError(error);
        assert.ok(err, `not a legacy error: ${error}`);
        assert.ok(err.codeOf(CodeSchema));
        assert.ok(err.message.startsWith("很长的文本"));
        assert.ok(err.metadata.dump?.startsWith("转储"));
      } finally {
        client.close();
      }
    }
  });

  test("the limit of that test is one", async () => {
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
      assert.equal(fromError(error)?.codeOf(JobV2Schema), JobV2.JOB_NOT_FOUND);
    }
  });

  test("a request id comes back", async () => {
    for (const client of clients) {
      const request = { domain: "legacy.job.v2", reason: "JOB_NOT_FOUND", metadata: { job_id: "42" } };
      const { error } = await client.unary(DemoService.method.raise, request, { "x-request-id": "r-1" });
      assert.equal(fromError(error)?.requestId, "r-1");
    }
  });

  test("a server that is not there", async () => {
    for (const client of stacks("127.0.0.1:1")) {
      const { error } = await client.unary(DemoService.method.echo, {});
      assert.ok(error);
      assert.equal(fromError(error), undefined);
      client.close();
    }
  });
});
