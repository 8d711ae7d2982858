// Package annotation reads statusmap's options from descriptors, whether these
// are linked into the program or loaded at run time.
package annotation

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// System returns the option (statusmap.v1.system) of an enum, nil where it has
// none.
func System(enum protoreflect.EnumDescriptor) (*statusmapv1.SystemOptions, error) {
	return extension(enum.Options(), statusmapv1.E_System, func() *statusmapv1.SystemOptions { return new(statusmapv1.SystemOptions) })
}

// Code returns the option (statusmap.v1.code) of a value, nil where it has none.
func Code(value protoreflect.EnumValueDescriptor) (*statusmapv1.CodeOptions, error) {
	return extension(value.Options(), statusmapv1.E_Code, func() *statusmapv1.CodeOptions { return new(statusmapv1.CodeOptions) })
}

// Dialect returns the domain that a method answers in: by the option
// (statusmap.v1.method), else by its service's (statusmap.v1.service); "" where
// neither says.
func Dialect(method protoreflect.MethodDescriptor) (domain string, err error) {
	own, err := extension(method.Options(), statusmapv1.E_Method, newDialect)
	if err != nil || own.GetDialect() != "" {
		return own.GetDialect(), err
	}
	service, err := extension(method.Parent().Options(), statusmapv1.E_Service, newDialect)
	return service.GetDialect(), err
}

func newDialect() *statusmapv1.RPCOptions { return new(statusmapv1.RPCOptions) }

// extension returns the message in an extension field of options, nil where
// there is none. Options of a descriptor that was loaded at run time hold it as
// unknown bytes or as a message of another type; those are parsed anew.
func extension[T proto.Message](options proto.Message, xt protoreflect.ExtensionType, empty func() T) (T, error) {
	var none T
	if options == nil {
		return none, nil
	}
	m, xd := options.ProtoReflect(), xt.TypeDescriptor()
	if m.Descriptor().FullName() == xd.ContainingMessage().FullName() && m.Has(xd) {
		// Linked in, nearly always: the rest is slower by three allocations.
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

// extensionField returns the extension field of a number that is set in m; nil
// where there is none.
func extensionField(m protoreflect.Message, number protoreflect.FieldNumber) (field protoreflect.FieldDescriptor, value protoreflect.Value) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if fd.IsExtension() && fd.Number() == number {
			field, value = fd, v
		}
		return field == nil
	})
	return field, value
}

// unknownField returns the bytes of a message field; false where there is none.
// Where the field stands twice the second is merged into the first, which for
// bytes is to append them.
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
