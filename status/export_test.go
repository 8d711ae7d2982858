package status

// SizeBounds returns how many bytes an error takes as it is sent, and what it is
// taken for at most before that is counted.
func SizeBounds(e *LegacyError, requestID string) (size, atMost int) {
	s := new(sketch)
	s.draw(e, requestID)
	return sizeAsSent(&s.status), s.atMost()
}
