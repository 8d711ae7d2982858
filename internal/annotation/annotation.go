// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package annotation reads the options of statusmap/v1/options.proto from descriptors.
// The descriptors may be linked into the program or loaded at run time.
package annotation

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// System returns the option (statusmap.v1.system) of an enum, or nil if the enum does
// not have it.
func System(enum protoreflect.EnumDescriptor) (*statusmapv1.SystemOptions, error) {
	return extension(enum.Options(), statusmapv1.E_System, func() *statusmapv1.SystemOptions { return new(statusmapv1.SystemOptions) })
}

// Code returns the option (statusmap.v1.code) of an enum value, or nil if the value
// does not have it.
func Code(value protoreflect.EnumValueDescriptor) (*statusmapv1.CodeOptions, error) {
	return extension(value.Options(), statusmapv1.E_Code, func() *statusmapv1.CodeOptions { return new(statusmapv1.CodeOptions) })
}

// Dialect returns the domain of a method's dialect. It is in the option
// (statusmap.v1.method), or else in the option (statusmap.v1.service) of the service.
// Dialect returns "" if neither option has a dialect.
func Dialect(method protoreflect.MethodDescriptor) (domain string, err error) {
	own, err := extension(method.Options(), statusmapv1.E_Method, newDialect)
	if err != nil || own.GetDialect() != "" {
		return own.GetDialect(), err
	}
	service, err := extension(method.Parent().Options(), statusmapv1.E_Service, newDialect)
	return service.GetDialect(), err
}

func newDialect() *statusmapv1.RPCOptions { return new(statusmapv1.RPCOptions) }

// extension returns the message in an extension field of options, or nil if the field
// is not set. In a descriptor that was loaded at run time, the field may be unknown
// bytes or a message of another Go type. extension parses these into a T.
func extension[T proto.Message](options proto.Message, xt protoreflect.ExtensionType, empty func() T) (T, error) {
	var none T
	if options == nil {
		return none, nil
	}
	m, xd := options.ProtoReflect(), xt.TypeDescriptor()
	if m.Descriptor().FullName() == xd.ContainingMessage().FullName() && m.Has(xd) {
		// Most descriptors are linked in. The code below needs three more allocations.
		if x, ok := m.Get(xd).Interface().(protoreflect.Message); ok {
			if t, ok := x.Interface().(T); ok {
				return t, nil
			}
		}
	}
	raw, found := unknownField(m.GetUnknown(), xd.Number())
	if fd, v := extensionField(m, xd.Number()); fd != nil {
		if fd.FullName() != xd.FullName() || fd.IsList() || fd.Message() == nil {
			return none, nil // a foreign extension of the same number
		}
		x := v.Message().Interface()
		if t, ok := x.(T); ok {
			return t, nil
		}
		var err error
		if raw, err = (proto.MarshalOptions{AllowPartial: true}).Marshal(x); err != nil {
			return none, err
		}
		found = true
	}
	if !found {
		return none, nil
	}
	t := empty()
	if err := proto.Unmarshal(raw, t); err != nil {
		return none, err
	}
	return t, nil
}

// extensionField returns the extension field of m with a number and its value. The
// field is nil if it is not set.
func extensionField(m protoreflect.Message, number protoreflect.FieldNumber) (field protoreflect.FieldDescriptor, value protoreflect.Value) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if fd.IsExtension() && fd.Number() == number {
			field, value = fd, v
		}
		return field == nil
	})
	return field, value
}

// unknownField returns the bytes of a message field in unknown. It returns false if
// there is no such field. If the field is repeated, its values are appended, which
// merges the messages.
func unknownField(unknown []byte, number protowire.Number) (raw []byte, found bool) {
	for len(unknown) > 0 {
		num, typ, tag := protowire.ConsumeTag(unknown)
		if tag < 0 {
			return raw, found
		}
		size := protowire.ConsumeFieldValue(num, typ, unknown[tag:])
		if size < 0 {
			return raw, found
		}
		if num == number && typ == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(unknown[tag:])
			raw, found = append(raw, value...), true
		}
		unknown = unknown[tag+size:]
	}
	return raw, found
}
