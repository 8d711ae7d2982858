// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/statusmap/statusmap/catalog"
	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/internal/servertest"
	"github.com/statusmap/statusmap/status"
)

// allSensitive returns the catalog of all linked systems, in which all arguments are
// sensitive.
func allSensitive(t testing.TB) *catalog.Catalog {
	t.Helper()
	files := new(protoregistry.Files)
	for _, system := range servertest.DefaultCatalog(t).Systems() {
		file := protodesc.ToFileDescriptorProto(system.Descriptor().ParentFile())
		for _, enum := range file.GetEnumType() {
			for _, value := range enum.GetValue() {
				code, ok := system.Lookup(value.GetName())
				if !ok {
					continue
				}
				options := proto.Clone(value.GetOptions())
				own, ok := proto.GetExtension(options, statusmapv1.E_Code).(*statusmapv1.CodeOptions)
				if !ok {
					t.Fatalf("%s has no options", code.FullName())
				}
				for _, param := range code.Params() {
					if own.Args == nil {
						own.Args = make(map[string]*statusmapv1.CodeOptions_Arg)
					}
					own.Args[param.Name] = &statusmapv1.CodeOptions_Arg{Sensitive: true}
				}
				value.Options = new(descriptorpb.EnumValueOptions)
				proto.Merge(value.Options, options)
			}
		}
		descriptor, err := protodesc.NewFile(file, protoregistry.GlobalFiles)
		if err != nil {
			t.Fatal(err)
		}
		if err := files.RegisterFile(descriptor); err != nil {
			t.Fatal(err)
		}
	}
	cat, err := catalog.FromFiles(files)
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

// loggedAs is a value that logs itself.
type loggedAs string

func (s loggedAs) LogValue() slog.Value { return slog.StringValue("logged " + string(s)) }

// printed returns all that is printed of an error by statusmap itself.
func printed(t testing.TB, err error) map[string]string {
	t.Helper()
	texts := map[string]string{"Error": err.Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		texts[verb] = fmt.Sprintf(verb, err)
	}
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "error", err)
	texts["slog text"] = b.String()
	b.Reset()
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "error", err)
	texts["slog JSON"] = b.String()
	return texts
}

// TestSensitiveArgumentsAreNotPrinted raises every code with sensitive arguments: what
// is sent has the values, and nothing that is printed has them.
func TestSensitiveArgumentsAreNotPrinted(t *testing.T) {
	t.Parallel()
	const value = "tok en:pa55word\"é"
	has := func(text string) bool { return strings.Contains(text, "pa55word") }
	cat := allSensitive(t)
	checked := 0
	for _, system := range cat.Systems() {
		for _, code := range system.Codes() {
			if code.IsSuccess() || !code.HasSensitive() {
				continue
			}
			checked++
			var args []any
			for _, param := range code.Params() {
				args = append(args, param.Name, value)
			}
			made := status.New(code, args...)
			if st := grpcstatus.Convert(made); !has(st.Message()) || !has(fmt.Sprint(st.Proto().GetDetails())) {
				t.Fatalf("%s is sent without the values: %v", code.FullName(), st.Proto())
			}
			wire := grpcstatus.ErrorProto(grpcstatus.Convert(made).Proto())
			read, ok := status.FromErrorIn(cat, wire)
			if !ok {
				t.Fatalf("%s cannot be read", code.FullName())
			}
			// From an older server, whose message is another one.
			p := grpcstatus.Convert(made).Proto()
			p.Message = "in other words: " + value
			other, _ := status.FromErrorIn(cat, grpcstatus.ErrorProto(p))
			for name, err := range map[string]error{
				"made": made, "received": read, "received with another message": other,
				"with a violation": status.WithViolations(made, made),
				"odd arguments":    status.New(code, append([]any{value}, args...)...),
				"wrong name":       status.New(code, append([]any{value, value}, args...)...),
				"a name twice":     status.New(code, append([]any{args[0], value}, args...)...),
				"LogValuer":        status.New(code, args[0], loggedAs(value)),
			} {
				for how, text := range printed(t, err) {
					if has(text) {
						t.Errorf("%s, %s by %s: %q", code.FullName(), name, how, text)
					}
				}
			}
			for name, err := range map[string]error{
				"made": made, "received": wire, "with another message": grpcstatus.ErrorProto(p),
				"wrapped":           fmt.Errorf("loading: %w", made),
				"wrapped, received": fmt.Errorf("loading: %w", wire),
				"joined":            errors.Join(errors.New("a"), wire, made),
				"cause":             status.Wrap(fmt.Errorf("loading: %w", wire), jobv2.Code_INTERNAL_ERROR),
				"with violations":   status.WithViolations(made, fmt.Errorf("checking: %w", made), wire, errors.New("x")),
				"odd arguments":     status.New(code, append([]any{value}, args...)...),
				"made a message":    grpcstatus.Convert(fmt.Errorf("loading: %w", made)).Err(),
			} {
				event, logged, final := finishedIn(t, cat, system, err)
				if has(logged) {
					t.Errorf("%s, %s is logged as %q", code.FullName(), name, logged)
				}
				for how, text := range printed(t, final) {
					if has(text) {
						t.Errorf("%s, %s in its final form by %s: %q", code.FullName(), name, how, text)
					}
				}
				event.Err = nil // the handler's own
				if text := fmt.Sprintf("%+v", event); has(text) {
					t.Errorf("%s, %s: the event is %q", code.FullName(), name, text)
				}
				if !has(fmt.Sprint(grpcstatus.Convert(final).Proto())) && name != "cause" && name != "odd arguments" {
					t.Errorf("%s, %s is sent without the values: %v", code.FullName(), name, final)
				}
			}
		}
	}
	if checked < 50 {
		t.Errorf("%d codes were checked, want all with arguments", checked)
	}
}

// finishedIn returns an error in its final form, its event and all that is logged.
func finishedIn(t testing.TB, cat *catalog.Catalog, system *catalog.System, err error) (event status.Event, logged string, final error) {
	t.Helper()
	log := new(servertest.Log)
	ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs("accept-language", "en"))
	final = intercept(ctx, err, status.WithCatalog(cat), status.WithLogger(log.Logger()),
		status.WithFallbackDomain(func(context.Context, any) string { return system.Domain() }),
		status.WithObserver(func(_ context.Context, e status.Event) { event = e }))
	return event, log.Take(), final
}

// TestOtherArgumentsArePrinted: only the values of sensitive arguments are
// masked.
func TestOtherArgumentsArePrinted(t *testing.T) {
	t.Parallel()
	cat := shop(t)
	code := codeOf(t, cat, "shop.v1", "OLD_TOKEN")
	err := status.New(code, "token", "pa55word", "user", "ana", "pin", "1234")
	const want = "shop.v1.OLD_TOKEN: token *** of ana has expired"
	if err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if text := printed(t, err)["slog text"]; !strings.Contains(text, `error.metadata.pin=*** `) || !strings.Contains(text, "error.metadata.user=ana") {
		t.Errorf("logged %q", text)
	}
	wrapped := fmt.Errorf("shard 3: %w", grpcstatus.ErrorProto(grpcstatus.Convert(err).Proto()))
	_, logged, _ := sentBy(cat, wrapped, "")
	if !strings.Contains(logged, "shard 3: rpc error: code = Unauthenticated desc = token *** of ana has expired") {
		t.Errorf("logged %q, want the wrapper's words and the masked message", logged)
	}
	// Asterisks as a value look like the mask, and do not grow.
	stars := status.New(code, "token", "*", "user", "*", "pin", "**")
	_, logged, final := sentBy(cat, fmt.Errorf("* shard ***: %w", grpcstatus.ErrorProto(grpcstatus.Convert(stars).Proto())), "")
	if len(logged) > 500 || !strings.Contains(logged, "* shard ***: ") || len(final.Error()) > 200 {
		t.Errorf("logged %q", logged)
	}
}

// TestMissingSensitiveArgument: what was not given in metadata may still be in a message.
func TestMissingSensitiveArgument(t *testing.T) {
	t.Parallel()
	cat := shop(t)
	p := grpcstatus.Convert(status.New(codeOf(t, cat, "shop.v1", "OLD_TOKEN"))).Proto()
	p.Message = "token pa55word of ana has expired"
	e, ok := status.FromErrorIn(cat, grpcstatus.ErrorProto(p))
	if want := "shop.v1.OLD_TOKEN: token *** of {user} has expired"; !ok || e.Error() != want || e.Message() != p.GetMessage() {
		t.Errorf("got %q with the message %q, want %q", e, e.Message(), want)
	}
	_, logged, final := sentBy(cat, fmt.Errorf("shard 3: %w", grpcstatus.ErrorProto(p)), "")
	if strings.Contains(logged+final.Error(), "pa55word") || grpcstatus.Code(final) != codes.Unauthenticated {
		t.Errorf("logged %q, final is %v", logged, final)
	}
}

// FuzzSensitive receives a status with a sensitive argument, in any message and behind
// any wrapper, and cuts it to any size: not even the value's first character is printed.
func FuzzSensitive(f *testing.F) {
	const first = "☠"
	f.Add("pa55word", "ana", "shard 3", "", uint16(0))
	f.Add("", "", "", "in other words: @", uint16(300))
	f.Add(strings.Repeat("long ", 200), strings.Repeat("x", 2000), "x", "x @ x: token @ of @ has expired", uint16(700))
	f.Add("token of has expired", "*", "***", "@@", uint16(400))
	cat := shop(f)
	code := codeOf(f, cat, "shop.v1", "OLD_TOKEN")
	f.Fuzz(func(t *testing.T, tail, user, wrapper, message string, size uint16) {
		for _, s := range []*string{&tail, &user, &wrapper, &message} {
			*s = strings.ToValidUTF8(strings.ReplaceAll(*s, first, ""), "")
		}
		token := first + tail
		p := grpcstatus.Convert(status.New(code, "token", token, "user", user)).Proto()
		if message != "" {
			p.Message = strings.ReplaceAll(message, "@", token)
		}
		received := grpcstatus.ErrorProto(p)
		e, ok := status.FromErrorIn(cat, received)
		if !ok || !strings.Contains(fmt.Sprint(e.Metadata()), first) {
			t.Fatalf("got %v, want the value in the metadata", e)
		}
		for how, text := range printed(t, e) {
			if strings.Contains(text, first) {
				t.Errorf("received by %s: %q", how, text)
			}
		}
		for _, err := range []error{received, fmt.Errorf("%s: %w", wrapper, received), errors.Join(errors.New(wrapper), received, received)} {
			_, logged, final := sentBy(cat, err, "de", status.WithMaxSize(int(size)))
			if strings.Contains(logged, first) {
				t.Errorf("logged %q", logged)
			}
			for how, text := range printed(t, final) {
				if strings.Contains(text, first) {
					t.Errorf("final by %s: %q", how, text)
				}
			}
		}
	})
}
