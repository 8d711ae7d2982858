/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads the violations of a status: {@code google.rpc.BadRequest} and {@code
 * buf.validate.Violations}. The latter is read without its generated class, which would be a
 * dependency of all users.
 */
final class Violations {
  private static final String PROTOVALIDATE = "buf.validate.Violations";

  /** As many as a server reads: a violation takes two bytes of a status, and much more memory. */
  private static final int MAX = 128;

  // The field numbers of buf/validate/validate.proto.
  private static final int VIOLATIONS_VIOLATIONS = 1;
  private static final int VIOLATION_RULE_ID = 2;
  private static final int VIOLATION_MESSAGE = 3;
  private static final int VIOLATION_FIELD = 5;
  private static final int FIELD_PATH_ELEMENTS = 1;
  private static final int ELEMENT_FIELD_NAME = 2;
  private static final int ELEMENT_INDEX = 6;
  private static final int ELEMENT_BOOL_KEY = 7;
  private static final int ELEMENT_INT_KEY = 8;
  private static final int ELEMENT_UINT_KEY = 9;
  private static final int ELEMENT_STRING_KEY = 10;

  private Violations() {}

  /**
   * Returns the violations in the BadRequests of an error, then those that protovalidate found, 128
   * at most. A broken detail has none.
   *
   * @param domain the domain of the error
   * @param code the code of the error; null if no known enum has it
   */
  static List<Violation> read(
      Status status, String domain, EnumValueDescriptor code, Enums known) {
    List<BadRequest.FieldViolation> requests = new ArrayList<>();
    List<BadRequest.FieldViolation> found = new ArrayList<>();
    for (Any detail : status.getDetailsList()) {
      try {
        if (detail.is(BadRequest.class)) {
          requests.addAll(detail.unpack(BadRequest.class).getFieldViolationsList());
        } else if (detail.getTypeUrl().endsWith("/" + PROTOVALIDATE)) {
          found.addAll(protovalidate(detail.getValue()));
        }
      } catch (InvalidProtocolBufferException e) {
        continue; // One broken detail must not hide the others.
      }
    }
    requests.addAll(found);
    if (requests.isEmpty()) {
      return List.of();
    }
    Enums systems = known.ofSystems(code, domain);
    return requests.stream()
        .limit(MAX)
        .map(
            v ->
                new Violation(
                    v.getField(),
                    v.getDescription(),
                    domain,
                    v.getReason(),
                    known
                        .find(domain, v.getReason())
                        .or(() -> systems.findOnly(v.getReason()))
                        .orElse(null)))
        .collect(Collectors.toUnmodifiableList());
  }

  /** Reads a buf.validate.Violations. The reason of a violation is the id of its rule. */
  private static List<BadRequest.FieldViolation> protovalidate(ByteString bytes)
      throws InvalidProtocolBufferException {
    List<BadRequest.FieldViolation> found = new ArrayList<>();
    for (ByteString raw : values(UnknownFieldSet.parseFrom(bytes), VIOLATIONS_VIOLATIONS)) {
      UnknownFieldSet violation = UnknownFieldSet.parseFrom(raw);
      BadRequest.FieldViolation.Builder v = BadRequest.FieldViolation.newBuilder();
      values(violation, VIOLATION_RULE_ID).forEach(id -> v.setReason(id.toStringUtf8()));
      values(violation, VIOLATION_MESSAGE).forEach(m -> v.setDescription(m.toStringUtf8()));
      for (ByteString path : values(violation, VIOLATION_FIELD)) {
        v.setField(fieldPath(path));
      }
      found.add(v.build());
    }
    return found;
  }

  /** Returns a buf.validate.FieldPath as protovalidate prints it: {@code a.b[0].c["key"]}. */
  private static String fieldPath(ByteString bytes) throws InvalidProtocolBufferException {
    List<String> path = new ArrayList<>();
    for (ByteString raw : values(UnknownFieldSet.parseFrom(bytes), FIELD_PATH_ELEMENTS)) {
      UnknownFieldSet element = UnknownFieldSet.parseFrom(raw);
      StringBuilder text = new StringBuilder();
      values(element, ELEMENT_FIELD_NAME).forEach(name -> text.append(name.toStringUtf8()));
      // At most one of these: they are a oneof.
      numbers(element, ELEMENT_INDEX).forEach(i -> subscript(text, Long.toUnsignedString(i)));
      numbers(element, ELEMENT_BOOL_KEY).forEach(key -> subscript(text, key != 0));
      numbers(element, ELEMENT_INT_KEY).forEach(key -> subscript(text, key));
      numbers(element, ELEMENT_UINT_KEY)
          .forEach(key -> subscript(text, Long.toUnsignedString(key)));
      values(element, ELEMENT_STRING_KEY)
          .forEach(key -> subscript(text, quote(key.toStringUtf8())));
      path.add(text.toString());
    }
    return String.join(".", path);
  }

  private static void subscript(StringBuilder element, Object key) {
    element.append('[').append(key).append(']');
  }

  private static String quote(String key) {
    return '"' + key.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static List<ByteString> values(UnknownFieldSet message, int field) {
    return message.getField(field).getLengthDelimitedList();
  }

  private static List<Long> numbers(UnknownFieldSet message, int field) {
    return message.getField(field).getVarintList();
  }
}
