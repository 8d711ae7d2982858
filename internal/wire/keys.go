package wire

// Keys of gRPC metadata between a service and its gateway. Those with KeyPrefix
// are never forwarded to a client.
const (
	KeyPrefix = "statusmap-"
	// SuccessKey has the full name of the success code that status.SetSuccess set.
	SuccessKey = KeyPrefix + "success"
	// HTTPStatusKey has the HTTP status that status.SetHTTPStatus set.
	HTTPStatusKey = KeyPrefix + "http-status"
	// DetailsKey has the serialized google.rpc.Status of a failed RPC.
	DetailsKey = "grpc-status-details-bin"
)

// IsRequestID reports whether s can be a request's id: 1 to 128 visible ASCII
// characters.
func IsRequestID(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && len(s) <= 128
}
