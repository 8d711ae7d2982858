// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package status_test

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	jobv2 "github.com/statusmap/statusmap/gen/legacy/job/v2"
	"github.com/statusmap/statusmap/status"
)

// TestCutIsGraceful: a text that grows beyond the limit loses its end alone. Metadata
// and message have the same prefix of it, as long as the limit allows.
func TestCutIsGraceful(t *testing.T) {
	t.Parallel()
	for _, r := range []string{"a", "%", "é", "长", "😀"} {
		kept, bytesLeft := 0, 0
		for n := 1; n < 5000; n += 1 + n/10 {
			text := strings.Repeat(r, n)
			final := intercept(t.Context(), status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", text))
			e, ok := status.FromError(final)
			value, has := e.MetadataValue("job_id")
			if !ok || !has {
				t.Fatalf("%d × %q: got %v, want a legacy error with job_id", n, r, final)
			}
			if want := "作业 " + value + " 不存在"; e.Message() != want {
				t.Errorf("%d × %q: the message is %.60q, want the prefix that job_id has: %.60q", n, r, e.Message(), want)
			}
			prefix, cut := strings.CutSuffix(value, "…")
			if !strings.HasPrefix(text, prefix) || !utf8.ValidString(value) || cut == (value == text) {
				t.Errorf("%d × %q: job_id is %.60q, want its beginning and …", n, r, value)
			}
			size := status.SizeAsSent(e.GRPCStatus().Proto())
			if size > status.DefaultMaxSize {
				t.Errorf("%d × %q: %d bytes, want at most %d", n, r, size, status.DefaultMaxSize)
			}
			if cut {
				if len(prefix) < kept {
					t.Errorf("%d × %q: %d bytes are kept, of a shorter text %d were", n, r, len(prefix), kept)
				}
				bytesLeft = max(bytesLeft, status.DefaultMaxSize-size)
			} else {
				kept = len(value) - len("…") - len(r)
			}
		}
		// A character more takes up to 12 bytes in the message, and 6 in base64.
		if kept < 500 || bytesLeft > 32 {
			t.Errorf("%q: %d bytes are kept and %d of the limit left, want 500 and more, and hardly any", r, kept, bytesLeft)
		}
	}
}

// TestReceivedNamesAreBounded: what is received may be long in any of its parts. It
// is sent within the limit.
func TestReceivedNamesAreBounded(t *testing.T) {
	t.Parallel()
	const reason = "JOB_NOT_FOUND"
	long := strings.Repeat("x", 20_000)
	notText := strings.Repeat("\xff", 400)
	for _, tt := range []struct {
		name       string
		info       *errdetails.ErrorInfo
		wantReason string // of the fallback, if the ErrorInfo is refused
		wantKeys   int
	}{
		{name: "domain", info: &errdetails.ErrorInfo{Domain: long, Reason: reason}, wantReason: "INTERNAL_ERROR", wantKeys: 1},
		{name: "reason", info: &errdetails.ErrorInfo{Domain: "legacy.job.v2", Reason: long}, wantReason: "INTERNAL_ERROR", wantKeys: 1},
		{
			name:       "both, with a legacy_code",
			info:       &errdetails.ErrorInfo{Domain: long, Reason: long, Metadata: map[string]string{"legacy_code": "1"}},
			wantReason: "INTERNAL_ERROR", wantKeys: 1,
		},
		{
			name:       "legacy_code",
			info:       &errdetails.ErrorInfo{Domain: "legacy.job.v2", Reason: reason, Metadata: map[string]string{"legacy_code": long, "job_id": "42"}},
			wantReason: reason, wantKeys: 1,
		},
		{
			name:       "request_id",
			info:       &errdetails.ErrorInfo{Domain: "legacy.job.v2", Reason: reason, Metadata: map[string]string{"request_id": long, "job_id": "42"}},
			wantReason: reason, wantKeys: 2,
		},
		{
			name:       "a key",
			info:       &errdetails.ErrorInfo{Domain: "legacy.job.v2", Reason: reason, Metadata: map[string]string{long: "", "job_id": "42"}},
			wantReason: reason, wantKeys: 1,
		},
		{
			name:       "domain, not UTF-8",
			info:       &errdetails.ErrorInfo{Domain: notText, Reason: "X", Metadata: map[string]string{"legacy_code": notText[:128]}},
			wantReason: "X", wantKeys: 1,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			final := intercept(t.Context(), receivedInfo(tt.info), status.WithFallbackDomain(func(context.Context, any) string { return "legacy.job.v2" }))
			st := grpcstatus.Convert(final)
			if size := status.SizeAsSent(st.Proto()); size > status.DefaultMaxSize {
				t.Errorf("%d bytes, want at most %d", size, status.DefaultMaxSize)
			}
			var info errdetails.ErrorInfo
			if err := st.Proto().GetDetails()[0].UnmarshalTo(&info); err != nil {
				t.Fatal(err)
			}
			if info.GetReason() != tt.wantReason || len(info.GetMetadata()) != tt.wantKeys {
				t.Errorf("got %.200v, want %s with %d metadata", &info, tt.wantReason, tt.wantKeys)
			}
		})
	}
}

// receivedInfo is a status whose ErrorInfo may have text that is not UTF-8.
func receivedInfo(info *errdetails.ErrorInfo) error {
	st := grpcstatus.New(codes.Unknown, "x").Proto()
	var metadata []status.Pair
	for name, value := range info.GetMetadata() {
		metadata = append(metadata, status.Pair{Name: name, Value: value})
	}
	st.Details = append(st.Details, status.ErrorInfo(info.GetDomain(), info.GetReason(), metadata))
	return grpcstatus.ErrorProto(st)
}

// TestMetadataAreBounded: 128 arguments, and legacy_code and request_id beside them.
func TestMetadataAreBounded(t *testing.T) {
	t.Parallel()
	ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs("x-request-id", "r-1"))
	made := intercept(ctx, status.Error(jobv2.Code_INTERNAL_ERROR, arguments(1000, "")...))
	for name, err := range map[string]error{
		"made":      made,
		"received":  intercept(ctx, received(t, 1000)),
		"passed on": intercept(t.Context(), grpcstatus.ErrorProto(grpcstatus.Convert(made).Proto())),
	} {
		e, _ := status.FromError(err)
		if id, _ := e.MetadataValue("request_id"); len(e.Metadata()) != 128+2 || e.LegacyCode() != "1239999" || id != "r-1" {
			t.Errorf("%s: %d metadata with code %q and id %q, want 130 with 1239999 and r-1", name, len(e.Metadata()), e.LegacyCode(), id)
		}
	}
}

func TestRequestIDIsBounded(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"r-1":                    "r-1",
		strings.Repeat("x", 128): strings.Repeat("x", 128),
		strings.Repeat("x", 129): "",
		strings.Repeat("x", 1e6): "",
		"":                       "",
		"a b":                    "",
		"作业":                     "",
		"a\nlevel=ERROR":         "",
	} {
		ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs("x-request-id", id))
		var event status.Event
		e, _ := status.FromError(intercept(ctx, status.Error(jobv2.Code_INTERNAL_ERROR),
			status.WithObserver(func(_ context.Context, e status.Event) { event = e })))
		if got, _ := e.MetadataValue("request_id"); got != want || event.RequestID != want {
			t.Errorf("%.20q: sent as %.20q, the event has %.20q, want %.20q", id, got, event.RequestID, want)
		}
	}
}

// TestLanguageHeaderIsBounded: 1 KiB is read, in one header or in several.
func TestLanguageHeaderIsBounded(t *testing.T) {
	t.Parallel()
	err := status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", 42)
	e, _ := status.FromError(err)
	const chinese, english = "作业 42 不存在", "Job 42 does not exist"
	for _, tt := range []struct {
		accept []string
		want   string
	}{
		{accept: []string{strings.Repeat("fr,", 340) + "en  "}, want: english}, // 1 KiB
		{accept: []string{strings.Repeat("fr,", 340) + "en   "}, want: chinese},
		{accept: []string{"en," + strings.Repeat("a-b,", 250_000)}, want: chinese},
		{accept: []string{"fr", "en"}, want: english},
		{accept: []string{"en", strings.Repeat("fr,", 400)}, want: chinese},
	} {
		if got := e.MessageIn(strings.Join(tt.accept, ",")); got != tt.want {
			t.Errorf("%.20q: MessageIn is %q, want %q", tt.accept, got, tt.want)
		}
		ctx := metadata.NewIncomingContext(t.Context(), metadata.MD{"accept-language": tt.accept})
		got := chinese
		for _, d := range grpcstatus.Convert(intercept(ctx, err)).Details() {
			if d, ok := d.(*errdetails.LocalizedMessage); ok {
				got = d.GetMessage()
			}
		}
		if got != tt.want {
			t.Errorf("%.20q: sent as %q, want %q", tt.accept, got, tt.want)
		}
	}
}
