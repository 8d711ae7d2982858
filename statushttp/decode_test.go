// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/template"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

// envelope renders an error as a system's backend would.
func envelope(system *catalog.System, code *catalog.Code, args []catalog.Arg) []byte {
	return system.Envelope().Failure.Append(nil, &template.Values{
		LegacyCode: code.LegacyCode(), Message: code.Message().Text(args...),
		Reason: code.Reason(), Domain: code.Domain(), RequestID: "r-1", Metadata: args,
	})
}

func httpOf(system *catalog.System, code *catalog.Code) int {
	if always := system.HTTPAlways(); always != 0 {
		return always
	}
	return code.HTTPStatus()
}

func randomText(r *rand.Rand) string {
	alphabet := []rune("abz019 .:【】{}\"\\<&\n\u2028作业不存在IP，é😀")
	text := make([]rune, r.IntN(12))
	for i := range text {
		text[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(text)
}

// TestRoundTrip: status → envelope → Decode → the same domain, reason and
// arguments, for every code and random arguments, wherever the message is
// unambiguous.
func TestRoundTrip(t *testing.T) {
	codec := newCodec(t)
	cat, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	unambiguous, withArgs := 0, 0
	for _, system := range cat.Systems() {
		for _, code := range system.Codes() {
			if code.IsSuccess() {
				continue
			}
			for range 50 {
				var args []catalog.Arg
				for _, name := range code.Message().Params() {
					args = append(args, catalog.Arg{Name: name, Value: randomText(r)})
				}
				text := code.Message().Text(args...)
				st := decode(t, codec, system.Domain(), httpOf(system, code), envelope(system, code, args))
				if st.Code() != code.GRPCCode() || st.Message() != text {
					t.Fatalf("%s: %v %q, want %v %q", code.FullName(), st.Code(), st.Message(), code.GRPCCode(), text)
				}
				e, ok := status.FromError(st.Err())
				if !ok || e.Code() != code || e.RetryAfter() != code.RetryAfter() {
					t.Fatalf("%s: %v", code.FullName(), st)
				}
				checkSameDetails(t, st, code, e)
				withArgs += min(1, len(args))
				matched, ok := code.Message().Match(text)
				if !ok {
					continue // more than one reading
				}
				unambiguous += min(1, len(args))
				for _, a := range matched {
					if got, _ := e.MetadataValue(a.Name); got != a.Value {
						t.Fatalf("%s: %s is %q, want %q", code.FullName(), a.Name, got, a.Value)
					}
				}
				for _, a := range args {
					if got, ok := e.MetadataValue(a.Name); got != a.Value && a.Value != "{"+a.Name+"}" || !ok {
						t.Fatalf("%s: %s is %q, want %q", code.FullName(), a.Name, got, a.Value)
					}
				}
			}
		}
	}
	if unambiguous*10 < withArgs*9 {
		t.Errorf("only %d of %d messages with arguments are unambiguous", unambiguous, withArgs)
	}
}

// checkSameDetails compares a decoded status with the one that status.New makes of
// the same code, arguments and request id, byte for byte: there is one builder.
func checkSameDetails(t *testing.T, got *grpcstatus.Status, code *catalog.Code, e *status.LegacyError) {
	t.Helper()
	var args []any
	for name, value := range e.Metadata() {
		if name != catalog.ErrorInfoLegacyCode {
			args = append(args, name, value)
		}
	}
	want := grpcstatus.Convert(status.New(code, args...))
	if len(got.Proto().GetDetails()) != len(want.Proto().GetDetails()) {
		t.Fatalf("%s: %d details, want %d", code.FullName(), len(got.Proto().GetDetails()), len(want.Proto().GetDetails()))
	}
	for i, detail := range want.Proto().GetDetails() {
		if decoded := got.Proto().GetDetails()[i]; decoded.GetTypeUrl() != detail.GetTypeUrl() ||
			got.Message() == want.Message() && !bytes.Equal(decoded.GetValue(), detail.GetValue()) {
			t.Fatalf("%s: detail %d is %v, want %v", code.FullName(), i, decoded, detail)
		}
	}
}

// TestTranslationsRoundTrip: a backend that answers in the caller's language.
func TestTranslationsRoundTrip(t *testing.T) {
	codec := newCodec(t)
	cat, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, system := range cat.Systems() {
		for _, code := range system.Codes() {
			if code.IsSuccess() {
				continue
			}
			var args []catalog.Arg
			for i, name := range code.Message().Params() {
				args = append(args, catalog.Arg{Name: name, Value: fmt.Sprintf("<%d>", i)})
			}
			for language, m := range code.Translations() {
				body := system.Envelope().Failure.Append(nil, &template.Values{LegacyCode: code.LegacyCode(), Message: m.Text(args...)})
				e, ok := status.FromError(decode(t, codec, system.Domain(), httpOf(system, code), body).Err())
				if !ok || e.Code() != code {
					t.Fatalf("%s in %s: %s", code.FullName(), language, body)
				}
				for _, a := range args {
					if got, _ := e.MetadataValue(a.Name); got != a.Value {
						t.Errorf("%s in %s: %s is %q, want %q", code.FullName(), language, a.Name, got, a.Value)
					}
				}
			}
		}
	}
}

func TestDecode(t *testing.T) {
	var log bytes.Buffer
	codec := newCodec(t, statushttp.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	const job, apiswitch, elves, jarvis = "legacy.job.v2", "legacy.apiswitch.v1", "legacy.elves.v2", "legacy.jarvis.v2"
	html := "<html><body>502 Bad Gateway, upstream 10.1.2.3 " + strings.Repeat("x", 10000)
	for _, tt := range []struct {
		name, domain string
		http         int
		body         string
		code         codes.Code
		reason       string // "": no ErrorInfo
		legacyCode   string
		message      string
		logged       string
	}{
		{"key order, spacing, more keys", job, 200, ` {"permission":null, "message":"作业 42 不存在" , "code":1233106,"result" : false} `, codes.NotFound, "JOB_NOT_FOUND", "1233106", "作业 42 不存在", ""},
		{"a number as string", job, 200, `{"result":"false","code":"1233106","message":"作业 42 不存在"}`, codes.NotFound, "JOB_NOT_FOUND", "1233106", "作业 42 不存在", ""},
		{"a code as number, although it is text", elves, 200, `{"flag":false,"error":"[401.1]Unauthorized Missing Sign Param"}`, codes.Unauthenticated, "MISSING_SIGN_PARAM", "401.1", "Unauthorized Missing Sign Param", ""},
		{"Elves' detail behind the text", elves, 200, `{"flag":"false","error":"[500]Internal ServerError: java.lang.NullPointerException"}`, codes.Internal, "INTERNAL_SERVER_ERROR", "500", "Internal ServerError: java.lang.NullPointerException", ""},
		{"the text of the public Elves, which differs", elves, 200, `{"flag":"false","error":"[412.1]Queue Not Found!"}`, codes.NotFound, "QUEUE_NOT_FOUND", "412.1", "Queue Not Found!", ""},
		{"a code that is in no document of Elves", elves, 200, `{"flag":"false","error":"[410.0]Send Job To Agent Fail"}`, codes.Unavailable, "SEND_JOB_TO_AGENT_FAILED", "410.0", "Send Job To Agent Fail", ""},
		{"the same in version 1", "legacy.elves.v1", 200, `{"flag":"false","error":"[410.0]Send Job To Agent Fail"}`, codes.Unavailable, "SEND_JOB_TO_AGENT_FAILED", "410.0", "Send Job To Agent Fail", ""},
		{"a code that only version 2 has", "legacy.elves.v1", 200, `{"flag":"false","error":"[401.8]Unauthorized Timestamp Is Illegal"}`, codes.Unauthenticated, "UNAUTHORIZED", "401.8", "Unauthorized Timestamp Is Illegal", ""},
		{"403.7 in version 1", "legacy.elves.v1", 200, `{"flag":"false","error":"[403.7]Request Params (func) Illegal"}`, codes.InvalidArgument, "PARAM_ILLEGAL", "403.7", "Request Params (func) Illegal", ""},
		{"412.4 in version 1", "legacy.elves.v1", 200, `{"flag":"false","error":"[412.4]Depend Task Not Found"}`, codes.Internal, "QUEUE_ERROR", "412.4", "Depend Task Not Found", ""},
		{"413.2 in version 1", "legacy.elves.v1", 200, `{"flag":"false","error":"[413.2]App Not Found"}`, codes.Internal, "SUPERVISOR_ERROR", "413.2", "App Not Found", ""},
		{"a success of Elves without a result", elves, 200, `{"flag":"true","error":""}`, codes.OK, "", "", "", ""},
		{"a text of Jarvis with more than the document has", jarvis, 403, `{"return_code":10010,"message":"skey apply user is not service user, user_id: 7"}`, codes.PermissionDenied, "USER_NOT_SERVICE_USER", "10010", "skey apply user is not service user, user_id: 7", ""},
		{"an error of Jarvis in the numbers of successes", jarvis, 404, `{"return_code":20103,"message":"app token not found"}`, codes.NotFound, statushttp.UnknownReason, "20103", "app token not found", ""},
		{"another one", jarvis, 400, `{"return_code":30002,"message":"sign error"}`, codes.InvalidArgument, statushttp.UnknownReason, "30002", "sign error", ""},
		{"a failure though HTTP says 200", apiswitch, 200, `{"Code":10205,"Message":"未找到应用"}`, codes.OK, "", "", "", ""},
		{"the same with 404", apiswitch, 404, `{"Code":10205,"Message":"未找到应用"}`, codes.NotFound, "APP_NOT_FOUND", "10205", "未找到应用", ""},
		{"an unknown code", job, 200, `{"result":false,"code":1239998,"message":"新的错误"}`, codes.Unknown, statushttp.UnknownReason, "1239998", "新的错误", ""},
		{"an unknown code with an HTTP status", apiswitch, 409, `{"Code":19999,"Message":"新的错误"}`, codes.Aborted, statushttp.UnknownReason, "19999", "新的错误", ""},
		{"success", job, 200, `{"result":true,"code":0,"data":{"a":1},"message":""}`, codes.OK, "", "", "", ""},
		{"success of a bare resource", jarvis, 201, `{"id":1}`, codes.OK, "", "", "", ""},
		{"the last status of success", jarvis, 299, `{"id":1}`, codes.OK, "", "", "", ""},
		{"a redirect", jarvis, 300, `{"id":1}`, codes.Unknown, "", "", "legacy.jarvis.v2 answered HTTP 300 with a body that is not in its envelope", "id"},
		{"no content", jarvis, 204, ``, codes.OK, "", "", "", ""},
		{"a code of success with an HTTP error", jarvis, 400, `{"return_code":10001,"message":"x"}`, codes.OK, "", "", "", ""},
		{"HTML of a proxy", job, 502, html, codes.Unavailable, "", "", "legacy.job.v2 answered HTTP 502 with a body that is not in its envelope", "10.1.2.3"},
		{"HTML with 200", job, 200, html, codes.Internal, "", "", "legacy.job.v2 answered HTTP 200 with a body that is not in its envelope", "10.1.2.3"},
		{"cut off", job, 200, `{"result":false,"code":1233106,"mess`, codes.Internal, "", "", "legacy.job.v2 answered HTTP 200 with a body that is not in its envelope", "1233106"},
		{"no code", apiswitch, 503, `{"Message":"x"}`, codes.Unavailable, "", "", "legacy.apiswitch.v1 answered HTTP 503 with a body that is not in its envelope", "Message"},
		{"a code that is none", apiswitch, 500, `{"Code":{"a":1},"Message":"x"}`, codes.Internal, "", "", "legacy.apiswitch.v1 answered HTTP 500 with a body that is not in its envelope", "Code"},
		{"a code of 1000 characters", apiswitch, 500, `{"Code":"` + strings.Repeat("1", 1000) + `"}`, codes.Internal, "", "", "legacy.apiswitch.v1 answered HTTP 500 with a body that is not in its envelope", "1111"},
		{"a success with an error status: its code decides", job, 500, `{"result":true,"code":0,"data":null,"message":""}`, codes.OK, "", "", "", ""},
		{"the success that JOB documents", job, 200, `{"result":true,"code":0,"message":"success","data":{"job_instance_id":1}}`, codes.OK, "", "", "", ""},
		{"a success whose resource would be lost", elves, 200, `{"flag":"true","id":7}`, codes.Internal, "", "", "legacy.elves.v2 answered HTTP 200 with a body that is not in its envelope", "id"},
		{"empty", job, 500, ``, codes.Internal, "", "", "legacy.job.v2 answered HTTP 500 with a body that is not in its envelope", ""},
		{"an unknown domain", "legacy.none", 200, `{}`, codes.Internal, "", "", "the response is of an unknown system", "legacy.none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			log.Reset()
			st := decode(t, codec, tt.domain, tt.http, []byte(tt.body))
			if st.Code() != tt.code || st.Message() != tt.message {
				t.Errorf("%v %q, want %v %q", st.Code(), st.Message(), tt.code, tt.message)
			}
			var info errdetails.ErrorInfo
			if len(st.Details()) > 0 {
				proto.Merge(&info, st.Details()[0].(proto.Message))
			}
			if info.GetReason() != tt.reason || info.GetMetadata()["legacy_code"] != tt.legacyCode {
				t.Errorf("%v, want %s %s", &info, tt.reason, tt.legacyCode)
			}
			if !strings.Contains(log.String(), tt.logged) || tt.logged == "" && tt.body != "" && log.Len() > 0 {
				t.Errorf("logged %q, want %q", log.String(), tt.logged)
			}
			if log.Len() > 1000 {
				t.Errorf("%d bytes in the log", log.Len())
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("legacy.job.v2", 200, `{"result":false,"code":1233106,"data":null,"message":"作业 42 不存在","request_id":"r"}`)
	f.Add("legacy.elves.v1", 200, `{"flag":"false","error":"[403.3]Request Params (app||func) Illegal","result":[]}`)
	f.Add("legacy.jarvis.v2", 400, `{"return_code":"20210","message":"param length error"}`)
	f.Add("legacy.apiswitch.v1", 599, `{"Code":-1,"Message":null}`)
	f.Add("legacy.job.v1", 200, `{"result":false,"code":1e3,"message":"\ud800"}`)
	f.Add("legacy.job.v1", 200, `<html>`)
	f.Add("", -1, ``)
	codec := newCodec(f)
	cat, err := catalog.Default()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, domain string, httpStatus int, body string) {
		st := decode(t, codec, domain, httpStatus, []byte(body))
		if st.Code() > codes.Unauthenticated {
			t.Fatalf("gRPC code %d", st.Code())
		}
		if st.Code() == codes.OK {
			return
		}
		// It can be sent, and what is sent can be read.
		raw, err := proto.Marshal(st.Proto())
		if err != nil {
			t.Fatalf("cannot be sent: %v", err)
		}
		if len(st.Details()) == 0 {
			if strings.Contains(st.Message(), body) && len(body) > 20 {
				t.Fatalf("the body is in the message: %s", raw)
			}
			return
		}
		e, ok := status.FromError(st.Err())
		if !ok || e.Domain() != domain || e.LegacyCode() == "" {
			t.Fatalf("%v", st)
		}
		// Rendered again it is JSON, and reads as the same code and message.
		system, _ := cat.System(domain)
		again := system.Envelope().Failure.Append(nil, &template.Values{LegacyCode: e.LegacyCode(), Message: e.Message()})
		if !json.Valid(again) {
			t.Fatalf("no JSON: %s", again)
		}
		second, ok := status.FromError(decode(t, codec, domain, httpStatus, again).Err())
		if !ok || second.LegacyCode() != e.LegacyCode() || second.Message() != e.Message() || second.Reason() != e.Reason() {
			t.Fatalf("%s is read as %v, was %v", again, second, e)
		}
	})
}

// TestVersionsRoundTrip: an error of one version, answered as the other, read
// back and answered as the first again, is the same error with the same
// arguments; in both families, for every code that both versions have.
func TestVersionsRoundTrip(t *testing.T) {
	codec := newCodec(t)
	cat, err := catalog.Default()
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for _, family := range []string{"legacy.job.", "legacy.elves."} {
		one, _ := cat.System(family + "v1")
		two, _ := cat.System(family + "v2")
		both := 0
		for _, direction := range [][2]*catalog.System{{one, two}, {two, one}} {
			from, to := direction[0], direction[1]
			for _, code := range from.Codes() {
				other, ok := cat.CodeIn(to, code)
				if !ok {
					continue
				}
				both++
				if back, ok := cat.CodeIn(from, other); !ok || back != code {
					t.Fatalf("%s → %s → %s", code.FullName(), other.FullName(), back.FullName())
				}
				for range 20 {
					var args []catalog.Arg
					for _, name := range code.Message().Params() {
						args = append(args, catalog.Arg{Name: name, Value: randomText(r)})
					}
					text := other.Message().Text(args...)
					if _, unambiguous := other.Message().Match(text); !unambiguous {
						continue
					}
					e, ok := status.FromError(decode(t, codec, to.Domain(), httpOf(to, other), envelope(to, other, args)).Err())
					if !ok || e.Code() != other {
						t.Fatalf("%s read as %v", text, e)
					}
					// Back in the first version: what the other one could carry is there.
					var carried []catalog.Arg
					for _, name := range code.Message().Params() {
						if value, ok := e.MetadataValue(name); ok {
							carried = append(carried, catalog.Arg{Name: name, Value: value})
						}
					}
					for _, a := range args {
						if !slices.Contains(other.Message().Params(), a.Name) || a.Value == "{"+a.Name+"}" {
							continue
						}
						if !slices.Contains(carried, a) {
							t.Fatalf("%s → %s lost %v: %v", code.FullName(), other.FullName(), a, carried)
						}
					}
				}
			}
		}
		if want := map[string]int{"legacy.job.": 2 * (122 + 17), "legacy.elves.": 2 * 28}[family]; both != want {
			t.Errorf("%s: %d codes are in both versions, want %d", family, both, want)
		}
	}
}
