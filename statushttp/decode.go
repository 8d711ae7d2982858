// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"mime"
	"slices"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/template"
	"github.com/statusmap/statusmap/internal/wire"
)

// UnknownReason is the ErrorInfo reason of a legacy code that the catalog lacks. No
// enum has it; legacy_code says which code it was.
const UnknownReason = "UNKNOWN_CODE"

// Decode reads the response of a legacy system, the way back. A success gives the JSON
// at the envelope's {data}; nil if the body is empty. A failure gives an error with the
// gRPC status that the system's own errors have; its metadata hold the arguments as far
// as the answer tells them. [Client] does a whole call.
//
// If the system has several envelopes, the Content-Type decides which one the body is in;
// if it is that of none, they are tried in order.
//
// The code of a failure is read from {code}, or else from {reason}. One that the catalog
// lacks keeps its legacy code and text under [UnknownReason], with a gRPC code by
// {grpc_name}, or else by the HTTP status. So does a failure in an envelope that has
// neither, without a legacy code. A body that is not the system's (a proxy's HTML,
// truncated JSON), or that is not JSON, gives a status without ErrorInfo, with a code by
// the HTTP status; the start of the body goes to the log. It is never a success.
func (c *Codec) Decode(domain string, response Response) (data []byte, err error) {
	return c.decode(context.Background(), domain, response)
}

func (c *Codec) decode(ctx context.Context, domain string, response Response) (data []byte, err error) {
	system, err := c.system(domain)
	if system == nil {
		if err == nil {
			err = errors.New("no domain is given")
		}
		c.logger.LogAttrs(ctx, slog.LevelError, "cannot decode a response", slog.Any("error", err))
		return nil, grpcstatus.Error(codes.Internal, "the response is of an unknown system")
	}
	ok := response.HTTPStatus >= 200 && response.HTTPStatus <= 299
	if ok && len(response.Body) == 0 {
		return nil, nil
	}
	switch v, kind := readBody(system, &response, ok); kind {
	case template.Success:
		return v.Data, nil
	case template.Failure:
		return nil, c.decodeFailure(system, response.HTTPStatus, &v)
	}
	code := GRPCCode(response.HTTPStatus)
	if code == codes.OK {
		code = codes.Internal
	}
	c.logger.LogAttrs(ctx, slog.LevelWarn, "a response is not in the envelope of its system",
		slog.String("domain", domain), slog.Int("http_status", response.HTTPStatus), slog.String("body", start(response.Body)))
	return nil, grpcstatus.Errorf(code, "%s answered HTTP %d with a body that is not in its envelope", domain, response.HTTPStatus)
}

// readBody reads a body in the envelope that it is in. ok reports whether the HTTP status
// is a success.
func readBody(system *catalog.System, response *Response, ok bool) (template.Values, template.Kind) {
	sets := system.Envelopes()
	mediaType, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err == nil {
		if i := slices.IndexFunc(sets, func(s *template.Set) bool { return s.MediaType == mediaType }); i >= 0 {
			return readIn(system, sets[i], response, ok)
		}
	}
	if len(sets) == 1 {
		return readIn(system, sets[0], response, ok)
	}
	// Nothing says which one it is. One without a success template takes any JSON for
	// data, so it may do so only if no other one has a success that is a failure in HTTP,
	// or the other way round.
	httpTells := !slices.ContainsFunc(sets, func(s *template.Set) bool { return s.HTTPAlways != 0 })
	for _, set := range sets {
		v, kind := readIn(system, set, response, ok)
		if kind == template.Failure || kind == template.Success && (httpTells || set.HasSuccess) {
			return v, kind
		}
	}
	return template.Values{}, template.Unreadable
}

// readIn reads a body in one envelope. XML and text are not read.
func readIn(system *catalog.System, set *template.Set, response *Response, ok bool) (template.Values, template.Kind) {
	if set.Reply == nil {
		return template.Values{}, template.Unreadable
	}
	v, kind := set.Reply.Read(response.Body, ok, set.HTTPAlways == 0, system.IsSuccessCode)
	if kind == template.Failure {
		hasCode := set.Failure.Has("code")
		if len(v.LegacyCode) > maxLegacyCode || len(v.Reason) > maxReason ||
			v.LegacyCode == "" && (hasCode || v.Reason == "" && v.Message == "") {
			return template.Values{}, template.Unreadable
		}
	}
	return v, kind
}

// Lengths that are more than any code has; a longer text is another one.
const (
	maxLegacyCode = 64
	maxReason     = 63
)

// decodeFailure returns the error of a failure; nil if it has a success code.
func (c *Codec) decodeFailure(system *catalog.System, httpStatus int, v *template.Values) error {
	s := details.Status{
		Code: unknownCode(httpStatus, v), Message: v.Message,
		Domain: system.Domain(), Reason: UnknownReason, LegacyCode: v.LegacyCode, RequestID: v.RequestID,
	}
	code, ok := system.ReadLegacy(v.LegacyCode, v.Message)
	if v.LegacyCode == "" {
		code, ok = system.Lookup(v.Reason)
	}
	if ok {
		if code.IsSuccess() {
			return nil
		}
		s.Code, s.Domain, s.Reason, s.RetryAfter = code.GRPCCode(), code.Domain(), code.Reason(), code.RetryAfter()
		s.Metadata = arguments(code, v)
		s.LegacyCode = cmp.Or(v.LegacyCode, code.LegacyCode())
		if v.Message == "" {
			s.Message = code.Message().Text(s.Metadata...)
		}
		s.Help = system.Help(s.Domain, s.Reason, s.LegacyCode)
	}
	s.Violations = decodeViolations(system, code, &s, v.Violations)
	b := details.NewBuffer()
	defer b.Release()
	return grpcstatus.FromProto(b.Build(&s)).Err()
}

// unknownCode returns the gRPC code of a failure whose code the catalog lacks.
func unknownCode(httpStatus int, v *template.Values) codes.Code {
	if v.GRPCCode != codes.OK && v.GRPCCode <= codes.Unauthenticated {
		return v.GRPCCode
	}
	code := GRPCCode(httpStatus)
	if code == codes.OK { // http_always: the body may know better
		code = GRPCCode(v.HTTPStatus)
	}
	if code == codes.OK {
		return codes.Unknown
	}
	return code
}

// decodeViolations returns the violations of an answer, those of the code's own fields
// first. A violation has a reason if the system has its code.
func decodeViolations(system *catalog.System, code *catalog.Code, s *details.Status, received []template.Violation) []wire.Violation {
	var list []wire.Violation
	for _, field := range knownFields(code, s.Metadata) {
		list = append(list, wire.Violation{Field: field, Description: s.Message, Reason: s.Reason})
	}
	own := list
	for _, v := range received {
		said, ok := system.ReadLegacy(v.LegacyCode, v.Message)
		if !ok || v.LegacyCode == "" {
			said, ok = system.Lookup(v.Reason)
		}
		w := wire.Violation{Field: v.Field, Description: v.Message}
		if ok && !said.IsSuccess() {
			w.Reason = said.Reason()
			w.Description = cmp.Or(w.Description, said.Message().String())
		}
		if slices.ContainsFunc(own, func(o wire.Violation) bool { return o.Field == w.Field && o.Reason == w.Reason }) {
			continue
		}
		if list = append(list, w); len(list) == wire.MaxViolations {
			break
		}
	}
	return list
}

// arguments recovers a message's arguments: those that the envelope has by name, and
// those that the text tells, in any of the code's languages.
func arguments(code *catalog.Code, v *template.Values) []catalog.Arg {
	var args []catalog.Arg
	for _, a := range v.Metadata {
		if a.Name != catalog.ErrorInfoLegacyCode && a.Name != catalog.ErrorInfoRequestID {
			args = append(args, a)
		}
	}
	missing := code.Message().Template().Missing(args)
	if len(missing) == 0 {
		return args
	}
	read, _ := matchMessage(code, v.Message)
	for _, a := range read {
		if slices.Contains(missing, a.Name) {
			args = append(args, a)
		}
	}
	return args
}

// start returns the beginning of a body, for the log.
func start(body []byte) string {
	const most = 256
	if len(body) > most {
		return string(body[:most]) + "…"
	}
	return string(body)
}
