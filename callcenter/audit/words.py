"""What the log's codes are called: actions, things, details. The one place where each pair stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from callcenter.web.access import ROLE_LABELS, SCOPES, Channel
from scheduling.calendar import READINGS

ACTIONS = {
    "access.denied": "権限のない操作を拒否",
    "attendance.loaded": "出退勤をまとめて登録",
    "log.unreadable": "読み取れない記録（書き換えの疑い）",
    "audit.verified": "操作記録を検証",
    "calendar.excepted": "閉庁日・臨時開庁を登録",
    "calendar.exception_withdrawn": "閉庁日・臨時開庁を取消",
    "call.corrected": "対応記録を修正",
    "call.dropped": "入力した通話を保存せずに破棄",
    "call.exported": "対応記録を出力",
    "call.searched": "言葉または電話番号で検索",
    "caller.shown": "同じ電話番号の過去の対応を表示",
    "call.loaded": "対応記録をまとめて登録",
    "call.number_refused": "個人番号の入力を拒否",
    "call.opened": "対応記録を開始",
    "call.restored": "下書きを復元",
    "call.saved": "対応記録を保存",
    "call.shown": "対応記録の個人情報を表示",
    "call.voided": "対応記録を取消し",
    "categories.loaded": "分類を登録",
    "category.added": "分類を追加",
    "category.number_refused": "個人番号の入力を拒否",
    "category.renamed": "分類の名称を変更",
    "category.retired": "分類を廃止",
    "contract.created": "契約を登録",
    "contract.facts_changed": "契約の内容を変更",
    "contract.reading_chosen": "開庁日の数え方を変更",
    "contract.switched": "作業する契約を切替え",
    "contract.terms_changed": "契約条件を変更",
    "exchange.file_read": "電話交換機のファイルを読取り",
    "exchange.gap_explained": "件数の差の理由を記録",
    "exchange.import_repeated": "電話交換機の集計を再度取込み（変更なし）",
    "exchange.imported": "電話交換機の集計を取込み",
    "exchange.source_chosen": "採用する集計元を選択",
    "finding.confirmed": "報告書の確認事項を確認",
    "holidays.imported": "祝日の一覧を取込み",
    "individual_number.refused": "個人番号の入力を拒否",
    "matter.added": "報告事項を追加",
    "matter.withdrawn": "報告事項を取消",
    "password.changed": "パスワードを変更",
    "permission.ended": "市の許可を終了",
    "permission.recorded": "市の許可を記録",
    "policy.changed": "二段階認証の要否を変更",
    "punch.corrected": "打刻を訂正",
    "punch.recorded": "打刻を記録",
    "report.accepted": "報告書を受理",
    "report.callers_checked": "報告書の個人情報を点検",
    "report.downloaded": "報告書をダウンロード",
    "report.draft_downloaded": "報告書の案をダウンロード",
    "report.exported": "報告書をファイルに出力",
    "report.sent_back": "報告書を差戻し",
    "report.submitted": "報告書を承認・提出",
    "role.granted": "役割を付与",
    "role.revoked": "役割を解除",
    "second_factor.enrolled": "二段階認証を登録",
    "second_factor.reset": "二段階認証を解除",
    "setting.changed": "設定を変更",
    "shift.planned": "勤務予定を登録",
    "shift.withdrawn": "勤務予定を取消",
    "sign_in": "サインイン",
    "sign_in.failed": "サインインに失敗",
    "sign_out": "サインアウト",
    "staff.added": "従事者を登録",
    "staff.changed": "従事者の内容を変更",
    "staff.ended": "従事者の従事を終了",
    "token.created": "トークンを発行",
    "token.refused": "トークンを拒否",
    "token.revoked": "トークンを失効",
    "user.created": "利用者を登録",
    "user.disabled": "利用者を停止",
    "user.enabled": "利用者の停止を解除",
    "user.renamed": "利用者の氏名を変更",
}

THINGS = {
    "audit": "操作記録",
    "calendar_exception": "閉庁日・臨時開庁",
    "call": "対応記録",
    "calls": "対応記録の一覧",
    "category": "分類",
    "contract": "契約",
    "contract_terms": "契約条件",
    "day": "日",
    "delivery_version": "提出した報告書",
    "exchange_day": "電話交換機の集計（日）",
    "exchange_import": "電話交換機の集計の取込み",
    "exchange_source": "電話交換機の集計元",
    "exchange_upload": "電話交換機のファイル",
    "holiday_import": "祝日の一覧",
    "permission": "市の許可",
    "planned_shift": "勤務予定",
    "punch": "打刻",
    "punch_correction": "打刻の訂正",
    "report_finding": "報告書の確認事項",
    "report_matter": "報告事項",
    "role": "役割",
    "route": "画面",
    "session": "サインイン",
    "setting": "設定",
    "sign_in": "サインイン",
    "staff": "従事者",
    "token": "トークン",
    "user": "利用者",
}

DETAILS = {
    "breaks": "休憩",
    "broken": "異常のある鎖",
    "codes": "分類の数",
    "contract": "契約",
    "count": "件数",
    "edition": "用途",
    "effective_on": "適用日",
    "entries": "件数",
    "field": "項目",
    "fields": "項目",
    "for": "用途",
    "format": "形式",
    "found": "見つかった箇所",
    "from": "変更前",
    "kind": "種類",
    "length": "文字数",
    "method": "方法",
    "names": "氏名の数",
    "number": "番号",
    "on": "日",
    "phones": "電話番号の数",
    "reading": "数え方",
    "revision": "版",
    "role": "役割",
    "rows": "行数",
    "rule": "規則",
    "scopes": "許可する範囲",
    "second_factor": "二段階認証",
    "sha256": "照合値",
    "source": "集計元",
    "spans": "見つかった箇所",
    "staff": "従事者",
    "start_minute": "開始",
    "temporary": "仮パスワード",
    "to": "変更後",
    "unprotected": "控えのない末尾",
    "version": "版",
    "withdrawn": "取消",
    "added": "加えた打刻",
    "changed": "変わった数",
    "changed_calls": "変わった通話",
    "days": "日数",
    "filter": "絞り込み",
    "handover": "手渡し用",
    "lines": "行数",
    "network": "通信回線用",
    "new": "新しい数",
    "new_calls": "新しい通話",
    "period_from": "対象日",
    "punches": "打刻の数",
    "refused": "取り込まない行",
    "same": "変わらない数",
    "shifts": "勤務予定の数",
    "skipped": "読み飛ばした行",
    "voided": "取り消した打刻",
    "words": "言葉の検索",
}

SHOWN_OF_MARK = 8
_MARK = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A digest or an id: enough of it to tell two apart; the whole stands in the log itself."""
CHANNELS: Mapping[str, str] = {Channel.PAGE: "画面", Channel.API: "機械接続", Channel.COMMAND: "コマンド"}

VALUES = {
    **{role.value: label for role, label in ROLE_LABELS.items()},
    **SCOPES,
    **{reading.value: words.name for reading, words in READINGS.items()},
    "address": "住所",
    "answer": "回答",
    "approver": "承認者",
    "contractor_name": "受託者",
    "ends_on": "終了日",
    "granted_by": "許可した方",
    "login": "ログイン名",
    "name": "氏名・名称",
    "note": "備考",
    "phone": "電話番号",
    "place": "業務場所",
    "question": "問合せ内容",
    "reason": "理由",
    "report_text": "報告用の要旨",
    "title": "件名",
    "value": "値",
    "check_digit": "検査数字",
    "keyword": "前の言葉",
    "both": "検査数字と前の言葉",
    "break_end": "休憩終了",
    "break_start": "休憩開始",
    "caller_name": "氏名",
    "category_code": "分類",
    "cdr": "通話明細",
    "completed": "完結",
    "complaint": "苦情",
    "correction": "修正",
    "csv": "集計ファイル（CSV）",
    "daily": "日次実績報告書",
    "deputy": "副責任者",
    "difficult": "対応困難事例",
    "disposition": "結果",
    "equipment": "設備・機器",
    "handover": "手渡し用",
    "in": "出勤",
    "manual": "手入力",
    "network": "通信回線用",
    "other": "その他",
    "out": "退勤",
    "proposal": "改善提案",
    "started_at": "開始",
    "talk_seconds": "通話時間",
    "acw_seconds": "後処理時間",
    "trouble": "トラブル",
    "words": "言葉",
    "xlsx": "Excel",
    "closed": "閉庁日",
    "open": "臨時開庁",
}


def action_label(action: str) -> str:
    return ACTIONS.get(action, f"その他（{action}）")


def thing_label(entity: str) -> str:
    return THINGS.get(entity, entity)


def value_label(value: str) -> str:
    """A code's words; anything else (an id, a number, a date) as it is."""
    return VALUES.get(value, value)


def channel_label(channel: str) -> str:
    return CHANNELS.get(channel, channel)


def details_label(details: Mapping[str, Any]) -> str:
    """One line: 役割：オペレーター／件数：3."""
    return "／".join(f"{DETAILS.get(name, name)}：{_value(value)}" for name, value in details.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, list):
        return "、".join(_value(part) for part in value)
    if isinstance(value, dict):
        return f"（{details_label(value)}）"
    if not isinstance(value, str):
        return str(value)
    return f"{value[:SHOWN_OF_MARK]}…" if _MARK.fullmatch(value) else value_label(value)
