// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

// Package annotation reads the options of statusmap/v1/options.proto from descriptors.
// The descriptors may be linked into the program or loaded at run time.
package annotation

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

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
	own, service, err := rpcOptions(method)
	return cmp.Or(own.GetDialect(), service.GetDialect()), err
}

// Errors returns the reasons or full names of the codes with which a method may fail:
// those of its service, and then its own. It returns nil if neither has any.
func Errors(method protoreflect.MethodDescriptor) ([]string, error) {
	own, service, err := rpcOptions(method)
	var names []string
	for _, name := range slices.Concat(service.GetErrors(), own.GetErrors()) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, err
}

// Method returns the option (statusmap.v1.method) of a method, or nil if the method does
// not have it.
func Method(method protoreflect.MethodDescriptor) (*statusmapv1.RPCOptions, error) {
	return extension(method.Options(), statusmapv1.E_Method, newRPCOptions)
}

// Service returns the option (statusmap.v1.service) of a service, or nil if the service
// does not have it.
func Service(service protoreflect.ServiceDescriptor) (*statusmapv1.RPCOptions, error) {
	return extension(service.Options(), statusmapv1.E_Service, newRPCOptions)
}

func newRPCOptions() *statusmapv1.RPCOptions { return new(statusmapv1.RPCOptions) }

// rpcOptions returns the options of a method and of its service. Each is nil if it is not
// set.
func rpcOptions(method protoreflect.MethodDescriptor) (own, service *statusmapv1.RPCOptions, err error) {
	if own, err = Method(method); err != nil {
		return nil, nil, err
	}
	parent, ok := method.Parent().(protoreflect.ServiceDescriptor)
	if !ok {
		return own, nil, nil
	}
	if service, err = Service(parent); err != nil {
		return nil, nil, err
	}
	return own, service, nil
}

// UnknownSystem returns the fields of options that this version of the library does not
// know, for example "envelope.12".
func UnknownSystem(options *statusmapv1.SystemOptions) []string {
	fields := unknownIn(nil, "", options)
	if options.GetEnvelope() != nil {
		fields = unknownIn(fields, "envelope.", options.GetEnvelope())
	}
	for i, e := range options.GetAlternatives() {
		fields = unknownIn(fields, "alternatives["+strconv.Itoa(i)+"].", e)
	}
	return fields
}

// UnknownCode is [UnknownSystem] for the options of a code.
func UnknownCode(options *statusmapv1.CodeOptions) []string {
	fields := unknownIn(nil, "", options)
	if len(options.GetArgs()) == 0 {
		return fields
	}
	for _, name := range slices.Sorted(maps.Keys(options.GetArgs())) {
		fields = unknownIn(fields, "args["+strconv.Quote(name)+"].", options.GetArgs()[name])
	}
	return fields
}

// UnknownRPC is [UnknownSystem] for the options of a method or a service.
func UnknownRPC(options *statusmapv1.RPCOptions) []string { return unknownIn(nil, "", options) }

// unknownIn appends the numbers of the unknown fields of m to fields.
func unknownIn(fields []string, prefix string, m proto.Message) []string {
	unknown := m.ProtoReflect().GetUnknown()
	for len(unknown) > 0 {
		number, _, n := protowire.ConsumeField(unknown)
		if n < 0 {
			return fields
		}
		if field := prefix + strconv.Itoa(int(number)); !slices.Contains(fields, field) {
			fields = append(fields, field)
		}
		unknown = unknown[n:]
	}
	return fields
}

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
