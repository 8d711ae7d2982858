package catalog

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

func systemOptions(enum protoreflect.EnumDescriptor) *statusmapv1.System {
	v, ok := extension(enum.Options(), statusmapv1.E_System).(*statusmapv1.System)
	if !ok {
		return nil
	}
	return v
}

func codeOptions(value protoreflect.EnumValueDescriptor) *statusmapv1.Code {
	v, ok := extension(value.Options(), statusmapv1.E_Code).(*statusmapv1.Code)
	if !ok {
		return nil
	}
	return v
}

// extension returns the message in an extension field of options, nil where
// there is none. Options of a descriptor that was loaded at run time hold it as
// unknown bytes or as a message of another type; they are parsed again.
func extension(options proto.Message, xt protoreflect.ExtensionType) proto.Message {
	if options == nil {
		return nil
	}
	m := options.ProtoReflect()
	if !m.IsValid() {
		return nil
	}
	if xd := xt.TypeDescriptor(); xd.ContainingMessage() == m.Descriptor() && m.Has(xd) {
		if x := m.Get(xd).Message().Interface(); x.ProtoReflect().Type() == xt.Zero().Message().Type() {
			return x
		}
	} else if len(m.GetUnknown()) == 0 && !hasExtensions(m) {
		return nil
	}
	b, err := proto.Marshal(options)
	if err != nil {
		return nil
	}
	known := xt.TypeDescriptor().ContainingMessage().FullName()
	mt, err := protoregistry.GlobalTypes.FindMessageByName(known)
	if err != nil || m.Descriptor().FullName() != known {
		return nil
	}
	again := mt.New()
	if err := (proto.UnmarshalOptions{AllowPartial: true}).Unmarshal(b, again.Interface()); err != nil {
		return nil
	}
	if !again.Has(xt.TypeDescriptor()) {
		return nil
	}
	return again.Get(xt.TypeDescriptor()).Message().Interface()
}

func hasExtensions(m protoreflect.Message) bool {
	found := false
	m.Range(func(fd protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		found = fd.IsExtension()
		return !found
	})
	return found
}
