"""The menu's group that every page of manuals and FAQ stands in."""

GROUP = "マニュアル・FAQ"
