"""Reads the score of the labelled files and fails where it is below what was reached."""

import re
import sys

FLOOR = {"malicious": 27, "suspicious": 59, "malformed": 36, "benign": 47}

score = {m[1]: int(m[3]) - int(m[2]) for m in re.finditer(r"(\w+): (\d+)/(\d+)", sys.stdin.read().splitlines()[-1])}
worse = {label: score.get(label, -1) for label, most in FLOOR.items() if score.get(label, 10**9) > most}
if worse:
    sys.exit(f"more files judged wrongly than before: {worse}, at most {FLOOR}")
