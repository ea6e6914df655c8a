"""What every cell looks like: parts that a sheet combines by name, e.g. `("count", "subtotal")`.

Thin rules rather than boxes, three greys that survive a black-and-white printer, one UD font. Data only.
"""

from __future__ import annotations

from typing import Any, Final

FONT: Final = "BIZ UDPゴシック"
FONT_SIZE: Final = 10
INK: Final = "#1A1A1A"
RULE: Final = "#C4C9D0"
STRONG_RULE: Final = "#4D4D4D"
TINT: Final = "#F0F2F5"
HEADING_TINT: Final = "#DDE3EA"
QUIET: Final = "#595959"

DATE_FORMAT: Final = "yyyy/mm/dd"
WAREKI_FORMAT: Final = '[$-411]ggge"年"m"月"d"日""（"aaa"）"'

BASE: Final[dict[str, Any]] = {
    "font_name": FONT,
    "font_size": FONT_SIZE,
    "font_color": INK,
    "font_family": 3,
    "font_scheme": False,
    "valign": "vcenter",
}

_RIGHT = {"align": "right", "indent": 0}
# An indent left over from another part would turn the alignment to the left. Space on the right comes from the number
# formats ("_ "), which LibreOffice honours everywhere; its right indent wanders from row to row.
_CENTER = {"align": "center", "indent": 0}

PARTS: Final[dict[str, dict[str, Any]]] = {
    # kinds of value
    "text": {"align": "left", "indent": 1},
    "wrap": {"align": "left", "text_wrap": True, "indent": 1},
    "code": {**_CENTER, "num_format": "@"},
    "serial": {**_RIGHT, "num_format": "0_ "},
    "count": {**_RIGHT, "num_format": "#,##0_ "},
    "decimal": {**_RIGHT, "num_format": "#,##0.0_ "},
    "mean": {**_RIGHT, "num_format": "0.0_ "},
    "signed": {**_RIGHT, "num_format": '#,##0_ ;"−"#,##0_ ;0_ '},
    "ratio": {**_RIGHT, "num_format": "0.0%_ "},
    "date": {**_CENTER, "num_format": DATE_FORMAT},
    "wareki": {"num_format": WAREKI_FORMAT},
    "clock": {**_RIGHT, "num_format": "h:mm_ "},
    "moment": {**_CENTER, "num_format": "yyyy/mm/dd h:mm"},
    "minutes": {**_RIGHT, "num_format": "[h]:mm_ "},
    "seconds": {**_RIGHT, "num_format": "[h]:mm:ss_ "},
    "talk": {**_RIGHT, "num_format": "[m]:ss_ "},
    "month_day": {**_CENTER, "num_format": 'm"月"d"日"'},
    "wareki_day": {**_CENTER, "num_format": "[$-411]ge.m.d"},
    # Nothing is a dash, as in official statistics: a table of many zeros could not be read.
    "sparse": {**_RIGHT, "num_format": '#,##0;"−"#,##0;"-"'},
    # a difference: always with its sign; times in whole units, since a spreadsheet shows no negative time
    "change_count": {**_RIGHT, "num_format": '"＋"#,##0_ ;"−"#,##0_ ;"±"0_ '},
    "change_decimal": {**_RIGHT, "num_format": '"＋"0.0_ ;"−"0.0_ ;"±"0.0_ '},
    "change_points": {**_RIGHT, "num_format": '"＋"0.0"pt"_ ;"−"0.0"pt"_ ;"±"0.0"pt"_ '},
    "change_seconds": {**_RIGHT, "num_format": '"＋"#,##0"秒"_ ;"−"#,##0"秒"_ ;"±"0"秒"_ '},
    "change_minutes": {**_RIGHT, "num_format": '"＋"#,##0"分"_ ;"−"#,##0"分"_ ;"±"0"分"_ '},
    "change_rate": {**_RIGHT, "num_format": '"＋"0.0%_ ;"−"0.0%_ ;"±"0.0%_ '},
    "flag": _CENTER,
    # position and emphasis
    "left": {"align": "left"},
    "center": _CENTER,
    "right": {**_RIGHT, "num_format": "@_ "},
    "wrapped": {"text_wrap": True},
    "bold": {"bold": True},
    "small": {"font_size": 9},
    "quiet": {"font_size": 9, "font_color": QUIET},
    "indent": {"indent": 1},
    "quoted": {"quote_prefix": True},
    # rows of a table
    "line": {"bottom": 1, "bottom_color": RULE},
    "heading": {
        "bold": True,
        "text_wrap": True,
        "bg_color": HEADING_TINT,
        "top": 1,
        "bottom": 1,
        "top_color": STRONG_RULE,
        "bottom_color": STRONG_RULE,
    },
    "subtotal": {"bold": True, "bg_color": TINT, "bottom": 1, "bottom_color": RULE},
    "total": {
        "bold": True,
        "bg_color": HEADING_TINT,
        "top": 1,
        "bottom": 1,
        "top_color": STRONG_RULE,
        "bottom_color": STRONG_RULE,
    },
    # a quarter of an hour in the day at a glance
    "hour": {"align": "left", "left": 1, "left_color": STRONG_RULE},
    "quarter": {**_CENTER, "font_size": 8, "border": 1, "border_color": RULE, "num_format": "0"},
    "there": {"bg_color": QUIET, "font_color": QUIET},
    "partly": {"bg_color": HEADING_TINT},
    "short": {"font_color": "#B00000", "underline": 1},
    # how a figure stands against its target: the word and the sign say it, the tint only helps to find it
    "met": {**_CENTER, "bg_color": "#E6F2E6"},
    "near": {**_CENTER, "bg_color": "#FBE9C0", "bold": True},
    "missed": {**_CENTER, "bg_color": "#EDBDB7", "bold": True},
    "open": {**_CENTER, "font_color": QUIET},
    # how busy a half hour is, in greys that a printer keeps apart
    "heat_0": {},
    "heat_1": {"bg_color": "#EFF1F4"},
    "heat_2": {"bg_color": "#DCE1E7"},
    "heat_3": {"bg_color": "#BFC8D2"},
    "heat_4": {"bg_color": "#97A4B3"},
    "squares": {"align": "left", "font_size": 7, "font_color": QUIET},
    # a day on which the office was closed
    "closed": {"bg_color": TINT, "font_color": QUIET},
    # the cover
    "title": {"font_size": 22, "bold": True, **_CENTER},
    "day": {"font_size": 14, **_CENTER},
    "addressee": {"font_size": 12},
    "section": {"font_size": 11, "bold": True, "valign": "bottom"},
    "sheet_title": {"font_size": 13, "bold": True},
    "draft": {"font_size": 26, "bold": True, **_CENTER, "border": 2, "border_color": STRONG_RULE},
    "boxed": {"border": 1, "border_color": STRONG_RULE},
    "thin_box": {"border": 1, "border_color": RULE},
    "tint": {"bg_color": TINT},
    "big": {"font_size": 18, "bold": True, **_CENTER},
    "mid": {"font_size": 12, **_CENTER},
}
