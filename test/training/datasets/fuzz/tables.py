"""Random CSV files and what pandas reads in them, a JSON object a line for compare.ts.

    python tables.py SEED COUNT > cases.jsonl

A third of the files have one byte changed. How the file is to be read is told to both readers, or to pandas alone. What pandas does not read as
numbers must not be read as numbers at all.
"""

import base64
import csv
import io
import json
import random
import re
import sys
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
MISSING = ["", "NA", "N/A", "nan", "NaN", "null", "None", "-", "?", "n/a", "NULL", "#N/A", "."]
# pandas takes a delimiter at the beginning of a line for nothing where the line before ends in a carriage return, and tabs beside cells for letters.
QUIRK = re.compile(r"\r[,;|\t \"]")
TAB = re.compile(r"\t *[,;|\"\r\n]|[,;|\"\r\n] *\t|[-?.] +[,;|\"\r\n\t]")
WORDS = ["setosa", "virginica", "a b", "New York", "x;y", "p|q", 'say "hi"', "two\nlines", "θ", "größe", "名前", "12 kg", "it's", "yes", "B"]
LATIN = [word for word in WORDS if all(ord(letter) < 256 for letter in word)]


def number(rng: random.Random, kind: str) -> str:
    if kind == "integer":
        return str(rng.randint(-1000, 1000))
    if kind == "wide":
        return str(rng.choice([1, -1]) * (2 ** rng.randint(50, 66) + rng.randint(-3, 3)))
    if kind == "fixed":
        return f"{rng.gauss(0, 100):.{rng.randint(0, 8)}f}"
    if kind == "shortest":
        return repr(rng.gauss(0, 10 ** rng.randint(-10, 10)))
    if kind == "exponent":
        return f"{rng.gauss(0, 1):.{rng.randint(0, 20)}e}".split("e")[0] + rng.choice("eE") + f"{rng.randint(-320, 310)}"
    if kind == "signed":
        return rng.choice(["+5", "-0", "+.5", "5.", "007", "-.25e2", "0.1000000000000000055511151231257827", "inf", "-Infinity"])
    return rng.choice(["True", "False"])


def localized(text: str, decimal: str, thousands: str | None, rng: random.Random) -> str:
    whole, point, fraction = text.partition(".")
    if thousands and whole.lstrip("-").isdigit() and "e" not in text.lower() and rng.random() < 0.7:
        whole = f"{int(whole):,}".replace(",", thousands)
    return whole + (decimal if point else "") + fraction


def table(rng: random.Random) -> dict:
    delimiter = rng.choice([",", ",", ";", "\t", "|", "whitespace"])
    decimal = "," if delimiter != "," and rng.random() < 0.2 else "."
    thousands = rng.choice([None, None, None, "," if decimal == "." else "."])
    encoding = rng.choice(["utf-8", "utf-8", "utf-8", "utf-8-sig", "windows-1252", "utf-16"])
    if thousands == delimiter:
        thousands = None
    width, rows = rng.randint(1, 6), rng.randint(1, 8)
    usual = ["integer", "fixed", "shortest", "exponent", "signed", "truth", "text"]
    kinds = ["wide" if rng.random() < 0.01 else rng.choice(usual) for _ in range(width)]
    if delimiter == "whitespace" and width == 1:
        delimiter = ","
    has_header, has_index = rng.random() < 0.7, delimiter != "whitespace" and rng.random() < 0.2
    words = LATIN if encoding == "windows-1252" else WORDS
    holes = rng.choice([0, 0, 0.1])

    def cell(kind: str) -> str:
        if kind == "text":
            return rng.choice(words)
        if rng.random() < holes:
            return rng.choice(MISSING[1:] if delimiter == "whitespace" else MISSING)
        return number(rng, kind) if kind == "truth" else localized(number(rng, kind), decimal, thousands, rng)

    body = [[cell(kind) for kind in kinds] for _ in range(rows)]
    names = [rng.choice(["a", "b c", "x", "Na", "größe", "2020", "y.1"]) + (str(at) if rng.random() < 0.9 else "") for at in range(width)]
    if has_index:
        has_header = True
        body = [[str(at)] + row for at, row in enumerate(body)]
        names = [""] + names
    out = io.StringIO()
    separator = " " if delimiter == "whitespace" else delimiter
    quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator="\n")
    lines = []
    for row in ([names] if has_header else []) + body:
        out.seek(0)
        out.truncate()
        writer.writerow(row)
        line = out.getvalue()[:-1]
        if rng.random() < 0.05:
            # pandas takes blanks for a row where blanks separate.
            lines.append(rng.choice(["", "   ", "\t"]) if separator not in "\t " else "")
        if rng.random() < 0.05 and '"' not in line:
            line = line.replace(separator, separator + "  ") if separator != " " else "  " + line
        lines.append(line)
    if rng.random() < 0.03:
        at = rng.randrange(len(lines))
        lines[at] += separator + rng.choice(["1", ""])
    end = rng.choice(["\n", "\n", "\r\n", "\r"])
    text = end.join(lines) + (end if rng.random() < 0.8 else "")
    data = text.encode("utf-16" if encoding == "utf-16" else encoding, "replace")
    is_changed = rng.random() < 0.33
    if is_changed:
        at = rng.randrange(len(data))
        changed = rng.randrange(256) if rng.random() < 0.5 else ord(rng.choice(',;\t|".-+eE0123456789 \r\n#'))
        data = data[:at] + bytes([changed]) + data[at + 1 :]
    first = 1 if has_index else 0
    numbers = [at for at, kind in enumerate(kinds) if kind != "text"]
    texts = [at for at, kind in enumerate(kinds) if kind == "text"]
    options: dict = {"decimal": decimal, "columns": {}}
    # A healthy table's header can be told from its rows, if these have numbers.
    has_values = any(kind != "text" for kind in kinds)
    is_told_apart = not is_changed and has_values and (not has_header or all(not name[0].isdigit() and name != "Na" for name in names if name))
    if thousands:
        options["thousands"] = thousands
    if encoding in ("windows-1252", "utf-16"):
        options["encoding"] = encoding
    if rng.random() < 0.5 or not is_told_apart:
        options |= {"delimiter": delimiter, "header": has_header, "indexColumn": has_index, "comment": "none"}
    if numbers:
        options["columns"]["x"] = numbers
    if texts:
        options["columns"]["y"] = {"columns": texts, "as": "class"}
    told = {
        "sep": r"\s+" if delimiter == "whitespace" else delimiter,
        "header": 0 if has_header else None,
        "skipinitialspace": True,
    }
    return {"data": data, "encoding": "utf-8-sig" if encoding.startswith("utf-8") else encoding, "options": options, "read": told, "decimal": decimal, "thousands": thousands, "numbers": [first + at for at in numbers], "texts": [first + at for at in texts], "width": width + first}


def decoded(data: bytes, encoding: str) -> str:
    """A text. Five bytes are none of Windows' letters; browsers, and Adjoint, take them for the control characters of Latin-1."""
    if encoding == "windows-1252" and re.search(rb"[\x81\x8d\x8f\x90\x9d]", data):
        return data.decode("latin-1")
    return data.decode(encoding)


def expected(case: dict) -> dict:
    """The numbers and texts that pandas reads; None where it reads none."""
    try:
        data = decoded(case["data"], case["encoding"]).encode()
        index = {} if "rows_are_named" in case else {"index_col": False}
        as_text = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, **index, **case["read"])
        frame = pd.read_csv(
            io.BytesIO(data), na_values=MISSING, float_precision="round_trip", **index,
            decimal=case["decimal"], thousands=case["thousands"], **case["read"],
        )  # fmt: skip
        if index == {} and frame.shape[1] + 1 == case["width"]:
            as_text, frame = as_text.reset_index(), frame.reset_index()
    except Exception:
        return {"x": None, "y": None}
    if case["options"].get("indexColumn") and frame.shape[1] + 1 == case["width"]:
        return expected(case | {"rows_are_named": True}) if "rows_are_named" not in case else {"x": None, "y": None}
    if frame.shape[1] < case["width"]:
        return {"x": None, "y": None}
    columns = [exact(frame.iloc[:, at], as_text.iloc[:, at], case["thousands"]) for at in case["numbers"]]
    columns = [rounded(column, as_text.iloc[:, at], case) for column, at in zip(columns, case["numbers"])]
    texts = [as_text.iloc[:, at].tolist() for at in case["texts"]]
    return {
        "x": None if any(column is None for column in columns) else np.array(columns, dtype="<f8").reshape(len(columns), len(frame)).T.copy(),
        "y": [list(row) for row in zip(*texts)],
    }


def rounded(column, texts: pd.Series, case: dict):
    """The numbers as Python reads their texts: pandas loses their last bit where thousands are marked."""
    if column is None or case["thousands"] is None:
        return column
    found = []
    for number, text in zip(column, texts):
        try:
            own = float(text.replace(case["thousands"], "").replace(case["decimal"], "."))
        except ValueError:
            own = number
        found.append(own if abs(own - number) <= 4e-16 * abs(number) else number)
    return pd.Series(found, dtype=float)


def exact(column: pd.Series, texts: pd.Series, thousands: str | None):
    """A column as float64, or None where it does not hold it."""
    if column.dtype.kind in "iu":
        numbers = column.astype(float)
        return numbers if all(int(a) == int(b) for a, b in zip(numbers, column)) else None
    if column.dtype.kind in "fb":
        return column.astype(float)
    if column.isna().all():
        return pd.Series([np.nan] * len(column))
    values = [value for value in column if not pd.isna(value)]
    if all(isinstance(value, bool) for value in values):
        return pd.Series([np.nan if pd.isna(value) else float(value) for value in column])
    words = [text.strip().lower() for text in texts if text.strip() not in MISSING]
    if all(word in ("true", "false") for word in words):
        return pd.Series([np.nan if text.strip() in MISSING else float(text.strip().lower() == "true") for text in texts])
    # Integers beyond 64 bits stay texts.
    found = []
    for text in texts:
        if text.strip() in MISSING:
            found.append(np.nan)
            continue
        try:
            whole = int(text.replace(thousands, "") if thousands else text)
        except ValueError:
            return None
        if int(float(whole)) != whole:
            return None
        found.append(float(whole))
    return pd.Series(found)


def is_odd(case: dict) -> bool:
    text = case["data"].decode(case["encoding"], "replace")
    return bool(QUIRK.search(text) or (case["read"]["sep"] in (",", ";", "|") and TAB.search(text)))


def main() -> None:
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    rng = random.Random(seed)
    for _ in range(count):
        case = table(rng)
        while is_odd(case):
            case = table(rng)
        found = expected(case)
        numbers = found["x"]
        print(json.dumps({
            "file": base64.b64encode(case["data"]).decode(),
            "format": "csv",
            "options": case["options"],
            "x": None if numbers is None else {"shape": list(numbers.shape), "data": base64.b64encode(numbers.tobytes()).decode()},
            "y": found["y"],
        }))  # fmt: skip


main()
