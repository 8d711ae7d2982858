// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package details

import (
	"math"
	"reflect"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"
)

// connectStatus returns the status that an error of connect-go has; false if err is not
// one. It does not import connect-go, whose users alone should depend on it. The method
// Code has a type of connect-go, as has Details, so it calls them by name.
func connectStatus(err error) (*grpcstatus.Status, bool) {
	e, ok := err.(interface{ Message() string })
	if !ok {
		return nil, false
	}
	v := reflect.ValueOf(err)
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, false
	}
	code, ok := callGetter(v.MethodByName("Code"))
	if !ok || code.Kind() != reflect.Uint32 || code.Uint() > math.MaxInt32 {
		return nil, false
	}
	details, ok := callGetter(v.MethodByName("Details"))
	if !ok || details.Kind() != reflect.Slice {
		return nil, false
	}
	p := &spb.Status{Code: int32(code.Uint()), Message: e.Message()}
	for i := range details.Len() {
		detail, ok := details.Index(i).Interface().(interface {
			Type() string
			Bytes() []byte
		})
		if !ok {
			return nil, false
		}
		p.Details = append(p.Details, &anypb.Any{TypeUrl: typePrefix + detail.Type(), Value: detail.Bytes()})
	}
	if codes.Code(p.GetCode()) == codes.OK {
		return nil, false // no error: what it wraps counts
	}
	return grpcstatus.FromProto(p), true
}

const typePrefix = "type.googleapis.com/"

// callGetter calls a method that takes nothing and returns one value.
func callGetter(method reflect.Value) (result reflect.Value, ok bool) {
	if !method.IsValid() || method.Type().NumIn() != 0 || method.Type().NumOut() != 1 {
		return reflect.Value{}, false
	}
	return method.Call(nil)[0], true
}
