/**
 * Reads the errors of statusmap servers.
 *
 * <p>{@link io.statusmap.LegacyError} is where to start. {@code io.statusmap.v1} is generated from
 * statusmap/v1/options.proto, which the protos of legacy enums import.
 */
package io.statusmap;
