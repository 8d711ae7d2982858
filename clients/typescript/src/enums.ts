import { type DescEnum, type DescEnumValue, getOption, hasOption } from "@bufbuild/protobuf";
import { type Code, code, type System, system } from "./gen/statusmap/v1/options_pb.js";

/** The domain of an enum's errors: the proto package that it stands in. */
export function domainOf(schema: DescEnum): string {
  return schema.typeName.slice(0, -(schema.name.length + 1));
}

/** The enum's value of that reason; undefined for the zero value, which is no code. */
export function valueIn(schema: DescEnum, reason: string): DescEnumValue | undefined {
  return schema.values.find((value) => value.name === reason && value.number !== 0);
}

/** What the .proto file says of a system; undefined where it says nothing. */
export function systemOptions(schema: DescEnum): System | undefined {
  return hasOption(schema, system) ? getOption(schema, system) : undefined;
}

/** What the .proto file says of a code; undefined where it says nothing. */
export function codeOptions(value: DescEnumValue): Code | undefined {
  return hasOption(value, code) ? getOption(value, code) : undefined;
}
