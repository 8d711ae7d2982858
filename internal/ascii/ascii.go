// Package ascii checks texts eight bytes at a time.
package ascii

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// load returns the eight bytes of s at i as one number; the compiler makes one
// load of it.
func load(s string, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// loadShort is load for four to seven bytes: their first four and their last four.
func loadShort(s string) uint64 {
	a, b := s[:4], s[len(s)-4:]
	return uint64(a[0]) | uint64(a[1])<<8 | uint64(a[2])<<16 | uint64(a[3])<<24 |
		uint64(b[0])<<32 | uint64(b[1])<<40 | uint64(b[2])<<48 | uint64(b[3])<<56
}

// JSON tells whether s stands for itself in a JSON string and is all ASCII.
func JSON(s string) bool {
	if len(s) < 8 {
		if len(s) >= 4 {
			return specials(loadShort(s)) == 0
		}
		for i := range len(s) {
			if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x80 {
				return false
			}
		}
		return true
	}
	special := specials(load(s, len(s)-8))
	for i := 0; i < len(s)-8; i += 8 {
		special |= specials(load(s, i))
	}
	return special == 0
}

// specials returns 0 where none of eight bytes is special in JSON. A byte less n
// borrows from its high bit where it was smaller than n; a byte that is c is
// smaller than 1 once c is taken out of it.
func specials(w uint64) uint64 {
	return (w | (w - ones*' ') | ((w ^ ones*'"') - ones) | ((w ^ ones*'\\') - ones)) & highs
}

// Visible tells whether all bytes of s are visible ASCII characters, '!' to '~'.
func Visible(s string) bool {
	if len(s) < 8 {
		for i := range len(s) {
			if s[i]-'!' > '~'-'!' {
				return false
			}
		}
		return true
	}
	others := invisibles(load(s, len(s)-8))
	for i := 0; i < len(s)-8; i += 8 {
		others |= invisibles(load(s, i))
	}
	return others == 0
}

// invisibles returns 0 where all of eight bytes are visible: a byte and 1 has its
// high bit set from 0x7F on.
func invisibles(w uint64) uint64 {
	return (w | (w - ones*'!') | (w + ones)) & highs
}
