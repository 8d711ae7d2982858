package main

import (
	"cmp"
	"context"
	"encoding/base64"
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
	"github.com/statusmap/statusmap/status"
	"github.com/statusmap/statusmap/statushttp"
)

func newExplain(from *sources) *cobra.Command {
	var domain string
	format := format{human: "text"}
	cmd := &cobra.Command{
		Use:   "explain WHAT",
		Short: "Say what a legacy code, a reason or a body means",
		Long: "Say what WHAT means, in every system that has it. WHAT is one of\n\n" +
			"  a legacy code                    1207101, 401.1\n" +
			"  a reason or a full name          JOB_NOT_FOUND, legacy.job.v2.JOB_NOT_FOUND\n" +
			"  a legacy JSON body               '{\"Code\":10205,\"Message\":\"未找到应用\"}'\n" +
			"  a legacy message                 '作业 42 不存在', '[401.5]Unauthorized Sign Error'\n" +
			"  a grpc-status-details-bin        the base64 that a gRPC trailer has\n" +
			"  -                                one of these on standard input",
		Example: "  statusmap explain 401.1\n  statusmap explain 10001 --domain legacy.jarvis.v2\n  curl -s … | statusmap explain -",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("explain takes one argument, a code, a reason or a body; got %d: quote a body with '…'", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			cat, err := from.catalog(cmd.Context())
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
					return fmt.Errorf("cannot read standard input: %w", err)
				}
				what = string(b)
			}
			codec, err := statushttp.New(statushttp.WithCatalog(cat), statushttp.WithLogger(slog.New(slog.DiscardHandler)))
			if err != nil {
				return err
			}
			found := explain(codec, cat, systems, strings.TrimSpace(what))
			if len(found) == 0 {
				return fmt.Errorf("nothing is known of %s: it is not a legacy code, reason, body or grpc-status-details-bin of %s; see statusmap catalog",
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
	cmd.Flags().StringVar(&domain, "domain", "", "only in the system of this `DOMAIN`")
	cmd.Flags().Var(&format, "format", "text or json")
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

// An explanation is one thing that WHAT may mean.
type explanation struct {
	entry
	Title string `json:"title"`
	// MatchedBy is legacy_code, reason, body, message or details.
	MatchedBy string `json:"matched_by"`
	// Arguments are what a body or details have for the message's parameters.
	Arguments map[string]string `json:"arguments"`
	// Text is the message that a body or details have.
	Text string `json:"text,omitempty"`
	// RequestID is what a body or details have.
	RequestID string `json:"request_id,omitempty"`
	// RetryAfter is in seconds; 0: do not retry as is.
	RetryAfter int `json:"retry_after"`
	// Field is the request field at fault.
	Field string `json:"field"`
	// Known is false where only the details themselves speak of the code.
	Known bool `json:"known"`

	code *catalog.Code
}

func newExplanation(code *catalog.Code, by string) explanation {
	return explanation{
		entry:      newEntry(code),
		Title:      code.System().Title(),
		MatchedBy:  by,
		Arguments:  map[string]string{},
		RetryAfter: int(code.RetryAfter().Seconds()),
		Field:      code.Field(),
		Known:      true,
		code:       code,
	}
}

func explain(codec *statushttp.Codec, cat *catalog.Catalog, systems []*catalog.System, what string) []explanation {
	var found []explanation
	for _, system := range systems {
		if code, ok := cat.LookupLegacy(system.Domain(), what); ok {
			found = append(found, newExplanation(code, "legacy_code"))
		}
	}
	for _, system := range systems {
		reason := strings.TrimPrefix(what, system.Domain()+".")
		if code, ok := cat.Lookup(system.Domain(), reason); ok {
			found = append(found, newExplanation(code, "reason"))
		}
	}
	if len(found) > 0 {
		return found
	}
	if strings.HasPrefix(what, "{") {
		return explainBody(codec, cat, systems, []byte(what))
	}
	if found = explainMessage(systems, what); len(found) > 0 {
		return found
	}
	return explainDetails(cat, systems, what)
}

// explainMessage finds the codes whose message, in any language, what is. Elves
// writes the code before it, in brackets.
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
				e := newExplanation(code, "message")
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

// explainBody reads a body as each system. Systems that share an envelope and numbers
// are all listed; those whose own message it is come first.
func explainBody(codec *statushttp.Codec, cat *catalog.Catalog, systems []*catalog.System, body []byte) []explanation {
	var found []explanation
	for _, system := range systems {
		_, err := codec.Decode(system.Domain(), statushttp.Response{Body: body})
		if e, ok := status.FromErrorIn(cat, err); ok && e.Code() != nil {
			found = append(found, received(e, "body"))
		}
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

// explainDetails reads a grpc-status-details-bin, in any of base64's alphabets, padded
// or not: gRPC stacks differ, and logs more so.
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
	if !ok || e.Code() != nil && !slices.Contains(systems, e.Code().System()) {
		return nil
	}
	return []explanation{received(e, "details")}
}

// received explains an error that was read from a body or from details.
func received(err *status.LegacyError, by string) explanation {
	var e explanation
	if err.Code() != nil {
		e = newExplanation(err.Code(), by)
	} else {
		e = explanation{
			entry: entry{
				Domain: err.Domain(), Reason: err.Reason(), LegacyCode: err.LegacyCode(),
				Params: []string{}, Translations: map[string]string{}, Labels: map[string]string{},
			},
			MatchedBy: by,
			Arguments: map[string]string{},
		}
	}
	e.Text = err.Message()
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

// onTheWire returns the body by which the system's REST clients see the code.
func (e *explanation) onTheWire(ctx context.Context, codec *statushttp.Codec) string {
	var args []any
	for name, value := range e.Arguments {
		args = append(args, name, value)
	}
	request := statushttp.Request{Domain: e.Domain, RequestID: cmp.Or(e.RequestID, "REQUEST_ID")}
	return string(codec.Failure(ctx, &request, status.New(e.code, args...)).Body)
}

func (e *explanation) text(ctx context.Context, codec *statushttp.Codec) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %-13s %s\n", name, value)
		}
	}
	fmt.Fprintf(&b, "%s.%s", e.Domain, e.Reason)
	if e.Title != "" {
		fmt.Fprintf(&b, "  (%s)", e.Title)
	}
	b.WriteByte('\n')
	line("legacy code", e.LegacyCode)
	if !e.Known {
		line("says", e.Text)
		line("arguments", pairs(e.Arguments))
		line("request id", e.RequestID)
		line("", "This program does not know the code: it is newer, or another system's.")
		return b.String()
	}
	line("message", e.Message)
	for _, language := range slices.Sorted(maps.Keys(e.Translations)) {
		line(language, e.Translations[language])
	}
	if e.Text != "" && e.Text != e.Message {
		line("says", e.Text)
	}
	line("arguments", pairs(e.Arguments))
	line("request id", e.RequestID)
	line("gRPC", fmt.Sprintf("%s (%d)", e.GRPCCode, e.code.GRPCCode()))
	httpStatus := strings.TrimSpace(fmt.Sprintf("%d %s", e.HTTPStatus, http.StatusText(e.HTTPStatus)))
	if always := e.code.System().HTTPAlways(); always != 0 && always != e.HTTPStatus {
		httpStatus += fmt.Sprintf("; the system itself answers %d to everything", always)
	}
	line("HTTP", httpStatus)
	switch {
	case e.Success:
		line("retry", "no, it is a success")
	case e.RetryAfter > 0:
		line("retry", fmt.Sprintf("the same call after %d s", e.RetryAfter))
	default:
		line("retry", "no")
	}
	line("field", e.Field)
	line("labels", pairs(e.Labels))
	if !e.Success {
		line("on the wire", e.onTheWire(ctx, codec))
	}
	return b.String()
}

func pairs(m map[string]string) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list = append(list, name+"="+m[name])
	}
	return strings.Join(list, " ")
}
