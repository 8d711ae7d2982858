// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package servertest helps tests that need servers. It starts servers on free ports of
// 127.0.0.1, sends requests, and stops the servers when the test ends. Its functions
// fail the test instead of returning an error.
//
//	demo := servertest.StartDemo(t, servertest.DefaultCatalog(t))
//	response := demo.Get(t, "/echo/legacy.job.v2?text=hi", servertest.Header{"X-Request-Id": "r-1"})
//
// [StartDemo] runs the server of the command "statusmap serve". [ServeGateway] runs
// another service with a gateway. It uses [ServeGRPC], [NewMux] and [ServeHTTP], which
// tests can also use directly.
package servertest
