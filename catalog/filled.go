package catalog

// A filled is an envelope into which all that a code says is filled in already:
// what is left are the message's arguments, and what each request has of its own.
// A message keeps the one that it was first sent in, which is nearly always the
// only one: its system's failure envelope.
type filled struct {
	envelope                   *Envelope
	legacyCode, reason, domain string
	parts                      []part
	end                        string // behind the last part
}

// A part is literal text and what stands behind it.
type part struct {
	text string
	what field  // fieldMessage: the argument of that name
	name string // of an argument
}

// filledIn returns e with the message, and what v says besides, filled in; nil
// where the message has been filled into something else before.
func (m *Message) filledIn(e *Envelope, v *Values) *filled {
	f := m.filled.Load()
	if f == nil {
		f = fillIn(e, m, v)
		m.filled.Store(f)
	}
	if f.envelope != e || f.legacyCode != v.LegacyCode ||
		e.fields[fieldReason] && f.reason != v.Reason || e.fields[fieldDomain] && f.domain != v.Domain {
		return nil
	}
	return f
}

func fillIn(e *Envelope, m *Message, v *Values) *filled {
	f := &filled{envelope: e, legacyCode: v.LegacyCode, reason: v.Reason, domain: v.Domain}
	known := Values{LegacyCode: v.LegacyCode, Reason: v.Reason, Domain: v.Domain}
	var text []byte
	add := func(p part) {
		p.text = string(text)
		text = text[:0]
		f.parts = append(f.parts, p)
	}
	for _, s := range e.segments {
		switch {
		case s.place == literal:
			text = append(text, s.text...)
		case s.field == fieldMessage:
			if s.place == value {
				text = append(text, '"')
			}
			if m.segments == nil {
				text = m.appendLiteral(text, m.source)
			}
			for _, piece := range m.segments {
				if piece.name != "" {
					add(part{what: fieldMessage, name: piece.name})
				} else {
					text = m.appendLiteral(text, piece.text)
				}
			}
			if s.place == value {
				text = append(text, '"')
			}
		case s.field == fieldRequestID:
			if s.place == value {
				text = append(text, '"')
			}
			add(part{what: s.field})
			if s.place == value {
				text = append(text, '"')
			}
		case s.field == fieldMetadata || s.field == fieldData: // never inside a string
			add(part{what: s.field})
		case s.place == value:
			text = known.appendValue(text, s.field)
		default:
			text = known.appendText(text, s.field)
		}
	}
	f.end = string(text)
	return f
}

func (f *filled) append(dst []byte, v *Values) []byte {
	for i := range f.parts {
		p := &f.parts[i]
		dst = append(dst, p.text...)
		switch p.what {
		case fieldMessage:
			dst = appendArg(dst, p.name, v.Metadata)
		case fieldRequestID:
			dst = appendText(dst, v.RequestID)
		default:
			dst = v.appendValue(dst, p.what)
		}
	}
	return append(dst, f.end...)
}
