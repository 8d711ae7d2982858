/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

// The system of testdata/depot, which has included enums, violations, help and
// sensitive arguments; and systems that are made here for what it does not have.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { inspect } from "node:util";
import {
  create,
  createFileRegistry,
  type DescEnum,
  fromBinary,
  type MessageInitShape,
  setExtension,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type Any,
  anyPack,
  EnumOptionsSchema,
  EnumValueOptionsSchema,
  FileDescriptorProtoSchema,
  file_google_protobuf_descriptor,
} from "@bufbuild/protobuf/wkt";
import { ConnectError } from "@connectrpc/connect";
import { Metadata, type ServiceError } from "@grpc/grpc-js";
import { fromError, LegacyError, type LegacyErrorInit } from "statusmap";
import { ViolationsSchema } from "./gen/buf/validate/violations_pb.js";
import { BadRequestSchema, ErrorInfoSchema, HelpSchema } from "./gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "./gen/google/rpc/status_pb.js";
import { AuthCode, AuthCodeSchema } from "./gen/legacy/depot/v1/auth_pb.js";
import { Code, CodeSchema } from "./gen/legacy/depot/v1/code_pb.js";
import { GateCode, GateCodeSchema } from "./gen/legacy/gate/v1/code_pb.js";
import {
  CodeOptionsSchema,
  code,
  file_statusmap_v1_options,
  GrpcCode,
  SystemOptionsSchema,
  system,
} from "./gen/statusmap/v1/options_pb.js";
import { root } from "./server.js";

const depot = [CodeSchema, AuthCodeSchema, GateCodeSchema];

/** An element of testdata/depot/cases.json, which internal/conformance writes. */
interface Case {
  name: string;
  status: string;
  domain: string;
  reason: string;
  legacy_code: string;
  grpc_code: string;
  message: string;
  metadata: Record<string, string>;
  retry_after: number;
  help: string;
  replaced_by: string;
  explanation: string;
  violations: { field: string; reason: string; legacy_code: string; message: string }[];
  printed: string;
}

/** Returns a status as the errors of both libraries. */
function received(bytes: Uint8Array): [connect: ConnectError, grpcJs: ServiceError] {
  const { code, message, details } = fromBinary(StatusSchema, bytes);
  const connect = new ConnectError(message, code);
  connect.details.push(...details.map(({ typeUrl, value }) => ({ type: typeUrl.split("/").pop() ?? "", value })));
  return [connect, serviceError(code, message, bytes)];
}

/** Returns an error as grpc-js makes it from a status's bytes. */
function serviceError(code: number, details: string, bytes: Uint8Array): ServiceError {
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(bytes));
  return Object.assign(new Error(`${code} ${details}`), { code, details, metadata });
}

/** Returns an error as fromError reads it with all enums of depot. */
function read(info: MessageInitShape<typeof ErrorInfoSchema>, message: string, ...details: Any[]): LegacyError {
  const status = create(StatusSchema, { code: 3, message, details: [] });
  status.details.push(anyPack(ErrorInfoSchema, create(ErrorInfoSchema, info)), ...details);
  const err = fromError(received(toBinary(StatusSchema, status))[0], ...depot);
  assert.ok(err);
  return err;
}

describe("testdata/depot/cases.json", () => {
  const cases: Case[] = JSON.parse(readFileSync(join(root, "testdata/depot/cases.json"), "utf8"));
  let passed = 0;
  after(() => console.log(`typescript: depot cases ${cases.length}, passed ${passed}`));

  test("has cases", () => assert.ok(cases.length > 0));

  test("accept any bytes", () => {
    let seed = 1;
    const random = (n: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % n;
    };
    for (const { status } of cases) {
      const good = Buffer.from(status, "base64");
      for (let i = 0; i < 1000; i++) {
        const bytes = Buffer.from(good);
        for (let changes = random(4); changes >= 0; changes--) {
          bytes[random(bytes.length)] = random(256);
        }
        const err = fromError(serviceError(3, "s3cret-7a", bytes), ...depot);
        assert.ok(err === undefined || err.messageIn("de") || err.sentMessage);
        const token = err?.codeIn(AuthCodeSchema) && err.metadata.token;
        assert.ok(!token || !`${JSON.stringify(err)} ${inspect(err)}`.includes("s3cret-7a"));
      }
    }
  });

  for (const { name, status, ...want } of cases) {
    test(name, () => {
      for (const error of received(Buffer.from(status, "base64"))) {
        const err = fromError(error, ...depot);
        assert.ok(err);
        const got = {
          domain: err.domain,
          reason: err.reason,
          legacy_code: err.legacyCode,
          grpc_code: GrpcCode[err.grpcCode],
          message: err.sentMessage,
          metadata: { ...err.metadata },
          retry_after: (err.retryAfterMs ?? 0) / 1000,
          help: err.help ?? "",
          replaced_by: err.replacedBy ?? "",
          explanation: err.explanation ?? "",
          violations: err.violations.map(({ field, reason, legacyCode, message }) => ({
            field,
            reason: reason ?? "",
            legacy_code: legacyCode ?? "",
            message,
          })),
          // Go prints the code before the message; here the name of the class is there.
          printed: `${err.domain}.${err.reason}: ${err.message}`,
        };
        assert.deepEqual(got, want);
      }
      passed++;
    });
  }
});

const tokenExpired: LegacyErrorInit = {
  domain: "legacy.depot.v1",
  reason: "TOKEN_EXPIRED",
  legacyCode: "201",
  grpcCode: GrpcCode.UNAUTHENTICATED,
  message: "the token s3cret of ana has expired",
  metadata: { legacy_code: "201", token: "s3cret", user: "ana" },
  enums: depot,
};
const masked = "the token *** of ana has expired";

describe("included enums", () => {
  test("a code is of its own enum only", () => {
    const err = new LegacyError(tokenExpired);
    assert.equal(err.codeIn(AuthCodeSchema), AuthCode.TOKEN_EXPIRED);
    assert.equal(err.codeIn(CodeSchema), undefined);
    assert.equal(err.codeIn(GateCodeSchema), undefined);
    const gate = read({ domain: "legacy.gate.v1", reason: "GATE_CLOSED", metadata: {} }, "gate closed");
    assert.equal(gate.codeIn(GateCodeSchema), GateCode.GATE_CLOSED);
    assert.equal(gate.codeIn(CodeSchema), undefined);
    assert.equal(gate.legacyCode, "G-1");
  });

  const gateCode = { ...tokenExpired, domain: "gate.v1", reason: "CLOSED", message: "sent", metadata: { gate: "3" } };
  const gate = make("gate.v1", undefined, {
    CLOSED: { message: "Tor {gate} zu", translations: { en: "gate {gate} closed", fr: "porte {gate} fermée" } },
  });
  const including = (options: MessageInitShape<typeof SystemOptionsSchema>, domain = "acme.v1") =>
    make(domain, { language: "de", includes: ["gate.v1.Code"], ...options }, {});

  test("messageIn uses the language of the including system", () => {
    const err = new LegacyError({ ...gateCode, enums: [gate] });
    const want: [string[], string][] = [
      [["fr"], "porte 3 fermée"],
      [["de-AT"], "sent"],
      [["de", "fr"], "sent"],
      [["es"], "sent"],
    ];
    for (const [languages, text] of want) {
      assert.equal(err.messageIn(languages), "sent", "without the including system");
      assert.equal(err.messageIn(languages, including({})), text, String(languages));
      assert.equal(new LegacyError({ ...gateCode, enums: [including({}), gate] }).messageIn(languages), text);
    }
  });

  test("messageIn expects the message in the default language", () => {
    const err = new LegacyError({ ...gateCode, enums: [gate] });
    const want: [MessageInitShape<typeof SystemOptionsSchema>, de: string, en: string][] = [
      [{}, "sent", "gate 3 closed"],
      [{ defaultLanguage: "de" }, "sent", "gate 3 closed"],
      [{ defaultLanguage: "en" }, "Tor 3 zu", "sent"],
      [{ defaultLanguage: "EN" }, "Tor 3 zu", "sent"],
      [{ defaultLanguage: "es" }, "sent", "gate 3 closed"], // the code has no translation into it
      [{ defaultLanguage: "not a tag" }, "sent", "gate 3 closed"],
    ];
    for (const [options, de, en] of want) {
      assert.equal(err.messageIn("de", including(options)), de);
      assert.equal(err.messageIn("en", including(options)), en);
      assert.equal(err.messageIn("es", including(options)), "sent");
    }
    const english = including({ defaultLanguage: "en" });
    assert.equal(err.messageIn("en", english, including({ defaultLanguage: "en" }, "acme.v2")), "sent");
    assert.equal(err.messageIn("en", english, including({}, "acme.v2")), "gate 3 closed");
    assert.equal(err.messageIn("de", english, including({}, "acme.v2")), "sent");
  });

  test("help is that of the first including system that has one", () => {
    const help = (...enums: DescEnum[]) => new LegacyError({ ...gateCode, enums: [gate, ...enums] }).help;
    assert.equal(help(), undefined);
    assert.equal(help(including({})), undefined);
    assert.equal(help(including({}), including({ help: "https://b/{reason}" }, "acme.v2")), "https://b/CLOSED");
  });
});

describe("help", () => {
  const help = (template: string, legacyCode: string, sent?: string) => {
    const schema = make("acme.v1", { language: "en", help: template }, { FULL: { message: "m", legacyCode } });
    return new LegacyError({ ...tokenExpired, domain: "acme.v1", reason: "FULL", help: sent, enums: [schema] }).help;
  };

  test("escapes each value as a segment of a path", () => {
    const all = "https://h/{domain}/{reason}/{code}?c={code}#{other}";
    assert.equal(help(all, "401.1"), "https://h/acme.v1/FULL/401.1?c=401.1#{other}");
    assert.equal(help("{code}", "a/b c?d%e#é"), "a%2Fb%20c%3Fd%25e%23%C3%A9");
    // As Go's url.PathEscape.
    assert.equal(help("{code}", "-_.~$&+=:@"), "-_.~$&+=:@");
    assert.equal(help("{code}", "!*'();,[]\"<>"), "%21%2A%27%28%29%3B%2C%5B%5D%22%3C%3E");
  });

  test("has no segment that a path cannot have", () => {
    assert.equal(help("https://h/{code}", "."), undefined);
    assert.equal(help("https://h/{code}", ".."), undefined);
    assert.equal(help("https://h/{reason}", ".."), "https://h/FULL");
  });

  test("prefers the URL that was sent", () => {
    assert.equal(help("https://h/{code}", "7", "https://sent"), "https://sent");
    assert.equal(help("", "7", "https://sent"), "https://sent");
    assert.equal(help("", "7"), undefined);
    const links = (...urls: string[]) =>
      anyPack(HelpSchema, create(HelpSchema, { links: urls.map((url) => ({ description: "d", url })) }));
    const info = { domain: "legacy.depot.v1", reason: "DEPOT_ERROR" };
    const made = "https://errors.example.com/legacy.depot.v1/DEPOT_ERROR";
    assert.equal(read(info, "m", links("https://a", "https://b")).help, "https://a");
    assert.equal(read(info, "m", links("", "https://b")).help, "https://b");
    assert.equal(read(info, "m", links()).help, made);
    assert.equal(read(info, "m").help, made);
    assert.equal(read({ ...info, metadata: { legacy_code: "900.5" } }, "m").help, made);
  });
});

describe("documentation", () => {
  test("is that of the enum", () => {
    const err = read({ domain: "legacy.depot.v1", reason: "PARCEL_NOT_FOUND" }, "parcel lost");
    assert.equal(err.explanation, "The parcel was delivered more than a year ago, or it never existed.");
    assert.equal(err.resolution, "Ask the archive, `GET /archive/{id}`.");
    assert.equal(err.since, "1.2");
    assert.equal(err.deprecated, false);
    assert.equal(err.replacedBy, undefined);
    assert.equal(err.messageIn("de"), "Paket {parcel_id} nicht gefunden");
    const lost = read({ domain: "legacy.depot.v1", reason: "PARCEL_LOST" }, "parcel lost");
    assert.equal(lost.deprecated, true);
    assert.equal(lost.replacedBy, "PARCEL_NOT_FOUND");
    assert.deepEqual([lost.explanation, lost.resolution, lost.since], [undefined, undefined, undefined]);
  });

  test("is undefined without the enum", () => {
    const err = new LegacyError({ ...tokenExpired, reason: "PARCEL_LOST", enums: [AuthCodeSchema] });
    assert.deepEqual(
      [err.deprecated, err.replacedBy, err.explanation, err.resolution, err.since, err.help],
      [false, undefined, undefined, undefined, undefined, undefined],
    );
  });
});

describe("violations", () => {
  const order = { domain: "legacy.depot.v1", reason: "ORDER_INVALID", metadata: { legacy_code: "110" } };
  const badRequest = (...fieldViolations: MessageInitShape<typeof BadRequestSchema>["fieldViolations"] & object) =>
    anyPack(BadRequestSchema, create(BadRequestSchema, { fieldViolations }));

  test("have the codes of the error's system", () => {
    const details = badRequest(
      { field: "a", description: "A", reason: "WEIGHT_TOO_HIGH" },
      { field: "b", description: "B", reason: "TOKEN_EXPIRED" },
      { field: "c", description: "C", reason: "GATE_CLOSED" },
      { field: "d", description: "D", reason: "CODE_UNSPECIFIED" },
      { field: "e", description: "E", reason: "constructor" },
      {},
    );
    for (const info of [
      order,
      { ...order, reason: "NEWER" },
      { ...order, reason: "TOKEN_EXPIRED" },
      { domain: "legacy.gate.v1", reason: "GATE_CLOSED" },
    ]) {
      const { violations, reason } = read(info, "m", details);
      assert.equal(reason, info.reason, "a violation does not change the code");
      assert.deepEqual(
        violations.map((v) => [v.field, v.message, v.reason, v.legacyCode]),
        [
          ["a", "A", "WEIGHT_TOO_HIGH", "111"],
          ["b", "B", "TOKEN_EXPIRED", "201"],
          ["c", "C", "GATE_CLOSED", "G-1"],
          ["d", "D", "CODE_UNSPECIFIED", undefined],
          ["e", "E", "constructor", undefined],
          ["", "", undefined, undefined],
        ],
      );
      assert.deepEqual(
        violations.map((v) => [v.codeIn(CodeSchema), v.codeIn(AuthCodeSchema), v.codeIn(GateCodeSchema)]),
        [
          [Code.WEIGHT_TOO_HIGH, undefined, undefined],
          [undefined, AuthCode.TOKEN_EXPIRED, undefined],
          [undefined, undefined, GateCode.GATE_CLOSED],
          [undefined, undefined, undefined],
          [undefined, undefined, undefined],
          [undefined, undefined, undefined],
        ],
      );
    }
  });

  test("have no codes of another system", () => {
    const other = make("acme.v1", { language: "en" }, { WEIGHT_TOO_HIGH: { message: "m" }, OTHER: { message: "m" } });
    const violations = ["WEIGHT_TOO_HIGH", "OTHER"].map((reason) => ({ field: "f", message: "m", reason }));
    const err = new LegacyError({ ...tokenExpired, violations, enums: [other, ...depot] });
    assert.deepEqual(
      err.violations.map((v) => v.legacyCode),
      ["111", undefined],
    );
    assert.equal(err.violations[0]?.codeIn(other), undefined);
  });

  test("are of the error's domain if no enum was given", () => {
    const violations = [{ field: "f", message: "m", reason: "WEIGHT_TOO_HIGH" }];
    const [violation] = new LegacyError({ ...tokenExpired, violations, enums: [] }).violations;
    assert.equal(violation?.legacyCode, undefined);
    assert.equal(violation?.codeIn(CodeSchema), Code.WEIGHT_TOO_HIGH);
    assert.equal(violation?.codeIn(GateCodeSchema), undefined);
    const compiles: Code.WEIGHT_TOO_HIGH | undefined = undefined;
    // @ts-expect-error no violation has the zero value
    assert.ok(violation?.codeIn(CodeSchema) !== Code.CODE_UNSPECIFIED || compiles);
  });

  test("the first field is the error's", () => {
    assert.equal(read(order, "m", badRequest({ reason: "R" }, { field: "a" }, { field: "b" })).field, "a");
    assert.equal(read(order, "m", badRequest({})).field, undefined);
  });

  test("of protovalidate come after the others", () => {
    const rules = create(ViolationsSchema, {
      violations: [
        {
          ruleId: "string.min_len",
          message: "value length must be at least 3",
          field: {
            elements: [
              { fieldName: "parcels", subscript: { case: "index", value: 1n } },
              { fieldName: "labels", subscript: { case: "stringKey", value: 'a"b' } },
              { fieldName: "flags", subscript: { case: "boolKey", value: false } },
              { fieldName: "n", subscript: { case: "intKey", value: -1n } },
              { fieldName: "u", subscript: { case: "uintKey", value: 2n } },
              { fieldName: "name" },
            ],
          },
        },
        { ruleId: "WEIGHT_TOO_HIGH", message: "40 kg is too heavy" },
      ],
    });
    const err = read(order, "m", anyPack(ViolationsSchema, rules), badRequest({ field: "f", description: "d" }));
    assert.deepEqual(
      err.violations.map((v) => [v.field, v.message, v.reason, v.legacyCode]),
      [
        ["f", "d", undefined, undefined],
        [
          'parcels[1].labels["a\\"b"].flags[false].n[-1].u[2].name',
          "value length must be at least 3",
          "string.min_len",
          undefined,
        ],
        ["", "40 kg is too heavy", "WEIGHT_TOO_HIGH", "111"],
      ],
    );
  });
});

/** Everything that programs print of an error. */
function prints(err: LegacyError): Record<string, string> {
  return {
    message: err.message,
    stack: err.stack ?? "",
    toString: String(err),
    json: JSON.stringify(err),
    inspect: inspect(err),
    "inspect all": inspect(err, { showHidden: true, depth: null, getters: true }),
    "inspect without customInspect": inspect(err, { showHidden: true, depth: null, customInspect: false }),
    "inspect in an object": inspect({ errors: [err] }),
    "inspect deep": inspect([[[[err]]]]),
    "as a cause": inspect(new Error("wrapped", { cause: err })),
    properties: inspect(Object.fromEntries(Object.entries(err))),
    spread: inspect({ ...err }),
    clone: inspect(structuredClone(err)),
    violations: inspect(err.violations) + JSON.stringify(err.violations) + err.violations,
    "spread violations": inspect(err.violations.map((v) => ({ ...v }))),
    cause: inspect(err.cause, { depth: null }),
  };
}

describe("sensitive arguments", () => {
  const violations = [
    { field: "s3cret", message: "the token s3cret of ana has expired" },
    { field: "f", message: "das Token s3cret ist falsch" },
    { field: "g", message: "the token s3cret of bob has expired", reason: "TOKEN_EXPIRED" },
    { field: "h", message: "closed to s3cret", reason: "GATE_CLOSED" },
  ];

  test("are masked in what is printed", () => {
    const cause = new Error(tokenExpired.message);
    const err = new LegacyError({ ...tokenExpired, violations }, { cause });
    for (const [how, text] of Object.entries(prints(err))) {
      assert.ok(!text.includes("s3cret"), `${how}: ${text}`);
    }
    assert.equal(err.message, masked);
    assert.equal(String(err), `LegacyError: ${masked}`);
    assert.match(err.stack ?? "", /^LegacyError: the token \*\*\* of ana has expired\n {4}at /);
    assert.equal("cause" in err, false);
    const json = {
      name: "LegacyError",
      message: masked,
      domain: "legacy.depot.v1",
      reason: "TOKEN_EXPIRED",
      legacyCode: "201",
      grpcCode: 16,
      metadata: { legacy_code: "201", token: "***", user: "ana" },
      violations: [
        { field: "***", message: masked },
        { field: "f", message: "das Token *** ist falsch" },
        { field: "g", message: "the token *** of {user} has expired", reason: "TOKEN_EXPIRED", legacyCode: "201" },
        { field: "h", message: "closed to ***", reason: "GATE_CLOSED", legacyCode: "G-1" },
      ],
      help: "https://errors.example.com/legacy.depot.v1/TOKEN_EXPIRED",
    };
    assert.deepEqual(JSON.parse(JSON.stringify(err)), json);
    const shown = inspect(err);
    for (const part of [`LegacyError: ${masked}\n    at `, "token: '***'", "legacyCode: 'G-1'", "Violation {"]) {
      assert.ok(shown.includes(part), shown);
    }
  });

  test("can be read", () => {
    const err = new LegacyError({ ...tokenExpired, violations });
    assert.equal(err.sentMessage, tokenExpired.message);
    assert.equal(err.metadata.token, "s3cret");
    assert.equal(err.messageIn("en"), tokenExpired.message);
    assert.deepEqual(
      err.violations.map(({ field, message, reason }) => (reason ? { field, message, reason } : { field, message })),
      violations,
    );
  });

  test("are masked in the errors of both libraries", () => {
    const details = [
      anyPack(ErrorInfoSchema, create(ErrorInfoSchema, { ...tokenExpired, metadata: { token: "s3cret" } })),
    ];
    const status = create(StatusSchema, { code: 16, message: tokenExpired.message, details });
    for (const error of received(toBinary(StatusSchema, status))) {
      const err = fromError(new Error("outer", { cause: error }), ...depot);
      assert.ok(err);
      assert.equal(err.message, "the token *** of {user} has expired");
      for (const [how, text] of Object.entries(prints(err))) {
        assert.ok(!text.includes("s3cret"), `${how}: ${text}`);
      }
    }
  });

  test("are masked if the error is not caught", () => {
    const program = `
      import { LegacyError } from "statusmap";
      import { AuthCodeSchema } from ${JSON.stringify(new URL("./gen/legacy/depot/v1/auth_pb.js", import.meta.url))};
      const init = ${JSON.stringify({ ...tokenExpired, enums: undefined })};
      throw new LegacyError({ ...init, enums: [AuthCodeSchema] }, { cause: new Error(init.message) });`;
    const run = () =>
      execFileSync(process.execPath, ["--input-type=module", "-e", program], {
        cwd: join(root, "clients/typescript"),
        encoding: "utf8",
        stdio: "pipe",
      });
    assert.throws(run, (thrown: { stderr: string }) => {
      // The program itself, which Node shows, has the message.
      const printed = thrown.stderr.slice(thrown.stderr.indexOf("LegacyError: "));
      assert.ok(printed.startsWith(`LegacyError: ${masked}`), thrown.stderr);
      assert.ok(!printed.includes("s3cret"), thrown.stderr);
      return true;
    });
  });

  test("of a violation alone hide it and the cause", () => {
    const [, , violation] = violations;
    assert.ok(violation);
    const init = { ...tokenExpired, reason: "ORDER_INVALID", message: "m", metadata: {}, violations: [violation] };
    const err = new LegacyError(init, { cause: new Error("s3cret") });
    for (const [how, text] of Object.entries(prints(err))) {
      assert.ok(!text.includes("s3cret"), `${how}: ${text}`);
    }
  });

  test("do not occur in texts that other templates made", () => {
    const want: [message: string, metadata: Record<string, string>, printed: string][] = [
      ["", { token: "s3cret", user: "ana" }, masked],
      ["new: s3cret", { token: "s3cret", user: "ana" }, masked],
      ["the token s3cr… of ana has expired", { token: "s3cret", user: "ana" }, masked],
      ["the token s3cret of ana has expired", {}, "the token *** of {user} has expired"],
      ["the token  of ana has expired", { token: "", user: "ana" }, masked],
      ["the token * of ana has expired", { token: "*", user: "ana" }, masked],
      ["the token $& of ana has expired", { token: "$&", user: "ana" }, masked],
    ];
    for (const [message, metadata, printed] of want) {
      assert.equal(new LegacyError({ ...tokenExpired, message, metadata }).message, printed, message);
    }
  });

  test("are masked in the language of the message", () => {
    const args = { token: { sensitive: true }, key: { sensitive: true } };
    const schema = make(
      "acme.v1",
      { language: "de", defaultLanguage: "fr" },
      { BAD: { message: "{token} falsch", translations: { en: "bad {token}", fr: "{token} faux" }, args } },
    );
    const init = { ...tokenExpired, domain: "acme.v1", reason: "BAD", enums: [schema] };
    const message = (text: string) => new LegacyError({ ...init, metadata: { token: "t" }, message: text }).message;
    assert.equal(message("t falsch"), "*** falsch");
    assert.equal(message("bad t"), "bad ***");
    assert.equal(message("t faux"), "*** faux");
    assert.equal(message("something else"), "*** faux");
    const violation = { field: "ab-abc", message: "abc, ab, *, t" };
    const metadata = { token: "ab", key: "abc" };
    const err = new LegacyError({ ...init, metadata, violations: [violation] });
    assert.match(JSON.stringify(err), /"field":"\*\*\*-\*\*\*","message":"\*\*\*, \*\*\*, \*, t"/);
  });

  test("are printed if the enum is unknown, and others always", () => {
    const cause = new Error("cause");
    const unknown = new LegacyError({ ...tokenExpired, enums: [CodeSchema, GateCodeSchema] }, { cause });
    assert.equal(unknown.message, tokenExpired.message);
    assert.equal(unknown.cause, cause);
    const gate = { ...tokenExpired, domain: "legacy.gate.v1", reason: "GATE_CLOSED", message: "sent" };
    const err = new LegacyError(gate, { cause });
    assert.equal(err.message, "sent");
    const shown = inspect(err);
    for (const part of ["LegacyError: sent\n    at ", "token: 's3cret'", "cause: Error: cause\n"]) {
      assert.ok(shown.includes(part), shown);
    }
    assert.ok(!inspect(new LegacyError(gate)).includes("cause"));
  });
});

/** Makes the enum DOMAIN.Code with the codes 1, 2, …; it is a system if it has options. */
function make(
  domain: string,
  options: MessageInitShape<typeof SystemOptionsSchema> | undefined,
  codes: Record<string, MessageInitShape<typeof CodeOptionsSchema>>,
): DescEnum {
  const enumOptions = create(EnumOptionsSchema);
  if (options !== undefined) {
    setExtension(enumOptions, system, create(SystemOptionsSchema, options));
  }
  const values = Object.entries(codes).map(([name, init], i) => {
    const valueOptions = create(EnumValueOptionsSchema);
    setExtension(valueOptions, code, create(CodeOptionsSchema, init));
    return { name, number: i + 1, options: valueOptions };
  });
  const file = create(FileDescriptorProtoSchema, {
    name: `${domain}/code.proto`,
    package: domain,
    syntax: "proto3",
    dependency: ["statusmap/v1/options.proto"],
    enumType: [{ name: "Code", options: enumOptions, value: [{ name: "CODE_UNSPECIFIED", number: 0 }, ...values] }],
  });
  const dependencies = [file_statusmap_v1_options, file_google_protobuf_descriptor].map((f) => f.proto);
  const registry = createFileRegistry(file, (name) => dependencies.find((d) => d.name === name));
  const found = registry.getEnum(`${domain}.Code`);
  assert.ok(found);
  return found;
}
