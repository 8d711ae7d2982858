/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { Client, credentials, Metadata } from "@grpc/grpc-js";

/** The outcome of a call. */
export interface Outcome<O extends DescMessage> {
  /** The messages that were received. */
  readonly responses: MessageShape<O>[];
  /** The error; undefined if the call succeeded. */
  readonly error: unknown;
}

/** One of the client libraries, connected to a server. */
export interface Stack {
  readonly name: "connect" | "grpc-js";
  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    metadata?: Record<string, string>,
  ): Promise<Outcome<O>>;
  serverStream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
  ): Promise<Outcome<O>>;
  /** Returns everything in an error of this library as text. */
  contents(error: unknown): string;
  close(): void;
}

/** Returns both libraries, connected to address. */
export function stacks(address: string): Stack[] {
  return [connect(address), grpcJs(address)];
}

/**
 * Returns Connect's gRPC transport. maxHeaderListSize is the size of a header list
 * that it announces to the server (RFC 9113 section 6.5.2); grpc-js has no such
 * option.
 */
export function connect(address: string, maxHeaderListSize?: number): Stack {
  const baseUrl = `http://${address}`;
  const settings = maxHeaderListSize === undefined ? {} : { maxHeaderListSize };
  const sessionManager = new Http2SessionManager(baseUrl, {}, { settings });
  const transport = createGrpcTransport({ baseUrl, sessionManager });
  return {
    name: "connect",
    async unary(method, request, metadata = {}) {
      try {
        const response = await transport.unary(method, undefined, undefined, metadata, request);
        return { responses: [response.message], error: undefined };
      } catch (error) {
        return { responses: [], error };
      }
    },
    async serverStream<I extends DescMessage, O extends DescMessage>(
      method: DescMethodServerStreaming<I, O>,
      request: MessageInitShape<I>,
    ) {
      const responses: MessageShape<O>[] = [];
      try {
        async function* requests() {
          yield request;
        }
        const stream = await transport.stream(method, undefined, undefined, undefined, requests());
        for await (const response of stream.message) {
          responses.push(response);
        }
        return { responses, error: undefined };
      } catch (error) {
        return { responses, error };
      }
    },
    contents(error) {
      const e = ConnectError.from(error);
      const headers = [...e.metadata].map(([name, value]) =>
        name.endsWith("-bin") ? `${name}: ${Buffer.from(value, "base64")}` : `${name}: ${decodeURIComponent(value)}`,
      );
      const details = e.details.map((d) => ("type" in d ? `${d.type}: ${Buffer.from(d.value)}` : d.desc.typeName));
      return [e.message, ...headers, ...details].join("\n");
    },
    close: () => sessionManager.abort(),
  };
}

function grpcJs(address: string): Stack {
  const client = new Client(address, credentials.createInsecure());
  const path = (method: DescMethod) => `/${method.parent.typeName}/${method.name}`;
  const encoder =
    <D extends DescMessage>(type: D) =>
    (message: MessageShape<D>) =>
      Buffer.from(toBinary(type, message));
  const decoder =
    <D extends DescMessage>(type: D) =>
    (bytes: Buffer) =>
      fromBinary(type, bytes);
  return {
    name: "grpc-js",
    unary(method, request, headers = {}) {
      const metadata = new Metadata();
      for (const [name, value] of Object.entries(headers)) {
        metadata.set(name, value);
      }
      return new Promise((resolve) => {
        client.makeUnaryRequest(
          path(method),
          encoder(method.input),
          decoder(method.output),
          create(method.input, request),
          metadata,
          (error, response) =>
            resolve({ responses: response === undefined ? [] : [response], error: error ?? undefined }),
        );
      });
    },
    serverStream<I extends DescMessage, O extends DescMessage>(
      method: DescMethodServerStreaming<I, O>,
      request: MessageInitShape<I>,
    ) {
      const responses: MessageShape<O>[] = [];
      return new Promise<Outcome<O>>((resolve) => {
        client
          .makeServerStreamRequest(
            path(method),
            encoder(method.input),
            decoder(method.output),
            create(method.input, request),
          )
          .on("data", (response: MessageShape<O>) => responses.push(response))
          .on("error", (error) => resolve({ responses, error }))
          .on("end", () => resolve({ responses, error: undefined }));
      });
    },
    contents(error) {
      const { message, details, metadata } = error as { message: string; details: string; metadata: Metadata };
      return [message, details, ...Object.entries(metadata.getMap()).map(([name, value]) => `${name}: ${value}`)].join(
        "\n",
      );
    },
    close: () => client.close(),
  };
}
