// Copyright 2026 The statusmap Authors
// SPDX-License-Identifier: Apache-2.0

package statushttp

import (
	"cmp"
	"context"
	"errors"
	"log/slog"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/statusmap/statusmap/catalog"
	"github.com/statusmap/statusmap/internal/details"
	"github.com/statusmap/statusmap/internal/template"
)

// UnknownReason is the ErrorInfo reason of a legacy code that the catalog lacks. No
// enum has it; legacy_code says which code it was.
const UnknownReason = "UNKNOWN_CODE"

// Decode reads the response of a legacy system, the way back. A success gives the JSON
// at the envelope's {data}; nil if the body is empty. A failure gives an error with the
// gRPC status that the system's own errors have; its metadata hold the arguments as far
// as the message tells them. [Client] does a whole call.
//
// A code that the catalog lacks keeps its number and text under [UnknownReason], with
// a gRPC code by the HTTP status. A body that is not the system's (a proxy's HTML,
// truncated JSON) gives a status without ErrorInfo, with a code by the HTTP status;
// the start of the body goes to the log.
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
	switch v, kind := system.Envelope().Reply.Read(response.Body, ok, system.HTTPAlways() == 0, system.IsSuccessCode); {
	case kind == template.Success:
		return v.Data, nil
	case kind == template.Failure && len(v.LegacyCode) <= maxLegacyCode:
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

// maxLegacyCode is more than any code has; a longer text is another one.
const maxLegacyCode = 64

// decodeFailure returns the error of a failure; nil if it has a success code.
func (c *Codec) decodeFailure(system *catalog.System, httpStatus int, v *template.Values) error {
	s := details.Status{
		Code: cmp.Or(GRPCCode(httpStatus), codes.Unknown), Message: v.Message,
		Domain: system.Domain(), Reason: UnknownReason, LegacyCode: v.LegacyCode, RequestID: v.RequestID,
	}
	if code, ok := c.catalog.LookupLegacy(system.Domain(), v.LegacyCode); ok {
		if code.IsSuccess() {
			return nil
		}
		s.Code, s.Reason, s.RetryAfter = code.GRPCCode(), code.Reason(), code.RetryAfter()
		s.Metadata = arguments(code, v)
		if v.Message == "" {
			s.Message = code.Message().Text(s.Metadata...)
		}
		s.Violations = details.FieldViolations(code, s.Metadata, s.Message)
	}
	b := details.NewBuffer()
	defer b.Release()
	return grpcstatus.FromProto(b.Build(&s)).Err()
}

// arguments recovers a message's arguments: from the envelope's {metadata} if it has
// them, else from the text, in any of the code's languages.
func arguments(code *catalog.Code, v *template.Values) []catalog.Arg {
	var args []catalog.Arg
	for _, a := range v.Metadata {
		if a.Name != catalog.ErrorInfoLegacyCode && a.Name != catalog.ErrorInfoRequestID {
			args = append(args, a)
		}
	}
	if len(args) > 0 {
		return args
	}
	args, ok := code.Message().Match(v.Message)
	for _, m := range code.Translations() {
		if ok {
			break
		}
		args, ok = m.Match(v.Message)
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
