package namespace

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold says how a text with characters from outside ASCII looks in ASCII: compatible
// characters as what they are compatible with, without marks and what cannot be seen,
// and letters of other scripts as the Latin ones that they look like. It is false where
// the text is ASCII already or looks like nothing in ASCII.
func Fold(text string) (string, bool) {
	if isASCII(text) || len(text) > 16*maxName {
		return "", false
	}
	var out strings.Builder
	for _, r := range norm.NFKD.String(text) {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc, unicode.Z) || filler[r]:
		case r < 0x80:
			out.WriteRune(r)
		default:
			latin, ok := confusables[r]
			if !ok {
				return "", false
			}
			out.WriteByte(latin)
		}
	}
	return out.String(), out.Len() > 0
}

// filler are letters that have no look.
var filler = map[rune]bool{0x115f: true, 0x1160: true, 0x3164: true, 0xffa0: true, 0x2800: true}

// confusables are the letters of other scripts that look like Latin ones, from the table
// of https://www.unicode.org/reports/tr39/ as far as fonts agree.
var confusables = func() map[rune]byte {
	out := map[rune]byte{}
	for _, l := range looks {
		for _, r := range l.letters {
			out[r] = l.latin
		}
	}
	return out
}()

var looks = []struct {
	latin   byte
	letters string
}{
	{'a', "аɑαᴀᎪ"}, {'b', "ЬƄᏏᖯɓ"}, {'c', "сςᴄⲥꮯ"}, {'d', "ԁɗᏧᑯꓒ"}, {'e', "еҽєεɛҿ"}, {'f', "ƒꞙẝϝ"},
	{'g', "ɡցɢǥ"}, {'h', "һհᏂħ"}, {'i', "іıɩιɪӏꙇᎥ"}, {'j', "јϳʝ"}, {'k', "κкᴋⲕ"}, {'l', "ǀاⵏɭł∣ΙӀ"},
	{'m', "мᴍɱ"}, {'n', "ոռпηɳᴎ"}, {'o', "оοօσᴏသ໐०੦૦௦౦೦൦๐"}, {'p', "рρⲣ"}, {'q', "ԛգզ"},
	{'r', "гᴦⲅꭇɼ"}, {'s', "ѕꜱʂƽ"}, {'t', "тτᴛŧ"}, {'u', "υսᴜʋꞟμ"}, {'v', "ѵνᴠט"}, {'w', "ԝѡաᴡɯ"},
	{'x', "хχ᙮×"}, {'y', "уүγʏყɏ"}, {'z', "ᴢʐƶ"}, {'A', "АΑᗅꓮ"}, {'B', "ВΒᏴꓐ"}, {'C', "СᏟⲤꓚ"},
	{'D', "ᎠᗞꓓĐ"}, {'E', "ЕΕᎬꓰⴹ"}, {'F', "ϜꓝᖴҒ"}, {'G', "ԌᏀꓖ"}, {'H', "НΗᎻꓧ"}, {'I', "Іⵊꓲ"},
	{'J', "ЈᎫꓙͿ"}, {'K', "КΚᏦꓗ"}, {'L', "ᏞᒪꓡⳐ"}, {'M', "МΜᎷꓟϺ"}, {'N', "ΝꓠⲚ"}, {'O', "ОΟՕꓳⵔ"},
	{'P', "РΡᏢꓑ"}, {'Q', "Ⴓⵕ"}, {'R', "ᎡꓣƦ"}, {'S', "ЅՏᏕꓢ"}, {'T', "ТΤᎢꓔ"}, {'U', "Սꓴ"},
	{'V', "ѴᏙꓦⴸ"}, {'W', "ԜᎳꓪ"}, {'X', "ХΧꓫⵝ"}, {'Y', "ΥҮꓬ"}, {'Z', "ΖᏃꓜ"}, {'-', "‐‒–—−ー╴─"},
	{'.', "。٠"}, {'_', "ˍ"}, {'/', "∕⁄⧸"},
}
