"""Findings in Japanese sentences."""

from __future__ import annotations

from scheduling.labour.values import Level, Violation, ViolationCode

_MINUTES_PER_HOUR = 60

_SENTENCES = {
    ViolationCode.OVERLAP: "同じ人の勤務が重なっています（{found}）。",
    ViolationCode.BREAK_OUTSIDE: "休憩が勤務時間の外にあります（{found}）。",
    ViolationCode.ACROSS_MIDNIGHT: "勤務が日をまたいでいます。1日ごとの労働時間を判定できません。",
    ViolationCode.DAY_HOURS: "1日の労働時間が{allowed}を超えています（{found}）。36協定がありません。",
    ViolationCode.WEEK_HOURS: "1週の労働時間が{allowed}を超えています（{found}）。36協定がありません。",
    ViolationCode.SHORT_BREAK: "休憩が{allowed}必要です（{found}）。",
    ViolationCode.STAGGERED_BREAKS: "休憩が一斉ではありません（{count}通り）。労使協定が必要です。",
    ViolationCode.REST_DAYS: "{limit}週に{limit}日の休日が必要です（{count}日）。",
    ViolationCode.UNAGREED_OVERTIME: "36協定のない時間外労働があります（{found}）。",
    ViolationCode.UNAGREED_REST_DAY_WORK: "36協定のない休日労働があります（{found}）。",
}

_SUBJECTS = {
    ViolationCode.MONTH_OVERTIME: "1か月の時間外労働",
    ViolationCode.YEAR_OVERTIME: "1年の時間外労働",
    ViolationCode.MONTH_TOTAL: "1か月の時間外労働と休日労働の合計",
    ViolationCode.AVERAGE_TOTAL: "{months}か月平均の時間外労働と休日労働の合計",
    ViolationCode.SPECIAL_YEAR: "特別条項による1年の時間外労働",
    ViolationCode.MONTHS_OVER: "時間外労働が45時間を超えた月",
}


def describe(violation: Violation, name: str = "") -> str:
    """A short sentence with the rule, the figures and the clause; led by the person's name if one is given."""
    sentence = _SENTENCES.get(violation.code) or _SUBJECTS[violation.code] + _verdict(violation)
    text = sentence.format(
        found=_amount(violation, violation.found),
        allowed=_amount(violation, violation.allowed),
        count=violation.found,
        limit=violation.allowed,
        months=violation.months,
    )
    return (f"{name}：" if name else "") + text + violation.law


def _verdict(violation: Violation) -> str:
    if violation.level is Level.ERROR:
        return "が上限の{allowed}を超えています（{found}）。"
    if violation.found > violation.allowed:
        return "が{found}です。原則の上限{allowed}を超え、特別条項を使っています。"
    return "が{found}です。上限{allowed}に近づいています。"


def _amount(violation: Violation, figure: int) -> str:
    return f"{figure}か月" if violation.code is ViolationCode.MONTHS_OVER else _duration(figure)


def _duration(minutes: int) -> str:
    hours, rest = divmod(minutes, _MINUTES_PER_HOUR)
    return f"{hours}時間" * (hours > 0) + f"{rest}分" * (rest > 0 or not hours)
