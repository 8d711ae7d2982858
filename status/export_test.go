package status

import "github.com/statusmap/statusmap/internal/details"

// SizeBounds returns how many bytes an error takes as it is sent, and what it is
// taken for at most before that is counted.
func SizeBounds(e *LegacyError, requestID string) (size, atMost int) {
	s := e.says()
	s.RequestID = requestID
	b := details.NewBuffer()
	defer b.Release()
	p := b.Build(&s)
	return sizeAsSent(p), maxSizeAsSent(p)
}
