// Package status turns legacy codes into gRPC statuses with a
// google.rpc.ErrorInfo, and gRPC statuses back into legacy codes.
//
//	return nil, status.Error(jobv2.Code_JOB_NOT_FOUND, "job_id", id)
//
// A status made here has the code's gRPC code, the legacy message in the
// system's language, and one detail of each type: ErrorInfo first, whose domain
// and reason together are the enum value's full name and whose metadata hold
// legacy_code and the message's arguments; RetryInfo and BadRequest where the
// code's options say so.
//
// Invariants: nothing fails while failing, so a wrong call (an argument
// missing, the zero enum value, an enum without options) still gives a valid
// error; what an error wraps is for the log and never sent; text that is not
// UTF-8 is repaired before it is sent.
//
// Start with [Error] and [FromError].
package status
