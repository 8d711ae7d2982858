// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package proxies tests how errors arrive behind real proxies: nginx, HAProxy and Envoy,
// with clients in Go, Python and Java. Its tests write the tables of docs/proxies.md.
// install.sh installs what they need.
package proxies
