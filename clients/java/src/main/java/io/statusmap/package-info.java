/*
 * Copyright 2026 The statusmap Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Reads the errors of statusmap servers.
 *
 * <p>Start with {@link io.statusmap.LegacyError#fromError}. {@code io.statusmap.v1} is generated
 * from statusmap/v1/options.proto, which the protos of legacy enums import.
 */
package io.statusmap;
