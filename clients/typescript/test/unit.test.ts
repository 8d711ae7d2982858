/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { create, createFileRegistry, type DescEnum, setExtension, toBinary } from "@bufbuild/protobuf";
import {
  anyPack,
  EnumOptionsSchema,
  EnumValueOptionsSchema,
  FileDescriptorProtoSchema,
  file_google_protobuf_descriptor,
} from "@bufbuild/protobuf/wkt";
import { Code as ConnectCode, ConnectError } from "@connectrpc/connect";
import { status as GrpcJsCode, Metadata, type ServiceError } from "@grpc/grpc-js";
import { fromError, LegacyError, type LegacyErrorInit } from "statusmap";
import { ErrorInfoSchema } from "./gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "./gen/google/rpc/status_pb.js";
import { Code as ElvesV2, CodeSchema as ElvesV2Schema } from "./gen/legacy/elves/v2/code_pb.js";
import { Code as JarvisV2, CodeSchema as JarvisV2Schema } from "./gen/legacy/jarvis/v2/code_pb.js";
import { Code as JobV2, CodeSchema as JobV2Schema } from "./gen/legacy/job/v2/code_pb.js";
import {
  CodeOptionsSchema,
  code,
  file_statusmap_v1_options,
  GrpcCode,
  SystemOptionsSchema,
  system,
} from "./gen/statusmap/v1/options_pb.js";

const metadata = { legacy_code: "1233106", job_id: "42" };
const jobNotFound: LegacyErrorInit = {
  domain: "legacy.job.v2",
  reason: "JOB_NOT_FOUND",
  legacyCode: "1233106",
  grpcCode: GrpcCode.NOT_FOUND,
  message: "作业 42 不存在",
  metadata,
  retryAfterMs: undefined,
};
const { domain, reason, message } = jobNotFound;

/** A ConnectError that was not received: its detail is still a message. */
function connectError(): ConnectError {
  const detail = { desc: ErrorInfoSchema, value: { domain, reason, metadata } };
  return new ConnectError(message, ConnectCode.NotFound, undefined, [detail]);
}

/** An error as grpc-js makes it from a status's bytes. */
function serviceError(details: Uint8Array): ServiceError {
  const trailers = new Metadata();
  trailers.set("grpc-status-details-bin", Buffer.from(details));
  const error = new Error(`5 NOT_FOUND: ${message}`);
  return Object.assign(error, { code: GrpcJsCode.NOT_FOUND, details: message, metadata: trailers });
}

function statusBytes(): Uint8Array {
  const info = anyPack(ErrorInfoSchema, create(ErrorInfoSchema, { domain, reason, metadata }));
  return toBinary(StatusSchema, create(StatusSchema, { code: 5, message, details: [info] }));
}

describe("fromError", () => {
  test("reads every field of both libraries' errors", () => {
    for (const error of [connectError(), serviceError(statusBytes())]) {
      const err = fromError(error);
      assert.ok(err instanceof LegacyError && err instanceof Error);
      const { domain, reason, legacyCode, grpcCode, message, metadata, retryAfterMs } = err;
      assert.deepEqual(
        { domain, reason, legacyCode, grpcCode, message, metadata: { ...metadata }, retryAfterMs },
        jobNotFound,
      );
      assert.equal(err.sentMessage, message);
      assert.equal(err.field, undefined);
      assert.equal(err.help, undefined);
      assert.deepEqual(err.violations, []);
      assert.equal(err.cause, error);
      assert.equal(err.grpcCode === ConnectCode.NotFound, err.grpcCode === GrpcJsCode.NOT_FOUND);
      assert.equal(String(err), "LegacyError: 作业 42 不存在");
    }
  });

  test("reads causes and AggregateErrors, the outermost first", () => {
    const inner = connectError();
    assert.equal(fromError(new Error("loading", { cause: new Error("again", { cause: inner }) }))?.cause, inner);
    assert.equal(fromError(new AggregateError([new Error("other"), inner]))?.cause, inner);
    const err = new LegacyError({ ...jobNotFound, reason: "OUTER" }, { cause: inner });
    assert.equal(fromError(new Error("loading", { cause: err })), err);
  });

  test("accepts any value", () => {
    const endless = new Error("endless");
    endless.cause = new Error("chain", { cause: endless });
    const throwing = new Proxy(new Error("proxy"), {
      get() {
        throw new Error("no");
      },
      has() {
        throw new Error("no");
      },
      getPrototypeOf() {
        throw new Error("no");
      },
    });
    const growing = (): object => ({
      get cause() {
        return growing();
      },
    });
    const lookalikes = [
      { code: 5, details: "x", metadata: null },
      { code: 5, details: "x", metadata: { get: () => undefined } },
      { code: 5, details: "x", metadata: { get: () => ["text"] } },
      { code: 5, rawMessage: "x", findDetails: () => undefined },
      { code: 5, rawMessage: "x", findDetails: () => [{}] },
      { code: "ECONNREFUSED", details: "x", metadata: new Metadata() },
    ];
    const values = [undefined, null, 0, "x", Symbol("x"), 1n, () => {}, [], {}, Object.create(null), new Error("x")];
    for (const value of [...values, endless, throwing, growing(), ...lookalikes]) {
      assert.equal(fromError(value), undefined);
      assert.equal(fromError(value, JobV2Schema), undefined);
    }
  });

  test("returns undefined for a status of OK", () => {
    assert.equal(fromError(Object.assign(serviceError(statusBytes()), { code: 0 })), undefined);
  });

  test("accepts any bytes", () => {
    const good = statusBytes();
    let seed = 1;
    const random = (n: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % n;
    };
    for (let i = 0; i < 20_000; i++) {
      const bytes = good.slice(0, random(4) === 0 ? random(good.length) : good.length);
      for (let changes = random(4); changes >= 0 && bytes.length > 0; changes--) {
        bytes[random(bytes.length)] = random(256);
      }
      const error = new ConnectError("x", ConnectCode.NotFound);
      error.details.push({ type: "google.rpc.ErrorInfo", value: bytes.slice(-random(bytes.length + 1)) });
      for (const err of [fromError(serviceError(bytes), JobV2Schema), fromError(error, JobV2Schema)]) {
        err?.codeIn(JobV2Schema);
        err?.messageIn("en", JobV2Schema);
      }
    }
  });
});

describe("codeIn", () => {
  test("is exhaustive and typed", () => {
    // This compiles only if the cases are complete and the constants are of the
    // schema's enum.
    const explain = (err: LegacyError): string => {
      const code = err.codeIn(JarvisV2Schema);
      switch (code) {
        case undefined:
          return "another system's, or newer than this program";
        case JarvisV2.SKEY_GRANTED:
          return "granted";
        case JarvisV2.USER_NOT_SERVICE_USER:
        case JarvisV2.USER_INFO_ILLEGAL:
        case JarvisV2.TOKEN_USER_NOT_FOUND:
          return "the user's";
        case JarvisV2.USER_INFO_READ_FAILED:
        case JarvisV2.PARAM_LENGTH_ERROR:
        case JarvisV2.PARAM_CONFIGURATION_ERROR:
          return "ours";
      }
    };
    const jarvis = { ...jobNotFound, domain: "legacy.jarvis.v2" };
    assert.equal(explain(new LegacyError({ ...jarvis, reason: "USER_NOT_SERVICE_USER" })), "the user's");
    assert.equal(
      explain(new LegacyError({ ...jarvis, reason: "NEWER" })),
      "another system's, or newer than this program",
    );
    assert.equal(explain(new LegacyError(jobNotFound)), "another system's, or newer than this program");

    const err = new LegacyError(jobNotFound);
    assert.equal(err.codeIn(JobV2Schema), JobV2.JOB_NOT_FOUND);
    // @ts-expect-error a code of one system is never one of another
    assert.ok(err.codeIn(JobV2Schema) !== ElvesV2.INTERNAL_ERROR);
    // @ts-expect-error no error has the zero value
    assert.ok(err.codeIn(JobV2Schema) !== JobV2.CODE_UNSPECIFIED);
  });

  test("does not confuse 10001 of two systems", () => {
    const err = new LegacyError({
      ...jobNotFound,
      domain: "legacy.jarvis.v2",
      reason: "SKEY_GRANTED",
      legacyCode: "10001",
    });
    assert.equal(err.codeIn(JarvisV2Schema), JarvisV2.SKEY_GRANTED);
    assert.equal(err.codeIn(ElvesV2Schema), undefined);
    assert.equal(err.codeIn(JobV2Schema), undefined);
  });
});

describe("metadata", () => {
  test("has no names but the sent ones", () => {
    const err = new LegacyError({ ...jobNotFound, metadata: { request_id: "r-1" } });
    assert.equal(err.metadata.constructor, undefined);
    assert.equal(err.requestId, "r-1");
    assert.equal(new LegacyError(jobNotFound).requestId, undefined);
    assert.ok(Object.isFrozen(err.metadata));
  });
});

describe("messageIn", () => {
  const err = new LegacyError(jobNotFound);
  const english = "Job 42 does not exist";

  test("uses the language that matches best", () => {
    const want: [string | string[], string][] = [
      ["en", english],
      ["en-GB", english],
      ["EN-us", english],
      [["fr", "en"], english],
      [["no tag", "", "*", "en_US", "en"], english],
      ["zh-CN", message],
      ["zh", message],
      ["zh-Hans-SG", message],
      [["zh-CN", "en"], message],
      ["fr", message],
      ["en_US", message],
      ["", message],
      [[], message],
    ];
    for (const [languages, text] of want) {
      assert.equal(err.messageIn(languages, JobV2Schema), text, String(languages));
    }
    const jarvis = { ...jobNotFound, domain: "legacy.jarvis.v2", reason: "TOKEN_USER_NOT_FOUND", message: "sent" };
    assert.equal(new LegacyError(jarvis).messageIn("zh-SG", JarvisV2Schema), "token 不存在");
    assert.equal(new LegacyError(jarvis).messageIn("en", JarvisV2Schema), "sent");
  });

  test("finds the error's enum among several", () => {
    assert.equal(err.messageIn("en", JarvisV2Schema, ElvesV2Schema, JobV2Schema), english);
    assert.equal(err.messageIn("en", JarvisV2Schema), message);
    assert.equal(err.messageIn("en"), message);
  });

  test("finds the code among several enums of one domain", () => {
    const enums = [enumWith("zh-CN", { en: "first" }, "FIRST"), enumWith("zh-CN", { en: "second" }, "SECOND")];
    const err = new LegacyError({ ...jobNotFound, domain: "acme.v1", reason: "SECOND" });
    assert.equal(err.messageIn("en", ...enums), "second");
  });

  test("fills in templates of an enum that was loaded at run time", () => {
    const want: [string, string][] = [
      ["{name}", "N"],
      ["{name} and {name}, {other}", "N and N, {other}"],
      ["{{name}} {{{name}}}", "{name} {N}"],
      ["a } b { c", "a } b { c"],
      ["{constructor} {__proto__} {}", "{constructor} {__proto__} {}"],
      ["$& $1 {dollars}", "$& $1 $&"],
      ["", ""],
    ];
    for (const [template, text] of want) {
      const schema = enumWith("zh-CN", { en: template });
      const err = new LegacyError({
        ...jobNotFound,
        domain: "acme.v1",
        reason: "BROKEN",
        metadata: { name: "N", dollars: "$&" },
      });
      assert.equal(err.codeIn(schema), 7);
      assert.equal(err.messageIn("en", schema), text);
    }
  });

  test("returns the message as sent if the enum's options are missing or not valid", () => {
    const err = new LegacyError({ ...jobNotFound, domain: "acme.v1", reason: "BROKEN" });
    assert.equal(err.messageIn("en", enumWith(undefined, undefined)), message);
    assert.equal(err.messageIn("en", enumWith("zh-CN", undefined)), message);
    assert.equal(err.messageIn("en", enumWith("not a tag", { en: "English" })), message);
    assert.equal(err.messageIn("en", enumWith("zh-CN", { "not a tag": "English" })), message);
  });
});

/** Makes the enum acme.v1.Code with one code, number 7; undefined leaves an option out. */
function enumWith(
  language: string | undefined,
  translations: Record<string, string> | undefined,
  reason = "BROKEN",
): DescEnum {
  const enumOptions = create(EnumOptionsSchema);
  if (language !== undefined) {
    setExtension(enumOptions, system, create(SystemOptionsSchema, { language }));
  }
  const options = create(EnumValueOptionsSchema);
  if (translations !== undefined) {
    setExtension(options, code, create(CodeOptionsSchema, { translations }));
  }
  const file = create(FileDescriptorProtoSchema, {
    name: "acme/v1/code.proto",
    package: "acme.v1",
    syntax: "proto3",
    dependency: ["statusmap/v1/options.proto"],
    enumType: [
      {
        name: "Code",
        options: enumOptions,
        value: [
          { name: "CODE_UNSPECIFIED", number: 0 },
          { name: reason, number: 7, options },
        ],
      },
    ],
  });
  const dependencies = [file_statusmap_v1_options, file_google_protobuf_descriptor].map((f) => f.proto);
  const found = createFileRegistry(file, (name) => dependencies.find((d) => d.name === name)).getEnum("acme.v1.Code");
  assert.ok(found);
  return found;
}
