package dockerfile

import (
	"regexp"
	"strings"

	"github.com/modelgate/gate/internal/splice"
)

// instruction is one logical line: its name in capitals, and the rest without
// continuations and the comments among them, with its heredocs.
type instruction struct {
	name string
	text splice.Text
}

func instructions(text []byte) []instruction {
	l := &lines{text: string(text), escape: '\\'}
	if m := escapeDirective.FindStringSubmatch(l.text); m != nil {
		l.escape = m[1][0]
	}
	var out []instruction
	for l.at < len(l.text) {
		if in, ok := parse(l.logical()); ok {
			out = append(out, in)
		}
	}
	return out
}

var escapeDirective = regexp.MustCompile("(?i)^(?:#[^\n]*\n)*?#[ \t]*escape[ \t]*=[ \t]*([\\\\`])")

type lines struct {
	text   string
	at     int
	escape byte
}

// next takes a physical line without its end.
func (l *lines) next() (string, int) {
	start := l.at
	line, _, found := strings.Cut(l.text[start:], "\n")
	l.at += len(line)
	if found {
		l.at++
	}
	return line, start
}

// logical takes an instruction with what continues it.
func (l *lines) logical() splice.Text {
	var b splice.Builder
	for continued := false; l.at < len(l.text); {
		line, start := l.next()
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "#") || trimmed == "" {
			if !continued {
				return splice.Text{}
			}
			continue
		}
		line = strings.TrimRight(line, " \t\r")
		if line[len(line)-1] != l.escape {
			b.Copy(line, start)
			l.heredocs(&b, b.Text().S)
			break
		}
		b.Copy(line[:len(line)-1], start)
		continued = true
	}
	return b.Text()
}

// heredocs adds the bodies of the heredocs that an instruction opens.
func (l *lines) heredocs(b *splice.Builder, s string) {
	name := strings.ToUpper(strings.SplitN(strings.TrimSpace(s), " ", 2)[0])
	if name != "RUN" && name != "COPY" && name != "ADD" {
		return
	}
	for _, m := range heredocStart.FindAllStringSubmatch(s, 16) {
		for l.at < len(l.text) {
			line, start := l.next()
			b.Copy("\n", max(0, start-1))
			b.Copy(line, start)
			if strings.TrimLeft(strings.TrimRight(line, "\r"), "\t") == m[1] {
				break
			}
		}
	}
}

var heredocStart = regexp.MustCompile(`<<-?["']?([A-Za-z_]\w*)["']?`)

func parse(t splice.Text) (instruction, bool) {
	start := len(t.S) - len(strings.TrimLeft(t.S, " \t"))
	end := strings.IndexAny(t.S[start:], " \t")
	if end < 0 {
		return instruction{}, false
	}
	return instruction{strings.ToUpper(t.S[start : start+end]), trim(t.Slice(start+end, len(t.S)))}, true
}

func trim(t splice.Text) splice.Text {
	start := len(t.S) - len(strings.TrimLeft(t.S, " \t"))
	return t.Slice(start, max(start, len(strings.TrimRight(t.S, " \t"))))
}

// fields splits at blanks outside quotes.
func fields(t splice.Text) []splice.Text {
	var out []splice.Text
	start, quote := -1, byte(0)
	for i := 0; i <= len(t.S); i++ {
		end := i == len(t.S) || quote == 0 && strings.IndexByte(" \t\n", t.S[i]) >= 0
		switch {
		case end && start >= 0:
			out = append(out, t.Slice(start, i))
			start = -1
		case end:
		case start < 0:
			start = i
			fallthrough
		default:
			switch c := t.S[i]; {
			case c == quote:
				quote = 0
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
			}
		}
	}
	return out
}

func unquoted(t splice.Text) splice.Text {
	if n := len(t.S); n > 1 && (t.S[0] == '"' || t.S[0] == '\'') && t.S[n-1] == t.S[0] {
		return t.Slice(1, n-1)
	}
	return t
}

// flagless cuts the options of an instruction: "--mount=…".
func flagless(t splice.Text) splice.Text {
	for strings.HasPrefix(t.S, "--") {
		i := strings.IndexAny(t.S, " \t")
		if i < 0 {
			return t.Slice(len(t.S), len(t.S))
		}
		t = trim(t.Slice(i, len(t.S)))
	}
	return t
}

// exec reads the JSON form of a command, or the command of a shell; a heredoc alone is
// the script itself.
func exec(t splice.Text) splice.Text {
	if list, ok := array(t); ok {
		return joined(list)
	}
	if head, _, ok := strings.Cut(t.S, "\n"); ok && heredocAlone.MatchString(head) {
		body := t.Slice(len(head)+1, len(t.S))
		if i := strings.LastIndexByte(strings.TrimRight(body.S, "\n"), '\n'); i >= 0 {
			return body.Slice(0, i)
		}
	}
	return t
}

var heredocAlone = regexp.MustCompile(`^<<-?["']?\w+["']?\s*$`)

// joined quotes the words of a command for a shell.
func joined(list []splice.Text) splice.Text {
	var b splice.Builder
	for _, w := range list {
		b.Quote(w)
		b.Fixed(" ", w.Map.Outer(len(w.S)))
	}
	return b.Text()
}

// array reads ["a", "b"].
func array(t splice.Text) ([]splice.Text, bool) {
	s := strings.TrimRight(t.S, " \t\r\n")
	if !strings.HasPrefix(s, "[") || !strings.HasSuffix(s, "]") {
		return nil, false
	}
	var out []splice.Text
	for i := 1; i < len(s)-1; i++ {
		switch s[i] {
		case ' ', '\t', ',', '\n':
		case '"':
			end := i + 1
			for end < len(s)-1 && s[end] != '"' {
				if s[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(s) {
				return nil, false
			}
			out = append(out, unescaped(t, i+1, end))
			i = end
		default:
			return nil, false
		}
	}
	return out, true
}

func unescaped(t splice.Text, start, end int) splice.Text {
	var b splice.Builder
	for i := start; i < end; i++ {
		if t.S[i] == '\\' && i+1 < end {
			i++
		}
		from := i
		for i+1 < end && t.S[i+1] != '\\' {
			i++
		}
		b.Append(t.Slice(from, i+1))
	}
	out := b.Text()
	if out.S == "" {
		return t.Slice(start, start)
	}
	return out
}
