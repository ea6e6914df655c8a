"""`python -m tests.reports.render OUT`: the sample reports as xlsx, PDF and PNG, for people to look at.

Needs LibreOffice (soffice) and poppler (pdftoppm); ends with an error where they are absent.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from reports.daily import Edition, Version
from reports.period import PeriodReport
from reports.period_book import period_workbook
from tests.reports.period_sample import month, quiet_month, submitted, term, year

SAMPLES: dict[str, Callable[[], PeriodReport]] = {
    "month": lambda: submitted(month(), version=Version(2, "6月10日の着信数を加えました。")),
    "month-network": lambda: submitted(month(), Edition.NETWORK),
    "year": lambda: submitted(year()),
    "term": term,
    "quiet": quiet_month,
}
DOTS_PER_INCH = "60"


def main(arguments: list[str]) -> int:
    """Write all samples, or those named after the folder; the exit code is 1 where a program is missing."""
    missing = [program for program in ("soffice", "pdftoppm") if shutil.which(program) is None]
    if missing or not arguments:
        print(f"not installed: {', '.join(missing)}" if missing else __doc__, file=sys.stderr)
        return 1
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name in arguments[1:] or SAMPLES:
        _render(folder, name)
    return 0


def _render(folder: Path, name: str) -> None:
    book = folder / f"{name}.xlsx"
    book.write_bytes(period_workbook(SAMPLES[name]()))
    profile = f"-env:UserInstallation={(folder / 'profile').resolve().as_uri()}"
    convert = ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder), str(book)]
    subprocess.run(convert, check=True, stdout=subprocess.DEVNULL)
    pages = ["pdftoppm", "-r", DOTS_PER_INCH, "-png", str(folder / f"{name}.pdf"), str(folder / name)]
    subprocess.run(pages, check=True)
    print(f"{name}: {len(list(folder.glob(f'{name}-[0-9]*.png')))} pages")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
