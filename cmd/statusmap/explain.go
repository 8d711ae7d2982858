package main

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/wire"
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
			found := explain(cat, systems, strings.TrimSpace(what))
			if len(found) == 0 {
				return fmt.Errorf("nothing known of %s: it is no legacy code, reason, body or grpc-status-details-bin of %s",
					abbreviated(what), scope(domain))
			}
			if format.json {
				return printJSON(cmd.OutOrStdout(), found)
			}
			for i, e := range found {
				if i > 0 {
					fmt.Fprintln(cmd.OutOrStdout())
				}
				if _, err := io.WriteString(cmd.OutOrStdout(), e.text()); err != nil {
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

func explain(cat *catalog.Catalog, systems []*catalog.System, what string) []explanation {
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
		return explainBody(cat, systems, []byte(what))
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

// explainBody reads a body as each system. Systems that share an envelope, and
// number alike, all have their say; those whose own message it is come first.
func explainBody(cat *catalog.Catalog, systems []*catalog.System, body []byte) []explanation {
	var found []explanation
	for _, system := range systems {
		v, ok := system.FailureEnvelope().Parse(body)
		if !ok {
			continue
		}
		code, ok := cat.LookupLegacy(system.Domain(), v.LegacyCode)
		if !ok {
			continue
		}
		e := newExplanation(code, "body")
		e.Text, e.RequestID = v.Message, v.RequestID
		args, _ := code.Message().Match(v.Message)
		for _, a := range args {
			e.Arguments[a.Name] = a.Value
		}
		found = append(found, e)
	}
	says := func(e explanation) int {
		if _, ok := e.code.Message().Match(e.Text); ok || e.code.Message().HasParams() {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(found, func(a, b explanation) int { return says(a) - says(b) })
	return found
}

// explainDetails reads a grpc-status-details-bin, in any of base64's alphabets,
// padded or not: gRPC stacks differ, and logs more so.
func explainDetails(cat *catalog.Catalog, systems []*catalog.System, what string) []explanation {
	plain := strings.NewReplacer("-", "+", "_", "/", "=", "", "\n", "", " ", "").Replace(what)
	raw, err := base64.RawStdEncoding.DecodeString(plain)
	if err != nil {
		return nil
	}
	var info wire.Info
	_, message, ok := info.ReadStatus(cat, string(raw))
	if !ok || !info.Found {
		return nil
	}
	var e explanation
	if code, ok := cat.Lookup(info.Domain, info.Reason); ok {
		if !slices.Contains(systems, code.System()) {
			return nil
		}
		e = newExplanation(code, "details")
	} else {
		e = explanation{
			entry: entry{
				Domain: info.Domain, Reason: info.Reason, LegacyCode: info.LegacyCode(),
				Params: []string{}, Translations: map[string]string{}, Labels: map[string]string{},
			},
			MatchedBy: "details",
			Arguments: map[string]string{},
		}
	}
	e.Text = message
	for _, a := range info.Metadata {
		switch a.Name {
		case catalog.ErrorInfoLegacyCode:
		case catalog.ErrorInfoRequestID:
			e.RequestID = a.Value
		default:
			e.Arguments[a.Name] = a.Value
		}
	}
	return []explanation{e}
}

func (e *explanation) text() string {
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
		line("retry", "it is a success")
	case e.RetryAfter > 0:
		line("retry", fmt.Sprintf("the same call after %d s", e.RetryAfter))
	default:
		line("retry", "not as it is")
	}
	line("field", e.Field)
	line("labels", pairs(e.Labels))
	if !e.Success {
		line("on the wire", string(e.code.System().FailureEnvelope().Append(nil, &catalog.Values{
			LegacyCode: e.LegacyCode, Message: cmp.Or(e.Text, e.Message),
			Reason: e.Reason, Domain: e.Domain, RequestID: e.RequestID,
		})))
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
