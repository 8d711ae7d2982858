// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/statusmap/statusmap/catalog"
	statusmapv1 "github.com/statusmap/statusmap/gen/statusmap/v1"
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

func newExplain(from *sources) *cobra.Command {
	var domain string
	format := format{human: "text"}
	cmd := &cobra.Command{
		Use:   "explain WHAT",
		Short: "Explain a legacy code, a reason, a message or a response body",
		Long: "Explain WHAT in every system that has it. WHAT is one of\n\n" +
			"  a legacy code                    1207101, 401.1\n" +
			"  a reason or a full name          JOB_NOT_FOUND, legacy.job.v2.JOB_NOT_FOUND\n" +
			"  a response body                  '{\"Code\":10205,\"Message\":\"未找到应用\"}'\n" +
			"  a message                        '作业 42 不存在', '[401.5]Unauthorized Sign Error'\n" +
			"  a grpc-status-details-bin        the base64 text of this gRPC trailer\n" +
			"  -                                read one of these from standard input",
		Example: "  statusmap explain 401.1\n  statusmap explain 10001 --domain legacy.jarvis.v2\n  curl -s … | statusmap explain -",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("explain needs exactly one argument, but there are %d: write a code, a reason or a body, and put a body in single quotes", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cat, err := from.catalog(cmd.Context(), io.Discard)
			if err != nil {
				return err
			}
			systems, err := chosen(cat, domain)
			if err != nil {
				return err
			}
			what := args[0]
			if what == "-" {
				b, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 1<<20))
				if err != nil {
					return fmt.Errorf("cannot read standard input: %w: write WHAT as an argument", err)
				}
				what = string(b)
			}
			codec, err := statushttp.New(statushttp.WithCatalog(cat), statushttp.WithLogger(slog.New(slog.DiscardHandler)))
			if err != nil {
				return err
			}
			found := explain(codec, cat, systems, strings.TrimSpace(what))
			if len(found) == 0 {
				return fmt.Errorf("cannot explain %s: it is not a legacy code, reason, message, body or grpc-status-details-bin of %s: run \"statusmap catalog\" to list the codes",
					abbreviated(what), scope(domain))
			}
			if format.json {
				return printJSON(cmd.OutOrStdout(), found)
			}
			for i, e := range found {
				if i > 0 {
					fmt.Fprintln(cmd.OutOrStdout())
				}
				if _, err := io.WriteString(cmd.OutOrStdout(), e.text(cmd.Context(), codec)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&domain, "domain", "", "search only in the system of this `DOMAIN`")
	cmd.Flags().Var(&format, "format", "output format: text or json")
	return cmd
}

func scope(domain string) string { return cmp.Or(domain, "any system") }

func abbreviated(s string) string {
	const most = 60
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}

// An explanation is one possible meaning of WHAT.
type explanation struct {
	entry
	Title string `json:"title"`
	// MatchedBy is the kind of WHAT: legacy_code, reason, body, message or details.
	MatchedBy string `json:"matched_by"`
	// Arguments are the arguments in a body, a message or details, by name.
	Arguments map[string]string `json:"arguments"`
	// Text is the message in a body or details.
	Text string `json:"text,omitempty"`
	// RequestID is the request's id in a body or details.
	RequestID string `json:"request_id,omitempty"`
	// RetryAfter is the number of seconds after which a client may repeat the call. It is
	// 0 if the client should not repeat the call.
	RetryAfter int `json:"retry_after"`
	// Fields are the request fields that are wrong.
	Fields []string `json:"fields"`
	// Violations are the violations in a body or details.
	Violations []violation `json:"violations,omitempty"`
	// Explanation, Resolution, Since, ReplacedBy and Help are for people to read.
	Explanation string `json:"explanation,omitempty"`
	Resolution  string `json:"resolution,omitempty"`
	Since       string `json:"since,omitempty"`
	ReplacedBy  string `json:"replaced_by,omitempty"`
	Deprecated  bool   `json:"deprecated,omitempty"`
	Help        string `json:"help,omitempty"`
	// Known reports whether the catalog has the code. If not, all facts are from details.
	Known bool `json:"known"`

	code   *catalog.Code
	system *catalog.System // in which the code was found
}

// A violation is one entry of the BadRequest of an error.
type violation struct {
	Field      string `json:"field"`
	Reason     string `json:"reason"`
	LegacyCode string `json:"legacy_code"`
	Message    string `json:"message"`
}

func newExplanation(system *catalog.System, code *catalog.Code, by string) explanation {
	return explanation{
		entry:       newEntry(code),
		Title:       system.Title(),
		MatchedBy:   by,
		Arguments:   map[string]string{},
		RetryAfter:  int(code.RetryAfter().Seconds()),
		Fields:      fieldNames(code),
		Explanation: code.Explanation(),
		Resolution:  code.Resolution(),
		Since:       code.Since(),
		ReplacedBy:  code.ReplacedBy(),
		Deprecated:  code.Deprecated(),
		Help:        code.Help(),
		Known:       true,
		code:        code,
		system:      system,
	}
}

func fieldNames(code *catalog.Code) []string {
	names := []string{}
	for _, field := range code.Fields() {
		names = append(names, field.String())
	}
	return names
}

func explain(codec *statushttp.Codec, cat *catalog.Catalog, systems []*catalog.System, what string) []explanation {
	var found []explanation
	for _, system := range systems {
		if code, ok := cat.LookupLegacy(system.Domain(), what); ok {
			found = append(found, newExplanation(system, code, "legacy_code"))
		}
	}
	reason := what[strings.LastIndexByte(what, '.')+1:]
	for _, system := range systems {
		if code, ok := system.Lookup(reason); ok && (reason == what || code.FullName() == what) {
			found = append(found, newExplanation(system, code, "reason"))
		}
	}
	if len(found) > 0 {
		return found
	}
	if strings.HasPrefix(what, "{") || strings.HasPrefix(what, "[") && json.Valid([]byte(what)) {
		return explainBody(codec, cat, systems, []byte(what))
	}
	if found = explainMessage(systems, what); len(found) > 0 {
		return found
	}
	return explainDetails(cat, systems, what)
}

// explainMessage finds the codes with the message what, in any language. The legacy code
// may come before the message in brackets, as in the errors of Elves.
func explainMessage(systems []*catalog.System, what string) []explanation {
	legacyCode, text := "", what
	if rest, ok := strings.CutPrefix(what, "["); ok {
		if code, message, ok := strings.Cut(rest, "]"); ok {
			legacyCode, text = code, message
		}
	}
	var found []explanation
	for _, system := range systems {
		for _, code := range system.Codes() {
			if legacyCode != "" && code.LegacyCode() != legacyCode {
				continue
			}
			args, ok := code.Message().Match(text)
			for _, m := range code.Translations() {
				if !ok {
					args, ok = m.Match(text)
				}
			}
			if ok {
				e := newExplanation(system, code, "message")
				e.Text = text
				for _, a := range args {
					e.Arguments[a.Name] = a.Value
				}
				found = append(found, e)
			}
		}
	}
	return found
}

// explainBody reads a body in the envelopes of each system. Several systems may have the
// same envelope and legacy code. Those with the same message are listed first. If no
// system has the code, those whose envelope fits are listed.
func explainBody(codec *statushttp.Codec, cat *catalog.Catalog, systems []*catalog.System, body []byte) []explanation {
	var found, unknown []explanation
	for _, system := range systems {
		_, err := codec.Decode(system.Domain(), statushttp.Response{Body: body})
		e, ok := status.FromErrorIn(cat, err)
		switch {
		case !ok:
		case e.Code() != nil:
			found = append(found, received(system, e, "body"))
		default:
			unknown = append(unknown, received(system, e, "body"))
		}
	}
	if len(found) == 0 {
		return unknown
	}
	foreign := func(e explanation) int {
		if _, ok := e.code.Message().Match(e.Text); ok || len(e.Params) > 0 {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(found, func(a, b explanation) int { return foreign(a) - foreign(b) })
	return found
}

// explainDetails reads a grpc-status-details-bin. It accepts both alphabets of base64,
// with and without padding, since gRPC implementations and logs use all of them.
func explainDetails(cat *catalog.Catalog, systems []*catalog.System, what string) []explanation {
	plain := strings.NewReplacer("-", "+", "_", "/", "=", "", "\n", "", " ", "").Replace(what)
	raw, err := base64.RawStdEncoding.DecodeString(plain)
	if err != nil {
		return nil
	}
	var p spb.Status
	if err := proto.Unmarshal(raw, &p); err != nil {
		return nil
	}
	e, ok := status.FromErrorIn(cat, grpcstatus.ErrorProto(&p))
	if !ok {
		return nil
	}
	if e.Code() == nil {
		return []explanation{received(nil, e, "details")}
	}
	for _, system := range systems {
		if code, ok := system.Lookup(e.Reason()); ok && code == e.Code() {
			return []explanation{received(system, e, "details")}
		}
	}
	return nil
}

// received explains an error that was read from a body or from details.
func received(system *catalog.System, err *status.LegacyError, by string) explanation {
	var e explanation
	if err.Code() != nil {
		e = newExplanation(system, err.Code(), by)
	} else {
		e = explanation{
			Title: system.Title(),
			entry: entry{
				Domain: err.Domain(), Reason: err.Reason(), LegacyCode: err.LegacyCode(),
				Params: []string{}, Translations: map[string]string{}, Labels: map[string]string{},
			},
			MatchedBy: by,
			Arguments: map[string]string{},
		}
	}
	e.Text = err.Message()
	for _, v := range err.Violations() {
		if v.Reason == err.Reason() {
			continue // of the code itself: see Fields
		}
		e.Violations = append(e.Violations, violation{v.Field, v.Reason, v.Code.LegacyCode(), v.Message})
	}
	for name, value := range err.Metadata() {
		switch name {
		case catalog.ErrorInfoLegacyCode:
		case catalog.ErrorInfoRequestID:
			e.RequestID = value
		default:
			e.Arguments[name] = value
		}
	}
	return e
}

// onTheWire returns the body in which REST clients of the system receive the code.
func (e *explanation) onTheWire(ctx context.Context, codec *statushttp.Codec) string {
	var args []any
	for name, value := range e.Arguments {
		args = append(args, name, value)
	}
	request := statushttp.Request{Domain: e.system.Domain(), RequestID: cmp.Or(e.RequestID, "REQUEST_ID")}
	return string(codec.Failure(ctx, &request, status.New(e.code, args...)).Body)
}

func (e *explanation) text(ctx context.Context, codec *statushttp.Codec) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %-13s %s\n", name, value)
		}
	}
	violations := func() {
		for _, v := range e.Violations {
			line("violation", strings.Join(strings.Fields(strings.Join([]string{v.Field + ":", v.LegacyCode, v.Reason, v.Message}, " ")), " "))
		}
	}
	fmt.Fprintf(&b, "%s.%s", e.Domain, e.Reason)
	if e.Title != "" {
		fmt.Fprintf(&b, "  (%s)", e.Title)
	}
	b.WriteByte('\n')
	line("legacy code", e.LegacyCode)
	if !e.Known {
		line("text", e.Text)
		line("arguments", pairs(e.Arguments))
		line("request id", e.RequestID)
		violations()
		line("", "The catalog does not have this code. Add the .proto file of its system with --proto.")
		return b.String()
	}
	line("message", e.Message)
	for _, language := range slices.Sorted(maps.Keys(e.Translations)) {
		line(language, e.Translations[language])
	}
	line("explanation", oneLine(e.Explanation))
	line("resolution", oneLine(e.Resolution))
	if e.Text != "" && e.Text != e.Message {
		line("text", e.Text)
	}
	line("arguments", pairs(e.Arguments))
	violations()
	line("request id", e.RequestID)
	line("gRPC", fmt.Sprintf("%s (%d)", e.GRPCCode, e.code.GRPCCode()))
	httpStatus := strings.TrimSpace(fmt.Sprintf("%d %s", e.HTTPStatus, http.StatusText(e.HTTPStatus)))
	if always := e.system.HTTPAlways(); always != 0 && always != e.HTTPStatus {
		httpStatus += fmt.Sprintf("; the system itself answers %d to everything", always)
	}
	line("HTTP", httpStatus)
	switch {
	case e.Success:
		line("retry", "no, the code is a success")
	case e.RetryAfter > 0:
		line("retry", fmt.Sprintf("the same call after %d s", e.RetryAfter))
	default:
		line("retry", "no")
	}
	line("fields", strings.Join(e.Fields, ", "))
	for _, p := range e.code.Params() {
		line("argument", describe(p))
	}
	line("labels", pairs(e.Labels))
	line("since", e.Since)
	switch {
	case e.ReplacedBy != "":
		line("replaced by", e.ReplacedBy)
	case e.Deprecated:
		line("deprecated", "yes")
	}
	line("help", e.Help)
	if e.Domain != e.system.Domain() {
		line("included by", e.system.Domain())
	}
	if !e.Success {
		line("on the wire", e.onTheWire(ctx, codec))
	}
	return b.String()
}

// describe returns what the option args says of an argument. It returns "" if that is
// nothing.
func describe(p catalog.Param) string {
	var facts []string
	if p.Type != statusmapv1.CodeOptions_Arg_STRING {
		facts = append(facts, p.Type.String())
	}
	if p.Sensitive {
		facts = append(facts, "sensitive")
	}
	if p.Description != "" {
		facts = append(facts, p.Description)
	}
	if facts == nil {
		return ""
	}
	return p.Name + ": " + strings.Join(facts, ", ")
}

// oneLine joins the lines of Markdown.
func oneLine(markdown string) string { return strings.Join(strings.Fields(markdown), " ") }

func pairs(m map[string]string) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list = append(list, name+"="+m[name])
	}
	return strings.Join(list, " ")
}
