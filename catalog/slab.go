package catalog

// A slab hands out memory in small pieces from large ones. All of it is kept as
// long as any piece is.
type slab[T any] struct{ free []T }

// slabSize is how many elements a large piece has: a system of a few dozen codes
// should not take memory for hundreds.
const slabSize = 64

// take returns n zero elements.
func (s *slab[T]) take(n int) []T {
	if n > len(s.free) {
		s.free = make([]T, max(n, slabSize))
	}
	piece := s.free[:n:n]
	s.free = s.free[n:]
	return piece
}

// copy returns a copy of elements; nil of none.
func (s *slab[T]) copy(elements []T) []T {
	if len(elements) == 0 {
		return nil
	}
	piece := s.take(len(elements))
	copy(piece, elements)
	return piece
}
