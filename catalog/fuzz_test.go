package catalog_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
)

// FuzzEnvelope: whatever the template, compiling does not panic; if it compiles,
// any values give valid JSON, and reading that gives the values back, as far as
// they can be told apart.
func FuzzEnvelope(f *testing.F) {
	for _, template := range []string{
		`{"result":false,"code":{code},"data":null,"message":{message},"request_id":{request_id}}`,
		`{"flag":"false","error":"[{code}]{message}","result":[]}`,
		`{"errors":[{"code":{code},"message":{message}}],"x":[{},[],1.50,true,null]}`,
		`{"a":"[{code}]{message}","b":{message},"c":{metadata},"d":{data},"e":{domain},"f":"{{{reason}}}"}`,
		`["[{code}]{message}",{message}]`,
		`{"a":{code},"a":{message}}`,
		`{"m":"\udbff\udffd","c":{code}}`, `{"m":"\udbff{code}\udff1"}`, `"\u{code}0000"`, `"\ud83d{code}"`, "\"\U0010fff1{code}\"",
		`{code}`, `-{code}`, `{{code}:1}`, `{"{code}":1}`, `[{code}{message}]`, `{data}`, `"{data}"`, `"{code}{code}"`, `{"x":"}`, `{`, ``,
		"\xff", "\"\xff{code}\"",
	} {
		f.Add(template, "401.1", "say \"m\"\u2028", "REASON", "d.v1", "id-1", "key", "value", []byte(`{"a":[1,"<"]}`))
		f.Add(template, "-5", "a]b\xff\x00", "", "", "[1]", "", "", []byte(`null`))
	}
	f.Fuzz(func(t *testing.T, template, code, message, reason, domain, requestID, key, val string, data []byte) {
		e, err := catalog.CompileEnvelope(template)
		if err != nil {
			if e != nil {
				t.Error("an envelope beside the error")
			}
			return
		}
		if e.String() != template {
			t.Errorf("String gives %q, want %q", e, template)
		}
		v := catalog.Values{
			LegacyCode: code, Message: message, Reason: reason, Domain: domain, RequestID: requestID,
			Metadata: args(key, val), Data: canonical(data),
		}
		body := e.Append(nil, &v)
		if !json.Valid(body) || !utf8.Valid(body) {
			t.Fatalf("%q renders %q, which is not JSON", template, body)
		}
		if m, err := catalog.CompileMessage(message); err == nil && utf8.ValidString(val) {
			checkTemplate(t, e, m, v)
		}
		got, ok := e.Parse(body)
		if !ok {
			// A code may be empty, and a string of two placeholders may be read in
			// another way, which contradicts what stands elsewhere.
			if (!e.Has("code") || code != "") && catalog.MaxStringPlaceholders(e) < 2 {
				t.Fatalf("%q renders %q and does not read it", template, body)
			}
			return
		}
		if again := e.Append(nil, &got); !bytes.Equal(again, body) {
			t.Errorf("%q: %q is read as %+v, which renders %q", template, body, got, again)
		}
		exact := catalog.ValuePlaces(e)
		for _, f := range []struct{ name, got, want string }{
			{name: "code", got: got.LegacyCode, want: readable(code)},
			{name: "message", got: got.Message, want: readable(message)},
			{name: "reason", got: got.Reason, want: readable(reason)},
			{name: "domain", got: got.Domain, want: readable(domain)},
			{name: "request_id", got: got.RequestID, want: readable(requestID)},
		} {
			if !e.Has(f.name) {
				f.want = ""
			} else if !slices.Contains(exact, f.name) && catalog.MaxStringPlaceholders(e) > 1 {
				continue
			}
			if f.got != f.want {
				t.Errorf("%q: %s %q comes back as %q", template, f.name, f.want, f.got)
			}
		}
		if e.Has("metadata") && !slices.Equal(got.Metadata, args(readable(key), readable(val))) {
			t.Errorf("%q: metadata %q comes back as %q", template, args(key, val), got.Metadata)
		}
		if e.Has("data") && string(got.Data) != string(orNull(v.Data)) {
			t.Errorf("%q: data %s comes back as %s", template, v.Data, got.Data)
		}
	})
}

// canonical returns JSON as Parse gives it back; nil if data is not JSON, or
// is deeper than a template around it could bear.
func canonical(data []byte) []byte {
	if len(data) > 5000 || !json.Valid(data) {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var doc any
	if err := d.Decode(&doc); err != nil {
		return nil
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return nil
	}
	return b
}

func orNull(data []byte) []byte {
	if len(data) == 0 {
		return []byte("null")
	}
	return data
}

// FuzzEnvelopeParse: whatever the body, reading it does not panic and gives the
// same each time; what it gives renders to a body that is read alike.
func FuzzEnvelopeParse(f *testing.F) {
	var envelopes []*catalog.Envelope
	for _, s := range defaultCatalog(f).Systems() {
		envelopes = append(envelopes, s.FailureEnvelope(), s.SuccessEnvelope())
	}
	for _, template := range []string{
		`{"errors":[{"code":{code},"message":{message}}]}`,
		`{"code":{code},"error":"[{code}]{message}{reason}","meta":{metadata},"list":["{domain}",{data},-1.5]}`,
		`"{code}: {message}"`,
	} {
		envelopes = append(envelopes, compiled(f, template))
	}
	for _, body := range []string{
		`{"result":false,"code":7,"data":null,"message":"m","request_id":"i"}`,
		`{"result":true,"code":0,"data":{"x":[1.0,"<\u2028"]},"message":""}`,
		`{"flag":"false","error":"[401.1]a]b","result":[]}`, `{"flag":false,"error":"[]","result":null}`,
		`{"return_code":"20210","message":"\ud83d"}`, `{"Code":10001}`, `{"errors":[{"code":7},{}]}`,
		`{"code":null,"error":"[5]x","meta":{"b":1,"a":true,"a":"2","c":[]},"list":["d",{"k":1e400},-1.5,0]}`,
		`"7: x: y"`, `[]`, `null`, `1e999999`, `"\u0000"`, `<html>`, `{"code":7`, `{} {}`, ``, "\xff", `{"\udbff\udff1":"\udbff\udffd"}`,
		strings.Repeat("[", 200), `{"result":{"result":{"result":false}}}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, e := range envelopes {
			v, ok := e.Parse(body)
			again, okAgain := e.Parse(body)
			if ok != okAgain || !sameValues(v, again) {
				t.Fatalf("%s of %q: %+v, %v, and then %+v, %v", e, body, v, ok, again, okAgain)
			}
			if !ok {
				if !sameValues(v, catalog.Values{}) {
					t.Errorf("%s of %q: false, and %+v", e, body, v)
				}
				continue
			}
			if !json.Valid(body) {
				t.Errorf("%s reads %q, which is not JSON", e, body)
			}
			if e.Has("code") && v.LegacyCode == "" {
				t.Errorf("%s reads %q without a code", e, body)
			}
			rendered := e.Append(nil, &v)
			if !json.Valid(rendered) {
				t.Fatalf("%s of %q renders %q, which is not JSON", e, body, rendered)
			}
			back, ok := e.Parse(rendered)
			if e.Has("data") {
				v.Data = orNull(v.Data)
			}
			if !ok || !sameValues(v, back) {
				t.Errorf("%s of %q: %+v, rendered and read again %+v, %v", e, body, v, back, ok)
			}
		}
	})
}

func sameValues(a, b catalog.Values) bool {
	return a.LegacyCode == b.LegacyCode && a.Message == b.Message && a.Reason == b.Reason && a.Domain == b.Domain &&
		a.RequestID == b.RequestID && slices.Equal(a.Metadata, b.Metadata) && bytes.Equal(a.Data, b.Data)
}

// FuzzMessage: whatever the template, compiling does not panic; a text that it
// matches is the text of those arguments, and no other arguments give it.
func FuzzMessage(f *testing.F) {
	for _, template := range []string{
		"作业 {job_id} 不存在", "{aa}{bb}", "{aa} and {bb} and {aa}", "{{{aa}}}", "}}{{", "aba{xx}aba", "{one}aa{two}",
		"{", "}", "{}", "{0}", "{aa", "{a{b}}", "{legacy_code}", "\xff{aa}", "",
	} {
		f.Add(template, "作业 42 不存在", "1", "2")
		f.Add(template, "ababa", "a", "aa")
		f.Add(template, "{aa} and {bb}", "{aa}", " and ")
	}
	f.Fuzz(func(t *testing.T, template, text, first, second string) {
		m, err := catalog.CompileMessage(template)
		if err != nil {
			if m != nil {
				t.Error("a message beside the error")
			}
			return
		}
		if m.String() != template {
			t.Errorf("String gives %q, want %q", m, template)
		}
		if got, ok := m.Match(text); ok && m.Text(got...) != text {
			t.Errorf("%q of %q: the arguments %q, whose text is %q", template, text, got, m.Text(got...))
		} else if !ok && got != nil {
			t.Errorf("%q of %q: no match, and the arguments %q, want none", template, text, got)
		}

		// The other way: the text of arguments is read as these or not at all.
		var given, want []catalog.Arg
		for i, name := range m.Params() {
			if !strings.Contains(template, "{"+name+"}") {
				t.Errorf("%q has no argument %q", template, name)
			}
			a := catalog.Arg{Name: name, Value: []string{first, second}[i%2]}
			given = append(given, a)
			if a.Value != "{"+name+"}" {
				want = append(want, a)
			}
		}
		said := m.Text(given...)
		if string(m.Append(nil, given)) != said {
			t.Errorf("Append gives %q, Text %q", m.Append(nil, given), said)
		}
		got, ok := m.Match(said)
		if ok && !slices.Equal(got, want) {
			t.Errorf("%q with %q is %q, which is read as %q", template, given, said, got)
		}
		if !ok && len(given) <= 1 && strings.Count(template, "{") <= 1 {
			t.Errorf("%q with %q is %q, which is not read", template, given, said)
		}
	})
}

// FuzzFromFiles: whatever the descriptor, there is no panic, and either an error
// or a catalog that keeps its promises.
func FuzzFromFiles(f *testing.F) {
	jarvis, err := proto.Marshal(protodesc.ToFileDescriptorProto(linkedFiles[3]))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(jarvis)
	f.Add([]byte{})
	for _, r := range rules {
		files, err := tryCompile(f, linkedOptions, map[string]string{"test.proto": r.source.String()})
		if err != nil {
			f.Fatal(err)
		}
		b, err := proto.Marshal(protodesc.ToFileDescriptorProto(files[0]))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, resolver := range []interface {
			protoregistry.MessageTypeResolver
			protoregistry.ExtensionTypeResolver
		}{protoregistry.GlobalTypes, new(protoregistry.Types)} {
			p := new(descriptorpb.FileDescriptorProto)
			if err := (proto.UnmarshalOptions{Resolver: resolver, AllowPartial: true}).Unmarshal(raw, p); err != nil {
				continue
			}
			file, err := protodesc.FileOptions{AllowUnresolvable: true}.New(p, protoregistry.GlobalFiles)
			if err != nil {
				continue
			}
			checkAnyFile(t, file)
		}
	})
}

// checkAnyFile holds whatever comes of a file to the promises.
func checkAnyFile(t *testing.T, file protoreflect.FileDescriptor) {
	t.Helper()
	files := new(protoregistry.Files)
	if err := files.RegisterFile(file); err != nil {
		return
	}
	c, err := catalog.FromFiles(files)
	checkCatalogOrProblems(t, c, err)
	var enums []protoreflect.EnumDescriptor
	for i := range file.Enums().Len() {
		enums = append(enums, file.Enums().Get(i))
	}
	c, err = catalog.New(enums...)
	checkCatalogOrProblems(t, c, err)
}

func checkCatalogOrProblems(t *testing.T, c *catalog.Catalog, err error) {
	t.Helper()
	if err != nil {
		problems := problemsOf(t, err)
		if c != nil || len(problems) == 0 {
			t.Errorf("a catalog, %d problems and the error %v", len(problems), err)
		}
		for _, p := range problems {
			if p.Rule == "" || p.Text == "" || p.Name == "" {
				t.Errorf("a problem that does not say what it is: %+v", p)
			}
			if strings.ContainsAny(p.Text, "\r\n") {
				t.Errorf("a problem of more than one line: %q", p.Text)
			}
		}
		return
	}
	checkInvariants(t, c)
	for _, s := range c.Systems() {
		for _, code := range s.Codes() {
			v := catalog.Values{LegacyCode: code.LegacyCode(), Message: code.Message().Text(), Reason: code.Reason(), Domain: code.Domain()}
			for _, e := range []*catalog.Envelope{s.FailureEnvelope(), s.SuccessEnvelope()} {
				if body := e.Append(nil, &v); !json.Valid(body) || !utf8.Valid(body) {
					t.Errorf("%s: %s renders %q", code.FullName(), e, body)
				}
			}
		}
	}
}

// FuzzNew is FuzzFromFiles from a nearer start: the options of one enum and one
// value as bytes, in a descriptor that is sound.
func FuzzNew(f *testing.F) {
	f.Add(marshal(f, goodSystem()), marshal(f, goodCode()), "UNKNOWN_ERROR", int32(1))
	f.Add(marshal(f, goodSystem()), []byte{}, "UNKNOWN_ERROR", int32(-1))
	f.Add([]byte{}, marshal(f, goodCode()), "unknown", int32(0))
	for _, file := range linkedFiles {
		enum := file.Enums().Get(0)
		system := proto.GetExtension(enum.Options(), statusmapv1.E_System).(proto.Message)
		for i := 1; i < enum.Values().Len(); i += 40 {
			value := enum.Values().Get(i)
			code := proto.Clone(proto.GetExtension(value.Options(), statusmapv1.E_Code).(proto.Message)).(*statusmapv1.CodeOptions)
			code.FallbackFor = []statusmapv1.GrpcCode{statusmapv1.GrpcCode_UNKNOWN, statusmapv1.GrpcCode_INTERNAL}
			f.Add(marshal(f, system), marshal(f, code), string(value.Name()), int32(value.Number()))
		}
	}
	f.Fuzz(func(t *testing.T, systemOption, codeOption []byte, name string, number int32) {
		enumOptions, valueOptions := new(descriptorpb.EnumOptions), new(descriptorpb.EnumValueOptions)
		enumOptions.ProtoReflect().SetUnknown(lenField(1207101, systemOption))
		valueOptions.ProtoReflect().SetUnknown(lenField(1207101, codeOption))
		file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
			Name: proto.String("fuzz.proto"), Package: proto.String("fuzz.v1"), Syntax: proto.String("proto2"),
			Dependency: []string{optionsPath},
			EnumType: []*descriptorpb.EnumDescriptorProto{{
				Name: proto.String("Code"), Options: enumOptions,
				Value: []*descriptorpb.EnumValueDescriptorProto{
					{Name: proto.String(name), Number: proto.Int32(number), Options: valueOptions},
				},
			}},
		}, protoregistry.GlobalFiles)
		if err != nil {
			return
		}
		checkAnyFile(t, file)
		// If both options can be read, there is a system or a reason why not.
		if proto.Unmarshal(systemOption, new(statusmapv1.SystemOptions)) == nil &&
			proto.Unmarshal(codeOption, new(statusmapv1.CodeOptions)) == nil {
			c, err := catalog.New(file.Enums().Get(0))
			if err == nil && (len(c.Systems()) != 1 || len(c.Systems()[0].Codes()) != 1) {
				t.Errorf("neither a problem nor a code: %s", dump(c))
			}
		}
	})
}
