package wire

import "github.com/statusmap/statusmap/catalog"

// usualDetail is what the one detail of a usual status starts with, behind its
// size: the type URL, and the tag of the ErrorInfo's bytes.
const usualDetail = "\x0a\x28" + ErrorInfoURL + "\x12"

// readUsual reads what nearly every status is: code and message, then one
// ErrorInfo with its fields in order, each string up to 127 bytes, as all
// libraries write it. It takes half of what reading field by field takes; where
// anything is otherwise it returns false, and i holds nothing to keep.
func (i *Info) readUsual(raw string) (code int32, message string, ok bool) {
	if len(raw) < 4 || raw[0] != 0x08 || raw[1] > 0x7F || raw[2] != 0x12 {
		return 0, "", false
	}
	size, p := usualSize(raw, 3)
	if size > len(raw)-p {
		return 0, "", false
	}
	code, message = int32(raw[1]), raw[p:p+size]
	raw = raw[p+size:]
	if len(raw) < 2 || raw[0] != 0x1A {
		return 0, "", false
	}
	size, p = usualSize(raw, 1)
	if size != len(raw)-p || size < len(usualDetail)+1 || raw[p:p+len(usualDetail)] != usualDetail {
		return 0, "", false
	}
	size, p = usualSize(raw, p+len(usualDetail))
	if size != len(raw)-p {
		return 0, "", false
	}
	if !i.readUsualInfo(raw[p:]) {
		return 0, "", false
	}
	i.Found, i.RetryAfter = true, 0
	return code, message, true
}

// readUsualInfo reads an ErrorInfo's fields; where it returns false it has read
// none.
func (i *Info) readUsualInfo(raw string) bool {
	var reason, domain string
	metadata := i.Metadata[:0]
	for p := 0; p < len(raw); {
		if len(raw)-p < 2 || int(raw[p+1]) > min(len(raw)-p-2, 0x7F) {
			return false
		}
		tag, value := raw[p], raw[p+2:p+2+int(raw[p+1])]
		p += 2 + len(value)
		switch tag {
		case 0x0A:
			reason = value
		case 0x12:
			domain = value
		case 0x1A:
			name, value, ok := readPair(value)
			if !ok {
				return false
			}
			metadata = set(metadata, name, value)
		default:
			return false
		}
	}
	i.Reason, i.Domain, i.Metadata = reason, domain, metadata
	return true
}

// usualSize reads a size of one or two bytes at p, and returns where what it
// counts starts; a size too large for anything where it is none.
func usualSize(raw string, p int) (size, start int) {
	switch {
	case p < len(raw) && raw[p] < 0x80:
		return int(raw[p]), p + 1
	case p+1 < len(raw) && raw[p+1] < 0x80:
		return int(raw[p]&0x7F) | int(raw[p+1])<<7, p + 2
	default:
		return len(raw) + 1, p
	}
}

// set adds a metadata entry; of two with one key the last one counts, as in
// every map field.
func set(metadata []catalog.Arg, name, value string) []catalog.Arg {
	for k := range metadata {
		if metadata[k].Name == name {
			metadata[k].Value = value
			return metadata
		}
	}
	return append(metadata, catalog.Arg{Name: name, Value: value})
}
