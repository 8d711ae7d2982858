// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package details_test

import (
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/statusmap/statusmap/catalog"
	elvesv2 "github.com/statusmap/statusmap/gen/legacy/elves/v2"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/internal/wire"
)

func linked(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.New(jobv2.Code(0).Descriptor(), elvesv2.Code(0).Descriptor())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	b, err := (proto.MarshalOptions{Deterministic: true}).Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func detail(t testing.TB, m proto.Message) *anypb.Any {
	t.Helper()
	return &anypb.Any{TypeUrl: "type.googleapis.com/" + string(m.ProtoReflect().Descriptor().FullName()), Value: marshal(t, m)}
}

// args returns metadata from name, value pairs.
func args(pairs ...string) []wire.Pair {
	var list []wire.Pair
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, wire.Pair{Name: pairs[i], Value: pairs[i+1]})
	}
	return list
}

func errorInfo(domain, reason string, metadata ...string) *errdetails.ErrorInfo {
	info := &errdetails.ErrorInfo{Domain: domain, Reason: reason}
	for _, m := range args(metadata...) {
		if info.Metadata == nil {
			info.Metadata = map[string]string{}
		}
		info.Metadata[m.Name] = m.Value
	}
	return info
}

func text(number protowire.Number, s string) string {
	return string(protowire.AppendString(protowire.AppendTag(nil, number, protowire.BytesType), s))
}

func number(num protowire.Number, v uint64) string {
	return string(protowire.AppendVarint(protowire.AppendTag(nil, num, protowire.VarintType), v))
}

func group(num protowire.Number, inside string) string {
	return string(protowire.AppendTag(nil, num, protowire.StartGroupType)) + inside +
		string(protowire.AppendTag(nil, num, protowire.EndGroupType))
}
