/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { type Status, StatusSchema } from "./gen/google/rpc/status_pb.js";

/** A gRPC status as a client received it. */
export interface ReceivedStatus {
  /** The gRPC code. */
  readonly code: number;
  /** The message. */
  readonly message: string;
  /** Returns the details of one type, in order, without broken ones. */
  readonly details: <D extends DescMessage>(type: D) => MessageShape<D>[];
}

/**
 * Returns the status in an error of Connect or of grpc-js; undefined if it is
 * neither's. Shapes are compared, not classes: a program may have only one of the
 * two libraries, or two copies of one.
 */
export function receivedStatus(error: object): ReceivedStatus | undefined {
  if (isConnectError(error)) {
    const { code, rawMessage } = error;
    return { code, message: rawMessage, details: (type) => error.findDetails(type) };
  }
  if (isServiceError(error)) {
    const [trailer] = error.metadata.get("grpc-status-details-bin");
    const status = trailer instanceof Uint8Array ? fromBinary(StatusSchema, trailer) : undefined;
    return { code: error.code, message: error.details, details: (type) => unpack(status, type) };
  }
  return undefined;
}

/** The members of a ConnectError (@connectrpc/connect) that are read. */
interface ConnectErrorLike {
  code: number;
  rawMessage: string;
  findDetails<D extends DescMessage>(type: D): MessageShape<D>[];
}

function isConnectError(error: object): error is ConnectErrorLike {
  return (
    "code" in error &&
    typeof error.code === "number" &&
    "rawMessage" in error &&
    typeof error.rawMessage === "string" &&
    "findDetails" in error &&
    typeof error.findDetails === "function"
  );
}

/** The members of a ServiceError (@grpc/grpc-js) that are read. */
interface ServiceErrorLike {
  code: number;
  details: string;
  metadata: { get(name: string): unknown[] };
}

function isServiceError(error: object): error is ServiceErrorLike {
  return (
    "code" in error &&
    typeof error.code === "number" &&
    "details" in error &&
    typeof error.details === "string" &&
    "metadata" in error &&
    typeof error.metadata === "object" &&
    error.metadata !== null &&
    "get" in error.metadata &&
    typeof error.metadata.get === "function"
  );
}

function unpack<D extends DescMessage>(status: Status | undefined, type: D): MessageShape<D>[] {
  const found: MessageShape<D>[] = [];
  for (const detail of status?.details ?? []) {
    try {
      const message = anyUnpack(detail, type);
      if (message !== undefined) {
        found.push(message);
      }
    } catch {
      // One broken detail must not hide the others. ConnectError does the same.
    }
  }
  return found;
}
