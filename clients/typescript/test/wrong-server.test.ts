/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

// A server that sends invalid trailers, read through both libraries.
import assert from "node:assert/strict";
import { createServer, type Http2Server, type OutgoingHttpHeaders } from "node:http2";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { type Any, type AnySchema, anyPack } from "@bufbuild/protobuf/wkt";
import { fromError, type LegacyError } from "statusmap";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "./gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "./gen/google/rpc/status_pb.js";
import { Code, CodeSchema } from "./gen/legacy/job/v2/code_pb.js";
import { DemoService } from "./gen/statusmap/demo/v1/demo_pb.js";
import { type Stack, stacks } from "./stacks.js";

/** undefined: not a legacy error. Otherwise an error with these fields, or any result that is not thrown. */
type Want = undefined | (Partial<Pick<LegacyError, Field>> & { code?: Code | undefined }) | "anything";
type Field = "domain" | "reason" | "legacyCode" | "grpcCode" | "message" | "retryAfterMs" | "field" | "requestId";

interface Wrong {
  readonly trailers: OutgoingHttpHeaders;
  readonly want: Want;
  /** The result if the enum is given to fromError. Default: the same. */
  readonly wantWithEnum?: Want;
}

const ours = { domain: "legacy.job.v2", reason: "JOB_NOT_FOUND", metadata: { legacy_code: "1233106", job_id: "42" } };
const foreign = { domain: "googleapis.com", reason: "API_DISABLED", metadata: { service: "pubsub" } };
const read: Want = { domain: ours.domain, reason: ours.reason, legacyCode: "1233106", code: Code.JOB_NOT_FOUND };

const wrong: Record<string, Wrong> = {
  "no details": { trailers: {}, want: undefined },
  "empty details": { trailers: { "grpc-status-details-bin": "" }, want: undefined },
  "details that are not base64": { trailers: { "grpc-status-details-bin": "{not base64}" }, want: undefined },
  "details that are not a Status": { trailers: details(Buffer.from([0xff, 0xff, 0xff])), want: undefined },
  "a Status that is cut off": { trailers: details(status([info(ours)]).subarray(0, -1)), want: undefined },
  "a Status without details": { trailers: details(status([])), want: undefined },
  "an ErrorInfo that is cut off": {
    trailers: details(status([{ ...info(ours), value: info(ours).value.subarray(0, -1) }])),
    want: undefined,
  },
  "an ErrorInfo that is not valid": {
    trailers: details(status([{ ...info(ours), value: new Uint8Array([0x0a, 0xff]) }, info(ours)])),
    want: read,
  },
  "an ErrorInfo that is not UTF-8": {
    // Field 1, the reason, two bytes; no domain and no legacy_code.
    trailers: details(status([{ ...info(ours), value: new Uint8Array([0x0a, 0x02, 0xff, 0xfe]) }])),
    want: undefined,
  },
  "an empty ErrorInfo": { trailers: details(status([info({})])), want: undefined },
  "an ErrorInfo of another server": { trailers: details(status([info(foreign)])), want: undefined },
  "two ErrorInfos, the first of another server": { trailers: details(status([info(foreign), info(ours)])), want: read },
  "two ErrorInfos, both ours": {
    trailers: details(status([info(ours), info({ ...ours, reason: "STEP_NOT_FOUND" })])),
    want: read,
  },
  "two ErrorInfos, the first of another system": {
    trailers: details(status([info({ ...ours, domain: "legacy.job.v9" }), info(ours)])),
    want: { domain: "legacy.job.v9", code: undefined },
    wantWithEnum: read,
  },
  "an ErrorInfo without legacy_code": {
    trailers: details(status([info({ ...ours, metadata: {} })])),
    want: undefined,
    wantWithEnum: read,
  },
  "an ErrorInfo with an empty legacy_code": {
    trailers: details(status([info({ ...ours, metadata: { legacy_code: "" } })])),
    want: undefined,
    wantWithEnum: read,
  },
  "an unknown reason without legacy_code": {
    trailers: details(status([info({ domain: ours.domain, reason: "NEWER" })])),
    want: undefined,
    wantWithEnum: { reason: "NEWER", legacyCode: undefined, code: undefined },
  },
  "an unknown reason": {
    trailers: details(status([info({ ...ours, reason: "NEWER" })])),
    want: { reason: "NEWER", legacyCode: "1233106", code: undefined },
  },
  "an unknown domain": {
    trailers: details(status([info({ ...ours, domain: "legacy.job.v9" })])),
    want: { domain: "legacy.job.v9", legacyCode: "1233106", code: undefined },
  },
  "the same reason of another domain": {
    trailers: details(status([info({ ...ours, domain: "legacy.job.v1" })])),
    want: { domain: "legacy.job.v1", code: undefined },
  },
  "the zero value as reason": {
    trailers: details(status([info({ ...ours, reason: "CODE_UNSPECIFIED" })])),
    want: { reason: "CODE_UNSPECIFIED", code: undefined },
  },
  "metadata named like properties of Object": {
    trailers: details(status([info({ ...ours, metadata: { ...ours.metadata, constructor: "x", toString: "y" } })])),
    want: read,
  },
  "another host in the type URL": {
    trailers: details(status([{ ...info(ours), typeUrl: "example.com/google.rpc.ErrorInfo" }])),
    want: read,
  },
  "no host in the type URL": {
    trailers: details(status([{ ...info(ours), typeUrl: "google.rpc.ErrorInfo" }])),
    want: read,
  },
  "no type URL": { trailers: details(status([{ ...info(ours), typeUrl: "" }, info(ours)])), want: read },
  "a code that differs from the details'": {
    trailers: { ...details(status([info(ours)], 13)), "grpc-status": "5" },
    want: read,
  },
  "details that say OK": { trailers: details(status([info(ours)], 0)), want: "anything" },
  "a legacy number as gRPC code": {
    trailers: { ...details(status([info(ours)], 20210)), "grpc-status": "20210" },
    want: "anything",
  },
  "a gRPC code that is not a number": {
    trailers: { ...details(status([info(ours)])), "grpc-status": "x" },
    want: "anything",
  },
  "a message that is not UTF-8": {
    trailers: { ...details(status([info(ours)])), "grpc-message": "%FF%FE" },
    want: "anything",
  },
  "a retry delay with nanoseconds": {
    trailers: details(status([info(ours), anyPack(RetryInfoSchema, retry(1n, 1))])),
    want: { retryAfterMs: 1001 },
  },
  "a retry delay of zero": {
    trailers: details(status([info(ours), anyPack(RetryInfoSchema, retry(0n, 0))])),
    want: { retryAfterMs: undefined },
  },
  "a negative retry delay": {
    trailers: details(status([info(ours), anyPack(RetryInfoSchema, retry(-1n, 0))])),
    want: { retryAfterMs: undefined },
  },
  "no retry delay in the RetryInfo": {
    trailers: details(status([info(ours), anyPack(RetryInfoSchema, create(RetryInfoSchema))])),
    want: { retryAfterMs: undefined },
  },
  "a RetryInfo and a BadRequest that are cut off": {
    trailers: details(
      status([
        info(ours),
        { ...anyPack(RetryInfoSchema, retry(1n, 0)), value: new Uint8Array([0x0a, 0x09]) },
        { ...anyPack(BadRequestSchema, create(BadRequestSchema)), value: new Uint8Array([0x0a, 0x09]) },
      ]),
    ),
    want: { ...read, retryAfterMs: undefined, field: undefined },
  },
  "a violation without a field": {
    trailers: details(
      status([
        info(ours),
        anyPack(BadRequestSchema, create(BadRequestSchema, { fieldViolations: [{}, { field: "job_id" }] })),
      ]),
    ),
    want: { field: "job_id" },
  },
  "a BadRequest without violations": {
    trailers: details(status([info(ours), anyPack(BadRequestSchema, create(BadRequestSchema))])),
    want: { field: undefined },
  },
};

describe("a server that sends", () => {
  let server: Http2Server;
  let clients: Stack[];

  before(async () => {
    server = createServer();
    server.on("stream", (stream, headers) => {
      const { trailers } = wrong[String(headers["x-case"])] ?? { trailers: {} };
      stream.respond({ ":status": 200, "content-type": "application/grpc+proto" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "5", "grpc-message": "sent", ...trailers }));
      stream.resume().end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    clients = stacks(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  after(() => {
    for (const client of clients) {
      client.close();
    }
    server.close();
  });

  for (const [name, { want, ...w }] of Object.entries(wrong)) {
    test(name, async () => {
      for (const client of clients) {
        const { error } = await client.unary(DemoService.method.raise, {}, { "x-case": name });
        assert.ok(error);
        check(client.name, fromError(error), want);
        check(client.name, fromError(error, CodeSchema), "wantWithEnum" in w ? w.wantWithEnum : want);
      }
    });
  }
});

function check(stack: string, err: LegacyError | undefined, want: Want): void {
  if (want === "anything") {
    return;
  }
  if (want === undefined) {
    assert.equal(err, undefined, stack);
    return;
  }
  assert.ok(err, `${stack}: not a legacy error`);
  for (const [field, value] of Object.entries(want)) {
    const got: unknown = field === "code" ? err.codeIn(CodeSchema) : err[field as Field];
    assert.equal(got, value, `${stack}: ${field}`);
  }
  assert.equal(typeof err.messageIn("en", CodeSchema), "string");
}

function info(init: MessageInitShape<typeof ErrorInfoSchema>): Any {
  return anyPack(ErrorInfoSchema, create(ErrorInfoSchema, init));
}

function retry(seconds: bigint, nanos: number) {
  return create(RetryInfoSchema, { retryDelay: { seconds, nanos } });
}

function status(details: MessageInitShape<typeof AnySchema>[], code = 5): Buffer {
  return Buffer.from(toBinary(StatusSchema, create(StatusSchema, { code, message: "sent", details })));
}

function details(status: Buffer): OutgoingHttpHeaders {
  return { "grpc-status-details-bin": status.toString("base64") };
}
