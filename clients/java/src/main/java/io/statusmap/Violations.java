/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.statusmap;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the violations of a status: {@code google.rpc.BadRequest} and {@code
 * buf.validate.Violations}. The latter is read without its generated class, which would be a
 * dependency of all users.
 */
final class Violations {
  private static final String PROTOVALIDATE = "buf.validate.Violations";

  // The field numbers of buf/validate/validate.proto.
  private static final int VIOLATIONS_VIOLATIONS = 1;
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
   * Returns the violations of an error in the order of the details, without broken details.
   *
   * @param domain the domain of the error
   * @param known the enums that the program knows
   */
  static List<Violation> read(Status status, String domain, Enums known) {
    List<Violation> found = new ArrayList<>();
    Enums codes = null; // made for the first violation, since most errors have none
    for (Any detail : status.getDetailsList()) {
      List<BadRequest.FieldViolation> sent;
      try {
        if (detail.is(BadRequest.class)) {
          sent = detail.unpack(BadRequest.class).getFieldViolationsList();
        } else if (detail.getTypeUrl().endsWith("/" + PROTOVALIDATE)) {
          sent = protovalidate(detail.getValue());
        } else {
          continue;
        }
      } catch (InvalidProtocolBufferException e) {
        continue; // One broken detail must not hide the others.
      }
      for (BadRequest.FieldViolation v : sent) {
        codes = codes == null ? known.ofViolations(domain) : codes;
        found.add(
            new Violation(v.getField(), v.getDescription(), domain, v.getReason(), codes));
      }
    }
    return List.copyOf(found);
  }

  /** Reads a buf.validate.Violations. Its violations have no reasons. */
  private static List<BadRequest.FieldViolation> protovalidate(ByteString bytes)
      throws InvalidProtocolBufferException {
    List<BadRequest.FieldViolation> found = new ArrayList<>();
    for (ByteString raw : values(UnknownFieldSet.parseFrom(bytes), VIOLATIONS_VIOLATIONS)) {
      UnknownFieldSet violation = UnknownFieldSet.parseFrom(raw);
      BadRequest.FieldViolation.Builder v = BadRequest.FieldViolation.newBuilder();
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
    StringBuilder path = new StringBuilder();
    for (ByteString raw : values(UnknownFieldSet.parseFrom(bytes), FIELD_PATH_ELEMENTS)) {
      UnknownFieldSet element = UnknownFieldSet.parseFrom(raw);
      path.append(path.length() == 0 ? "" : ".");
      values(element, ELEMENT_FIELD_NAME).forEach(name -> path.append(name.toStringUtf8()));
      for (long index : numbers(element, ELEMENT_INDEX)) {
        path.append('[').append(Long.toUnsignedString(index)).append(']');
      }
      for (long key : numbers(element, ELEMENT_BOOL_KEY)) {
        path.append('[').append(key != 0).append(']');
      }
      for (long key : numbers(element, ELEMENT_INT_KEY)) {
        path.append('[').append(key).append(']');
      }
      for (long key : numbers(element, ELEMENT_UINT_KEY)) {
        path.append('[').append(Long.toUnsignedString(key)).append(']');
      }
      for (ByteString key : values(element, ELEMENT_STRING_KEY)) {
        String quoted = key.toStringUtf8().replace("\\", "\\\\").replace("\"", "\\\"");
        path.append("[\"").append(quoted).append("\"]");
      }
    }
    return path.toString();
  }

  private static List<ByteString> values(UnknownFieldSet message, int field) {
    return message.getField(field).getLengthDelimitedList();
  }

  private static List<Long> numbers(UnknownFieldSet message, int field) {
    return message.getField(field).getVarintList();
  }
}
