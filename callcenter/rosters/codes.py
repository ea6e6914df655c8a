"""Coded values of rosters beyond a day's punches: each key with the word of the screens."""

from __future__ import annotations

from callcenter.coded import Labelled


class CertificateKind(Labelled):
    """What stands in a person's record. Only who finished the training is placed (9(2))."""

    TRAINING = "training", "業務研修の修了"
    PLEDGE = "pledge", "誓約書"
    QUALIFICATION = "qualification", "資格・その他の証明"


class InstructionKind(Labelled):
    """What the city said on staffing: an instruction (6) or the approval of a headcount (9(1))."""

    INSTRUCTION = "instruction", "配置の指示"
    APPROVAL = "approval", "人員数の承認"


class AgreementKind(Labelled):
    """Labour–management agreements that labour law asks for."""

    OVERTIME = "overtime", "時間外・休日労働に関する協定（36協定）"
    OVERTIME_SPECIAL = "overtime_special", "36協定の特別条項"
    STAGGERED_BREAKS = "staggered_breaks", "一斉休憩の適用除外に関する協定"


class RosterState(Labelled):
    """A month's roster: being made → in force → replaced by a later version."""

    DRAFT = "draft", "作成中"
    PUBLISHED = "published", "公開中"
    SUPERSEDED = "superseded", "旧版"


class LeaveKind(Labelled):
    """Leave is hard once approved; a wish is honoured where it can be."""

    PAID = "paid", "年次有給休暇"
    SPECIAL = "special", "特別休暇"
    SICK = "sick", "病気休暇・欠勤"
    WISH = "wish", "希望休"


class RequestState(Labelled):
    """A request of leave or of a swap."""

    REQUESTED = "requested", "申請中"
    AGREED = "agreed", "相手が同意"
    APPROVED = "approved", "承認"
    REFUSED = "refused", "不承認"
    WITHDRAWN = "withdrawn", "取下げ"


class ShortageCause(Labelled):
    """Why operators were fewer than the minimum."""

    ABSENCE = "absence", "欠勤"
    LATE = "late", "遅刻・早退"
    BREAK = "break", "休憩の重なり・超過"
    PLAN = "plan", "予定の不足"
    PUNCH = "punch", "打刻もれ（実際には在席）"
    DISASTER = "disaster", "災害・交通機関の乱れ"
    OTHER = "other", "その他"
