/**
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

import type { DescEnum } from "@bufbuild/protobuf";
import * as apiswitchV1 from "./gen/legacy/apiswitch/v1/code_pb.js";
import * as elvesV1 from "./gen/legacy/elves/v1/code_pb.js";
import * as elvesV2 from "./gen/legacy/elves/v2/code_pb.js";
import * as esbV1 from "./gen/legacy/esb/v1/code_pb.js";
import * as jarvisV2 from "./gen/legacy/jarvis/v2/code_pb.js";
import * as jobV1 from "./gen/legacy/job/v1/code_pb.js";
import * as jobV2 from "./gen/legacy/job/v2/code_pb.js";

/** A generated enum: its schema and its constants. */
export interface GeneratedEnum {
  readonly CodeSchema: DescEnum;
  readonly Code: { readonly [nameOrNumber: string]: string | number };
}

/** The generated enums of the systems by domain. */
export const systems: ReadonlyMap<string, GeneratedEnum> = new Map<string, GeneratedEnum>([
  ["legacy.apiswitch.v1", apiswitchV1],
  ["legacy.elves.v1", elvesV1],
  ["legacy.elves.v2", elvesV2],
  ["legacy.jarvis.v2", jarvisV2],
  ["legacy.job.v1", jobV1],
  ["legacy.job.v2", jobV2],
]);

/** All generated enums by domain: also that of ESB, which JOB includes. */
export const enums: ReadonlyMap<string, GeneratedEnum> = new Map([...systems, ["legacy.esb.v1", esbV1]]);
